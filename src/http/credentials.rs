//! The secrets that a client sends, and the headers that hold them.

use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use zeroize::Zeroizing;

use super::secrets::{Redactor, Secret};
use crate::journal::fingerprint;
use crate::model::Error;

/// A secret, and how it is sent.
#[derive(Clone, Debug)]
pub struct Credential {
    header: &'static str,
    prefix: &'static str,
    secret: Secret,
    separator: Option<char>,
}

impl Credential {
    /// A secret that is sent in a header of its own. The header's name is in lower case.
    pub fn in_header(header: &'static str, secret: Secret) -> Self {
        Self {
            header,
            prefix: "",
            secret,
            separator: None,
        }
    }

    /// A secret that is sent as `Authorization: Bearer …`.
    pub fn bearer(secret: Secret) -> Self {
        Self {
            prefix: "Bearer ",
            ..Self::in_header("authorization", secret)
        }
    }

    /// Makes each part of the secret a secret too, such as of `<public_id>.<secret>`. A server may quote one part
    /// alone.
    #[must_use]
    pub fn in_parts(self, separator: char) -> Self {
        Self {
            separator: Some(separator),
            ..self
        }
    }

    fn value(&self) -> Result<HeaderValue, Error> {
        let text = Zeroizing::new([self.prefix, self.secret.expose()].concat());
        let value = HeaderValue::from_str(&text);
        let mut value = value.map_err(|_| Error::invalid("a key can't be sent in a header"))?;
        value.set_sensitive(true);
        Ok(value)
    }

    fn secrets(&self) -> impl Iterator<Item = Secret> {
        let parts = self.separator.map(|separator| self.secret.parts(separator));
        std::iter::once(self.secret.clone()).chain(parts.into_iter().flatten())
    }
}

/// All credentials of a client. They decide whose posts its requests are about.
#[derive(Clone, Debug)]
pub struct Credentials {
    all: Vec<Credential>,
    profile: Option<Credential>,
}

impl Credentials {
    /// The credentials that every profile of the account sends.
    pub fn new(all: impl IntoIterator<Item = Credential>) -> Self {
        Self {
            all: all.into_iter().collect(),
            profile: None,
        }
    }

    /// The same credentials for this profile. Its credential replaces that of any other profile.
    #[must_use]
    pub fn of_profile(&self, profile: Credential) -> Self {
        Self {
            all: self.all.clone(),
            profile: Some(profile),
        }
    }

    /// The secret that tells this profile from the others.
    pub(crate) fn profile(&self) -> Option<&Secret> {
        self.profile.as_ref().map(|profile| &profile.secret)
    }

    /// A name for the profile that tells it from others and doesn't reveal its key. It stays the same if another
    /// credential of the account changes, unless the profile has no credential of its own.
    pub(crate) fn fingerprint(&self, salt: &str) -> String {
        let credential = self.profile.as_ref().or_else(|| self.all.first());
        let secret = credential.map_or("", |credential| credential.secret.expose());
        fingerprint(salt, secret)
    }

    /// The headers of every request. The secrets in them are marked as sensitive.
    pub(crate) fn headers(&self) -> Result<HeaderMap, Error> {
        let mut headers = HeaderMap::with_capacity(self.all.len() + 3);
        let json = HeaderValue::from_static("application/json");
        headers.insert(CONTENT_TYPE, json.clone());
        headers.insert(ACCEPT, json);
        for credential in self.iter() {
            let name = HeaderName::from_static(credential.header);
            headers.insert(name, credential.value()?);
        }
        Ok(headers)
    }

    pub(crate) fn redactor(&self) -> Redactor {
        Redactor::new(self.iter().flat_map(Credential::secrets))
    }

    fn iter(&self) -> impl Iterator<Item = &Credential> {
        self.all.iter().chain(&self.profile)
    }
}
