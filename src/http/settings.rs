//! What a builder collects, and the setters that all builders have.

use std::fmt;
use std::time::Duration;

use crate::engine::limiter::RateLimit;
use crate::engine::retry::Retry;

/// What a builder collects for any provider.
pub struct Settings {
    /// The provider's own, unless set.
    pub base_url: Option<String>,
    /// How long one attempt may take.
    pub attempt_timeout: Duration,
    /// How long a call may take, with all its attempts and waits.
    pub deadline: Duration,
    /// How often an attempt is repeated.
    pub retry: Retry,
    /// The provider's own, unless set.
    pub rate_limit: Option<RateLimit>,
    /// The largest answer that is read.
    pub max_response_bytes: usize,
    /// What the caller does to the HTTP client's builder.
    pub http: Option<HttpHook>,
}

/// A caller's function that sets the HTTP client up.
pub type HttpHook = Box<dyn FnOnce(reqwest::ClientBuilder) -> reqwest::ClientBuilder + Send + Sync>;

impl Default for Settings {
    fn default() -> Self {
        Self {
            base_url: None,
            attempt_timeout: Duration::from_secs(60),
            deadline: Duration::from_secs(5 * 60),
            retry: Retry::default(),
            rate_limit: None,
            max_response_bytes: 8 * 1024 * 1024,
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
            .field("max_response_bytes", &self.max_response_bytes)
            .finish_non_exhaustive()
    }
}

/// The setters that every provider's builder has, over its field `settings`.
///
/// It takes the name of the provider's module, for the examples.
macro_rules! shared_settings {
    ($module:literal) => {
        /// Where the provider is: everything before the path of its endpoint, for a mock or a gateway.
        ///
        /// HTTPS; plain HTTP to loopback alone (`localhost`, `127.0.0.0/8`, `::1`). No user, query
        /// or fragment. Checked by [`build`](Self::build).
        pub fn base_url(mut self, base_url: impl Into<String>) -> Self {
            self.settings.base_url = Some(base_url.into());
            self
        }

        /// How long one attempt may take, from the first packet to the last byte of the answer.
        /// 60 s by default, and not 0. Connecting may take 10 s of it.
        pub fn attempt_timeout(mut self, timeout: std::time::Duration) -> Self {
            self.settings.attempt_timeout = timeout;
            self
        }

        /// How long a whole call may take, with its retries and its waits for the profile's limit.
        /// 5 minutes by default. In `delete_many` it is about each request, without the waits for the
        /// limit. A call that would have to wait longer ends at once, with
        /// [`retry_after`](crate::Error::retry_after) in its error.
        pub fn deadline(mut self, deadline: std::time::Duration) -> Self {
            self.settings.deadline = deadline;
            self
        }

        /// How often a request is made again where that is safe: 3 attempts by default.
        pub fn retry(mut self, retry: crate::engine::retry::Retry) -> Self {
            self.settings.retry = retry;
            self
        }

        /// How many requests of a profile may go in how long, and how many answers of 429 are risked in a
        /// day. By default, what the provider documents.
        pub fn rate_limit(mut self, limit: crate::engine::limiter::RateLimit) -> Self {
            self.settings.rate_limit = Some(limit);
            self
        }

        /// The largest answer that is read: 8 MiB by default. A larger one is an error
        /// ([`UnexpectedResponse`](crate::ErrorKind::UnexpectedResponse)), never cut and read in part.
        pub fn max_response_bytes(mut self, bytes: usize) -> Self {
            self.settings.max_response_bytes = bytes;
            self
        }

        /// Hands over the HTTP client's builder (`reqwest` 0.13's), for proxies, roots of trust and DNS.
        ///
        /// The client takes no proxy from the environment: name one here. What keeps credentials in
        /// place is set afterwards and wins: no redirects, HTTPS (or loopback, without a proxy), no
        /// re-sends, no compression, the timeouts and limits of this builder. A default header that is
        /// set here goes out with every profile's requests, so it must not hold a profile's key.
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
            F: FnOnce(reqwest::ClientBuilder) -> reqwest::ClientBuilder + Send + Sync + 'static,
        {
            self.settings.http = Some(Box::new(configure));
            self
        }
    };
}
pub(crate) use shared_settings;
