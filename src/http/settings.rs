//! What a builder collects, and the setters that all builders have.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::engine::limiter::RateLimit;
use crate::engine::limiter::shared::DynLimiter;
use crate::engine::retry::Retry;
use crate::model::Error;

/// What a builder collects for any provider.
pub struct Settings {
    /// The base URL, or `None` for the provider's own.
    pub base_url: Option<String>,
    /// How long one attempt may take.
    pub attempt_timeout: Duration,
    /// How long a call may take, with all its attempts and waits.
    pub deadline: Duration,
    /// How many attempts a request gets, and the waits between them.
    pub retry: Retry,
    /// The rate limit, or `None` for the provider's own.
    pub rate_limit: Option<RateLimit>,
    /// The limiter that processes share, if there is one.
    pub limiter: Option<Arc<dyn DynLimiter>>,
    /// The name of the profile.
    pub profile_name: Option<String>,
    /// The largest answer that is read, in bytes.
    pub max_response_bytes: usize,
    /// What the caller adds to the user agent.
    pub user_agent_suffix: Option<String>,
    /// The caller's changes to the HTTP client's builder.
    pub http: Option<HttpHook>,
}

/// A caller's function that configures the HTTP client.
pub type HttpHook = Box<dyn Fn(reqwest::ClientBuilder) -> reqwest::ClientBuilder + Send + Sync>;

impl Default for Settings {
    fn default() -> Self {
        Self {
            base_url: None,
            attempt_timeout: Duration::from_secs(60),
            deadline: Duration::from_secs(5 * 60),
            retry: Retry::default(),
            rate_limit: None,
            limiter: None,
            profile_name: None,
            max_response_bytes: 8 * 1024 * 1024,
            user_agent_suffix: None,
            http: None,
        }
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("base_url", &self.base_url.is_some())
            .field("attempt_timeout", &self.attempt_timeout)
            .field("deadline", &self.deadline)
            .field("retry", &self.retry)
            .field("rate_limit", &self.rate_limit)
            .field("limiter", &self.limiter)
            .field("profile_name", &self.profile_name)
            .field("max_response_bytes", &self.max_response_bytes)
            .finish_non_exhaustive()
    }
}

/// Checks the name of a profile.
pub(crate) fn profile_name(name: String) -> Result<Arc<str>, Error> {
    let flaw = if name.trim().is_empty() {
        "a profile's name is empty: leave it out, or give it one"
    } else if name.len() > 256 {
        "a profile's name is longer than 256 bytes"
    } else if name.chars().any(char::is_control) {
        "a profile's name contains a control character, such as a line break"
    } else {
        return Ok(name.into());
    };
    Err(Error::invalid(flaw))
}

/// The setters that every provider's builder has, for its field `settings`.
///
/// The argument is the name of the provider's module, for the examples.
macro_rules! shared_settings {
    ($module:literal) => {
        /// Where the provider is: everything before the path of its endpoint, for a mock or a gateway.
        ///
        /// It must be HTTPS. Plain HTTP is allowed only to loopback (`localhost`, `127.0.0.0/8`, `::1`). It
        /// must have no user, query or fragment, no white space or backslash anywhere, and a port other than 0.
        /// [`build`](Self::build) checks it.
        pub fn base_url(mut self, base_url: impl Into<String>) -> Self {
            self.settings.base_url = Some(base_url.into());
            self
        }

        /// How long one attempt may take, from the first packet to the last byte of the answer.
        /// 60 s by default, and not 0. Connecting may take at most 10 s of it.
        pub fn attempt_timeout(mut self, timeout: std::time::Duration) -> Self {
            self.settings.attempt_timeout = timeout;
            self
        }

        /// How long a whole call may take, with its retries and its waits for the profile's limit.
        /// 5 minutes by default. In `delete_many` it applies to each request, without the waits for
        /// the limit. A call that would have to wait longer ends at once, with
        /// [`retry_after`](crate::Error::retry_after) in its error.
        pub fn deadline(mut self, deadline: std::time::Duration) -> Self {
            self.settings.deadline = deadline;
            self
        }

        /// How many attempts a request gets, if repeating it is safe: 3 by default.
        pub fn retry(mut self, retry: crate::engine::retry::Retry) -> Self {
            self.settings.retry = retry;
            self
        }

        /// How many requests of a profile may be sent in a window, and how many answers of 429 are risked in
        /// a day. The default keeps to what the provider documents.
        pub fn rate_limit(mut self, limit: crate::engine::limiter::RateLimit) -> Self {
            self.settings.rate_limit = Some(limit);
            self
        }

        /// A limiter that decides when a request may be sent, instead of the one in this client's memory. Several
        /// processes can share it: see [`Limiter`](crate::Limiter), which has an example.
        ///
        /// Each profile needs a name then: [`profile_name`](Self::profile_name) here, and `named` for other clients.
        pub fn limiter(mut self, limiter: impl crate::engine::limiter::shared::Limiter) -> Self {
            self.settings.limiter = Some(std::sync::Arc::new(limiter));
            self
        }

        /// Names the profile, for a limiter that processes share and for records of what was sent. Two clients with
        /// the same name at the same provider must be clients of the same profile. The name is no secret, so don't
        /// take the profile's key.
        ///
        /// The name is at most 256 bytes long, and neither empty nor with control characters.
        /// [`build`](Self::build) checks it. The client of another profile doesn't inherit it.
        ///
        /// ```
        /// # fn main() -> unpost::Result<()> {
        #[doc = concat!("use unpost::", $module, "::Client;")]
        ///
        /// let client = Client::builder("API_KEY").profile_name("acme").build()?;
        /// # Ok(())
        /// # }
        /// ```
        pub fn profile_name(mut self, name: impl Into<String>) -> Self {
            self.settings.profile_name = Some(name.into());
            self
        }

        /// The largest answer that is read, in bytes: 8 MiB by default. A larger one is an error
        /// ([`UnexpectedResponse`](crate::ErrorKind::UnexpectedResponse)). It is never read in part.
        ///
        /// Whatever this limit is, an answer with more than 250,000 JSON values or more than 32 levels isn't read,
        /// with the same error.
        pub fn max_response_bytes(mut self, bytes: usize) -> Self {
            self.settings.max_response_bytes = bytes;
            self
        }

        /// Adds words to the `user-agent` of every request, after this crate's name and version, so that the
        /// provider can tell your application from others. White space around them is dropped.
        /// [`build`](Self::build) refuses a suffix that can't be sent in a header.
        ///
        /// ```
        /// # fn main() -> unpost::Result<()> {
        #[doc = concat!("use unpost::", $module, "::Client;")]
        ///
        /// let client = Client::builder("API_KEY").user_agent_suffix("acme-cleaner/2.1").build()?;
        /// # Ok(())
        /// # }
        /// ```
        pub fn user_agent_suffix(mut self, suffix: impl Into<String>) -> Self {
            self.settings.user_agent_suffix = Some(suffix.into());
            self
        }

        /// Configures the HTTP client's builder (`reqwest` 0.13's), for proxies, root certificates and DNS.
        ///
        /// [`build`](Self::build) calls the function once. Each further Tokio runtime that sends requests has
        /// connections of its own, for which the function is called again. If the HTTP client can't be made then, the
        /// request isn't sent ([`Connect`](crate::ErrorKind::Connect)).
        ///
        /// The client takes no proxy from the environment: set one here. This crate makes the following settings
        /// afterwards, even if the function returns a new builder:
        ///
        /// - what keeps credentials safe: no redirects, HTTPS (or loopback, without a proxy), no proxy from the
        ///   environment, no retries by the HTTP client, no compression;
        /// - the timeouts and limits of this builder;
        /// - the user agent: see [`user_agent_suffix`](Self::user_agent_suffix);
        /// - the TLS backend, which is the one that this crate's feature names. Set root certificates,
        ///   identities and TLS versions with the builder's own methods. A TLS configuration that is
        ///   given to `tls_backend_preconfigured` is replaced, with all that it pins.
        ///
        /// A default header that is set here is sent with every profile's requests, so it must not hold a
        /// profile's key.
        ///
        /// ```
        /// # fn main() -> unpost::Result<()> {
        #[doc = concat!("use unpost::", $module, "::Client;")]
        ///
        /// let client = Client::builder("API_KEY")
        ///     .http(|http| http.tcp_nodelay(true))
        ///     .build()?;
        /// # Ok(())
        /// # }
        /// ```
        pub fn http<F>(mut self, configure: F) -> Self
        where
            F: Fn(reqwest::ClientBuilder) -> reqwest::ClientBuilder + Send + Sync + 'static,
        {
            self.settings.http = Some(Box::new(configure));
            self
        }
    };
}
pub(crate) use shared_settings;
