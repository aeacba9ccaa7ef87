//! Ayrshare's endpoint, and the builder of a client.

use std::ffi::OsString;
use std::fmt;
use std::time::Duration;

use zeroize::Zeroizing;

use super::client::{Client, profile_credential};
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
    provider: Provider::Ayrshare,
    base_url: "https://api.ayrshare.com/api",
    path: "/post",
    method: Method::DELETE,
    rate_limit: || RateLimit::new(300, Duration::from_secs(5 * 60)),
    // `max` and `count` are documented. `remaining` and `reset` once were, and may still be sent.
    rate_headers: RateHeaderNames {
        max: Some("x-ratelimit-max"),
        count: Some("x-ratelimit-count"),
        remaining: Some("x-ratelimit-remaining"),
        reset: Some("x-ratelimit-reset"),
    },
};

const X_API_KEY: &str = "x-twitter-oauth1-api-key";
const X_API_SECRET: &str = "x-twitter-oauth1-api-secret";

/// A key that isn't checked yet. Dropping the builder zeroes it.
type Key = Zeroizing<String>;

impl Client {
    /// Begins to build a client with the primary profile's API key. [`build`](ClientBuilder::build) checks
    /// the key and all settings.
    ///
    /// ```
    /// # fn main() -> unpost::Result<()> {
    /// let client = unpost::ayrshare::Client::builder("API_KEY").build()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn builder(api_key: impl Into<String>) -> ClientBuilder {
        ClientBuilder {
            api_key: Zeroizing::new(api_key.into()),
            profile_key: None,
            x_keys: None,
            settings: Settings::default(),
        }
    }
}

/// Collects the keys and the settings of a [`Client`].
///
/// ```
/// # fn main() -> unpost::Result<()> {
/// use std::time::Duration;
/// use unpost::{Retry, ayrshare::Client};
///
/// let client = Client::builder("API_KEY")
///     .profile_key("PROFILE_KEY")
///     .x_keys("X_API_KEY", "X_API_SECRET")
///     .attempt_timeout(Duration::from_secs(20))
///     .retry(Retry::attempts(5))
///     .build()?;
/// # Ok(())
/// # }
/// ```
#[must_use]
pub struct ClientBuilder {
    api_key: Key,
    profile_key: Option<Key>,
    x_keys: Option<(Key, Key)>,
    settings: Settings,
}

impl ClientBuilder {
    /// Begins to build a client with keys from environment variables. `AYRSHARE_API_KEY` is required.
    /// `AYRSHARE_PROFILE_KEY` is optional, and so are the X API keys `X_TWITTER_OAUTH1_API_KEY` and
    /// `X_TWITTER_OAUTH1_API_SECRET`. No client reads environment variables anywhere else.
    ///
    /// # Errors
    /// Returns [`Invalid`](crate::ErrorKind::Invalid) if the API key isn't set, if only one of the X API
    /// keys is set, or if a variable isn't text. [`build`](Self::build) refuses a variable that is set and
    /// empty.
    ///
    /// ```no_run
    /// # fn main() -> unpost::Result<()> {
    /// let client = unpost::ayrshare::ClientBuilder::from_env()?.build()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn from_env() -> Result<Self, Error> {
        Self::from_variables(|name| std::env::var_os(name))
    }

    fn from_variables(lookup: impl Fn(&str) -> Option<OsString>) -> Result<Self, Error> {
        let variable = |name| variable(name, &lookup);
        let Some(api_key) = variable("AYRSHARE_API_KEY")? else {
            return Err(Error::invalid(
                "the environment variable AYRSHARE_API_KEY isn't set: put the primary profile's API key there",
            ));
        };
        let profile_key = variable("AYRSHARE_PROFILE_KEY")?;
        let x_api_key = variable("X_TWITTER_OAUTH1_API_KEY")?;
        let x_keys = match (x_api_key, variable("X_TWITTER_OAUTH1_API_SECRET")?) {
            (None, None) => None,
            (Some(api_key), Some(api_secret)) => Some((api_key, api_secret)),
            _ => {
                return Err(Error::invalid(
                    "only one of the environment variables X_TWITTER_OAUTH1_API_KEY and \
                     X_TWITTER_OAUTH1_API_SECRET is set: set both, or neither",
                ));
            }
        };
        Ok(Self {
            api_key,
            profile_key,
            x_keys,
            settings: Settings::default(),
        })
    }

    /// Sets the profile whose posts are deleted. The key is sent as `Profile-Key`, together with the API
    /// key. Without this setting, the posts are those of the primary profile. [`build`](Self::build)
    /// refuses an empty key.
    pub fn profile_key(mut self, profile_key: impl Into<String>) -> Self {
        self.profile_key = Some(Zeroizing::new(profile_key.into()));
        self
    }

    /// Sets the X API keys: the API key and the API secret of your own X app. Since 31 March 2026, Ayrshare
    /// needs them to delete posts that went to X. Every profile of the account uses the same X API keys.
    pub fn x_keys(mut self, api_key: impl Into<String>, api_secret: impl Into<String>) -> Self {
        self.x_keys = Some((
            Zeroizing::new(api_key.into()),
            Zeroizing::new(api_secret.into()),
        ));
        self
    }

    shared_settings!("ayrshare");

    /// Checks the keys and the settings, and makes the client. Nothing is sent.
    ///
    /// # Errors
    /// Returns [`Invalid`](crate::ErrorKind::Invalid) if a key is empty or unprintable, if the base URL
    /// would give the keys away, or if the HTTP client or its TLS refuses a setting.
    pub fn build(self) -> Result<Client, Error> {
        let api_key = Secret::new("the API key", self.api_key)?;
        let mut credentials = vec![Credential::bearer(api_key)];
        if let Some((api_key, api_secret)) = self.x_keys {
            let api_key = Secret::new("the X API key", api_key)?;
            let api_secret = Secret::new("the X API secret", api_secret)?;
            credentials.push(Credential::in_header(X_API_KEY, api_key));
            credentials.push(Credential::in_header(X_API_SECRET, api_secret));
        }
        let mut credentials = Credentials::new(credentials);
        if let Some(profile_key) = self.profile_key {
            credentials = credentials.of_profile(profile_credential(profile_key)?);
        }
        Ok(Client {
            core: Core::new(&ENDPOINT, credentials, self.settings)?,
        })
    }
}

impl fmt::Debug for ClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientBuilder")
            .field("has_profile_key", &self.profile_key.is_some())
            .field("has_x_keys", &self.x_keys.is_some())
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ErrorKind;

    fn build_from(variables: &[(&str, &str)]) -> Result<Client, Error> {
        let find = |name: &str| variables.iter().find(|(variable, _)| *variable == name);
        ClientBuilder::from_variables(|name| find(name).map(|(_, value)| value.into()))?.build()
    }

    #[test]
    fn the_environment_gives_the_key_the_profile_and_the_x_api_keys() {
        let client = build_from(&[
            ("AYRSHARE_API_KEY", "key"),
            ("AYRSHARE_PROFILE_KEY", "profile"),
            ("X_TWITTER_OAUTH1_API_KEY", "x-key"),
            ("X_TWITTER_OAUTH1_API_SECRET", "x-secret"),
        ]);
        let headers = client.unwrap().core.credentials().headers().unwrap();
        for (name, value) in [
            ("authorization", "Bearer key"),
            ("profile-key", "profile"),
            ("x-twitter-oauth1-api-key", "x-key"),
            ("x-twitter-oauth1-api-secret", "x-secret"),
        ] {
            assert_eq!(headers[name], value);
        }
    }

    #[test]
    fn an_incomplete_environment_is_refused() {
        let key = ("AYRSHARE_API_KEY", "key");
        for variables in [
            &[][..],
            &[("AYRSHARE_API_KEY", "")],
            &[key, ("AYRSHARE_PROFILE_KEY", "")],
            &[key, ("X_TWITTER_OAUTH1_API_KEY", "x-key")],
            &[key, ("X_TWITTER_OAUTH1_API_SECRET", "x-secret")],
        ] {
            assert_eq!(
                build_from(variables).unwrap_err().kind(),
                ErrorKind::Invalid,
                "{variables:?}"
            );
        }
    }
}
