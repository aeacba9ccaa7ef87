//! What a client is made of, and where Genviral is found.

use std::ffi::OsString;
use std::fmt;

use zeroize::Zeroizing;

use super::client::Client;
use crate::client::Core;
use crate::engine::limiter::RateLimit;
use crate::engine::limiter::headers::RateHeaderNames;
use crate::http::Method;
use crate::http::credentials::{Credential, Credentials};
use crate::http::environment::variable;
use crate::http::secrets::Secret;
use crate::http::settings::{Settings, shared_settings};
use crate::http::transport::Endpoint;
use crate::model::Error;

static ENDPOINT: Endpoint = Endpoint {
    base_url: "https://www.genviral.io/api/partner/v1",
    path: "/posts/delete",
    method: Method::POST,
    // Genviral documents neither a limit nor headers. Common headers are read where they come.
    rate_limit: RateLimit::unlimited,
    rate_headers: RateHeaderNames {
        max: Some("x-ratelimit-max"),
        count: Some("x-ratelimit-count"),
        remaining: Some("x-ratelimit-remaining"),
        reset: Some("x-ratelimit-reset"),
    },
};

impl Client {
    /// Begins a client with an API key, which looks like `<public_id>.<secret>`. Everything is checked
    /// by [`build`](ClientBuilder::build).
    ///
    /// ```
    /// # fn main() -> unpost::Result<()> {
    /// let client = unpost::genviral::Client::builder("PUBLIC_ID.SECRET").build()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn builder(api_key: impl Into<String>) -> ClientBuilder {
        ClientBuilder {
            api_key: Zeroizing::new(api_key.into()),
            settings: Settings::default(),
        }
    }
}

/// Collects what a [`Client`] needs.
///
/// ```
/// # fn main() -> unpost::Result<()> {
/// use std::time::Duration;
/// use unpost::genviral::Client;
///
/// let client = Client::builder("PUBLIC_ID.SECRET")
///     .deadline(Duration::from_secs(60))
///     .build()?;
/// # Ok(())
/// # }
/// ```
#[must_use]
pub struct ClientBuilder {
    api_key: Zeroizing<String>,
    settings: Settings,
}

impl ClientBuilder {
    /// Begins with what the environment says: `GENVIRAL_API_KEY`. No client reads the environment
    /// otherwise.
    ///
    /// # Errors
    /// [`Invalid`](crate::ErrorKind::Invalid) if it isn't set, or isn't text. One that is set and empty
    /// is refused by [`build`](Self::build).
    ///
    /// ```no_run
    /// # fn main() -> unpost::Result<()> {
    /// let client = unpost::genviral::ClientBuilder::from_env()?.build()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn from_env() -> Result<Self, Error> {
        Self::from_variables(|name| std::env::var_os(name))
    }

    fn from_variables(lookup: impl Fn(&str) -> Option<OsString>) -> Result<Self, Error> {
        match variable("GENVIRAL_API_KEY", lookup)? {
            Some(api_key) => Ok(Self {
                api_key,
                settings: Settings::default(),
            }),
            None => Err(Error::invalid(
                "the environment variable GENVIRAL_API_KEY isn't set: put the API key there",
            )),
        }
    }

    shared_settings!("genviral");

    /// Checks all of it and makes the client. Nothing is sent.
    ///
    /// # Errors
    /// [`Invalid`](crate::ErrorKind::Invalid) for an empty or unprintable key, a base URL that would
    /// give the key away, or a setting that the HTTP client or its TLS refuses.
    pub fn build(self) -> Result<Client, Error> {
        let api_key = Secret::new("the API key", self.api_key)?;
        // The key is `<public_id>.<secret>`.
        let credential = Credential::bearer(api_key).in_parts('.');
        Ok(Client {
            core: Core::new(&ENDPOINT, Credentials::new([credential]), self.settings)?,
        })
    }
}

impl fmt::Debug for ClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientBuilder")
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_gives_the_key() {
        let set = |value: Option<&str>| {
            ClientBuilder::from_variables(|_| value.map(Into::into)).and_then(ClientBuilder::build)
        };
        assert!(set(Some("public.secret")).is_ok());
        assert!(set(Some("")).is_err());
        assert!(set(None).is_err());
    }
}
