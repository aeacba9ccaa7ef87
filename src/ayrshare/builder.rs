//! What a client is made of, and where Ayrshare is found.

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
use crate::model::Error;

static ENDPOINT: Endpoint = Endpoint {
    base_url: "https://api.ayrshare.com/api",
    path: "/post",
    method: Method::DELETE,
    rate_limit: || RateLimit::new(300, Duration::from_secs(5 * 60)),
    // The first two are documented. The others once were, and are read where they come.
    rate_headers: RateHeaderNames {
        max: Some("x-ratelimit-max"),
        count: Some("x-ratelimit-count"),
        remaining: Some("x-ratelimit-remaining"),
        reset: Some("x-ratelimit-reset"),
    },
};

const X_API_KEY: &str = "x-twitter-oauth1-api-key";
const X_API_SECRET: &str = "x-twitter-oauth1-api-secret";

/// Unchecked, and zeroed with the builder.
type Key = Zeroizing<String>;

impl Client {
    /// Begins a client with the primary profile's API key. Everything is checked by
    /// [`build`](ClientBuilder::build).
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

/// Collects what a [`Client`] needs.
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
    /// Begins with what the environment says: `AYRSHARE_API_KEY`, and, where they are set,
    /// `AYRSHARE_PROFILE_KEY` and the pair `X_TWITTER_OAUTH1_API_KEY` and
    /// `X_TWITTER_OAUTH1_API_SECRET`. No client reads the environment otherwise.
    ///
    /// # Errors
    /// [`Invalid`](crate::ErrorKind::Invalid) if the API key isn't set, only one of the X API keys is, or
    /// one of them isn't text. One that is set and empty is refused by [`build`](Self::build).
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

    /// The profile whose posts are deleted: sent as `Profile-Key`, beside the API key. Without it, it
    /// is the primary profile; an empty one is an error and not the primary profile.
    pub fn profile_key(mut self, profile_key: impl Into<String>) -> Self {
        self.profile_key = Some(Zeroizing::new(profile_key.into()));
        self
    }

    /// The API key and secret of your own X app: needed since 31 March 2026 for posts that went to X.
    /// The same pair serves every profile of the account.
    pub fn x_keys(mut self, api_key: impl Into<String>, api_secret: impl Into<String>) -> Self {
        self.x_keys = Some((
            Zeroizing::new(api_key.into()),
            Zeroizing::new(api_secret.into()),
        ));
        self
    }

    shared_settings!("ayrshare");

    /// Checks all of it and makes the client. Nothing is sent.
    ///
    /// # Errors
    /// [`Invalid`](crate::ErrorKind::Invalid) for an empty or unprintable key, a base URL that would
    /// give the keys away, or a setting that the HTTP client or its TLS refuses.
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

    fn from(variables: &[(&str, &str)]) -> Result<Client, Error> {
        let find = |name: &str| variables.iter().find(|(variable, _)| *variable == name);
        ClientBuilder::from_variables(|name| find(name).map(|(_, value)| value.into()))?.build()
    }

    #[test]
    fn the_environment_gives_the_key_the_profile_and_the_x_api_keys() {
        let client = from(&[
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
    fn an_environment_that_is_half_set_is_refused() {
        let key = ("AYRSHARE_API_KEY", "key");
        for variables in [
            &[][..],
            &[("AYRSHARE_API_KEY", "")],
            &[key, ("AYRSHARE_PROFILE_KEY", "")],
            &[key, ("X_TWITTER_OAUTH1_API_KEY", "x-key")],
            &[key, ("X_TWITTER_OAUTH1_API_SECRET", "x-secret")],
        ] {
            assert_eq!(
                from(variables).unwrap_err().kind(),
                ErrorKind::Invalid,
                "{variables:?}"
            );
        }
    }
}
