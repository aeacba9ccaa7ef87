//! Genviral's endpoint, and the builder of a client.

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
use crate::model::{Error, Provider};

static ENDPOINT: Endpoint = Endpoint {
    provider: Provider::Genviral,
    base_url: "https://www.genviral.io/api/partner/v1",
    path: "/posts/delete",
    method: Method::POST,
    // Genviral documents neither a rate limit nor headers about one. These are common headers, in case it
    // sends them.
    rate_limit: RateLimit::unlimited,
    rate_headers: RateHeaderNames {
        max: Some("x-ratelimit-max"),
        count: Some("x-ratelimit-count"),
        remaining: Some("x-ratelimit-remaining"),
        reset: Some("x-ratelimit-reset"),
    },
};

impl Client {
    /// Begins to build a client with an API key, which looks like `<public_id>.<secret>`.
    /// [`build`](ClientBuilder::build) checks the key and all settings.
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

/// Collects the key and the settings of a [`Client`].
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
    /// Begins to build a client with the API key from the environment variable `GENVIRAL_API_KEY`. No
    /// client reads environment variables anywhere else.
    ///
    /// # Errors
    /// Returns [`Invalid`](crate::ErrorKind::Invalid) if the variable isn't set, or isn't text.
    /// [`build`](Self::build) refuses a variable that is set and empty.
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
        let Some(api_key) = variable("GENVIRAL_API_KEY", lookup)? else {
            let advice =
                "the environment variable GENVIRAL_API_KEY isn't set: put the API key there";
            return Err(Error::invalid(advice));
        };
        let settings = Settings::default();
        Ok(Self { api_key, settings })
    }

    shared_settings!("genviral");

    /// Checks the key and the settings, and makes the client. Nothing is sent.
    ///
    /// # Errors
    /// Returns [`Invalid`](crate::ErrorKind::Invalid) if the key is empty or unprintable, if the base URL
    /// would give the key away, or if the HTTP client or its TLS refuses a setting.
    pub fn build(self) -> Result<Client, Error> {
        let api_key = Secret::new("the API key", self.api_key)?;
        // Each half of `<public_id>.<secret>` is redacted too.
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
        let build_from = |value: Option<&str>| {
            ClientBuilder::from_variables(|_| value.map(Into::into)).and_then(ClientBuilder::build)
        };
        assert!(build_from(Some("public.secret")).is_ok());
        assert!(build_from(Some("")).is_err());
        assert!(build_from(None).is_err());
    }
}
