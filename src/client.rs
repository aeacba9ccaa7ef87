//! What the clients of all providers share: settings, credentials in headers, and the way from a
//! request to its end.

use std::ffi::OsString;
use std::fmt;
use std::net::IpAddr;
use std::time::Duration;

use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use url::{Host, Url};
use zeroize::Zeroizing;

use crate::engine::call::{self, Conduct, Finished, Run};
use crate::engine::limiter::Pace;
use crate::engine::limiters::Gates;
use crate::engine::operation::Wire;
use crate::engine::retry::Retry;
use crate::http::secrets::{Secret, Secrets};
use crate::http::transport::{self, Endpoint, Exchange, Method, Transport};
use crate::model::Error;

/// Where a provider is found, and how it wants to be spoken to.
pub(crate) struct Service {
    pub(crate) base_url: &'static str,
    pub(crate) path: &'static str,
    pub(crate) method: Method,
    pub(crate) pace: fn() -> Pace,
}

/// What a builder collects for any provider.
pub(crate) struct Settings {
    pub(crate) base_url: Option<String>,
    pub(crate) attempt_timeout: Duration,
    pub(crate) deadline: Duration,
    pub(crate) retry: Retry,
    pub(crate) pace: Option<Pace>,
    pub(crate) max_response_bytes: usize,
    pub(crate) http: Option<HttpHook>,
}

pub(crate) type HttpHook =
    Box<dyn FnOnce(reqwest::ClientBuilder) -> reqwest::ClientBuilder + Send + Sync>;

/// A header's name and the secret in it.
pub(crate) type Credential = (&'static str, Secret);

/// What a client is, whatever its provider: immutable, so that a clone can't come to speak for
/// another tenant.
#[derive(Clone)]
pub(crate) struct Core<E = Transport> {
    exchange: E,
    conduct: Conduct,
    gates: Gates,
    credentials: Vec<Credential>,
}

/// The header that says whose posts a request is about, where a provider has one.
pub(crate) const PROFILE: &str = "profile-key";

impl Core {
    pub(crate) fn new(
        service: &Service,
        api_key: &Secret,
        others: Vec<Credential>,
        settings: Settings,
    ) -> Result<Self, Error> {
        if !has_tls_provider() {
            return Err(Error::invalid(
                "no cryptography for TLS is installed: call rustls' CryptoProvider::install_default \
                 first, or enable the feature `rustls`",
            ));
        }
        let base_url = settings.base_url.as_deref().unwrap_or(service.base_url);
        let base_url = check_base_url(base_url)?;
        let mut url = base_url.clone();
        url.set_path(&format!(
            "{}{}",
            base_url.path().trim_end_matches('/'),
            service.path
        ));

        let mut credentials = vec![("authorization", api_key.clone())];
        credentials.extend(others);
        let endpoint = Endpoint {
            method: service.method,
            url,
            headers: headers(&credentials)?,
        };

        // The environment's proxies would be a second opinion on where secrets go; a caller who
        // wants one names it.
        let http = reqwest::Client::builder()
            .no_proxy()
            .user_agent(concat!("unpost/", env!("CARGO_PKG_VERSION")));
        let http = match settings.http {
            Some(hook) => hook(http),
            None => http,
        };
        if settings.attempt_timeout.is_zero() {
            return Err(Error::invalid(
                "an attempt timeout of 0 leaves no time for an answer: give it some",
            ));
        }
        let connect_timeout = Duration::from_secs(10).min(settings.attempt_timeout);
        let http = transport::hardened(http, &base_url, connect_timeout).map_err(Error::setup)?;

        let gates = Gates::new(settings.pace.unwrap_or_else(service.pace));
        Ok(Self {
            exchange: Transport::new(http, endpoint, settings.max_response_bytes),
            conduct: Conduct {
                attempt_timeout: settings.attempt_timeout,
                deadline: settings.deadline,
                retry: settings.retry,
                gate: gates.of_profile(profile_in(&credentials)),
                secrets: secrets_of(&credentials),
            },
            gates,
            credentials,
        })
    }

    /// The same pool, the same pacing table, another tenant.
    pub(crate) fn for_profile(&self, profile: Secret) -> Result<Self, Error> {
        let mut credentials = self.credentials.clone();
        credentials.retain(|(name, _)| *name != PROFILE);
        credentials.push((PROFILE, profile));
        Ok(Self {
            exchange: self.exchange.with_headers(headers(&credentials)?),
            conduct: Conduct {
                gate: self.gates.of_profile(profile_in(&credentials)),
                secrets: secrets_of(&credentials),
                ..self.conduct.clone()
            },
            gates: self.gates.clone(),
            credentials,
        })
    }

    /// What is sent in a header, for this crate's tests.
    #[cfg(test)]
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let credential = self.credentials.iter().find(|it| it.0 == name);
        credential.map(|(_, secret)| secret.expose())
    }
}

impl<E: Exchange + Sync> Core<E> {
    /// A client that speaks to something other than a server, for this crate's tests.
    #[cfg(test)]
    pub(crate) fn over(exchange: E, settings: Settings) -> Self {
        let gates = Gates::new(settings.pace.unwrap_or_else(Pace::unpaced));
        Self {
            exchange,
            conduct: Conduct {
                attempt_timeout: settings.attempt_timeout,
                deadline: settings.deadline,
                retry: settings.retry,
                gate: gates.of_profile(None),
                secrets: Secrets::default(),
            },
            gates,
            credentials: Vec::new(),
        }
    }

    /// The same client, gate included, over another exchange, for this crate's tests.
    #[cfg(test)]
    pub(crate) fn with_exchange(&self, exchange: E) -> Self {
        Self {
            exchange,
            conduct: self.conduct.clone(),
            gates: self.gates.clone(),
            credentials: Vec::new(),
        }
    }

    pub(crate) async fn call<W: Wire + Sync>(&self, wire: &W, run: Run<'_>) -> Finished {
        call::call(wire, &self.exchange, &self.conduct, run).await
    }
}

impl fmt::Debug for Core {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("url", &self.exchange.url().as_str())
            .field("attempt_timeout", &self.conduct.attempt_timeout)
            .field("deadline", &self.conduct.deadline)
            .field("retry", &self.conduct.retry)
            .finish_non_exhaustive()
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            base_url: None,
            attempt_timeout: Duration::from_secs(60),
            deadline: Duration::from_secs(5 * 60),
            retry: Retry::default(),
            pace: None,
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
            .field("pace", &self.pace)
            .field("max_response_bytes", &self.max_response_bytes)
            .finish_non_exhaustive()
    }
}

/// The setters that every provider's builder has, over its field `settings`.
macro_rules! shared_settings {
    () => {
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
        pub fn retry(mut self, retry: crate::Retry) -> Self {
            self.settings.retry = retry;
            self
        }

        /// How fast a profile's requests go, and how many answers of 429 are risked in a day.
        pub fn pace(mut self, pace: crate::Pace) -> Self {
            self.settings.pace = Some(pace);
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
        /// No proxy is taken from the environment: name it here. What keeps credentials in place is
        /// set afterwards and wins: no redirects, HTTPS (or loopback, without a proxy), no re-sends,
        /// no compression, the timeouts and limits of this builder. A default header set here goes
        /// out with every profile's requests, so never put a `Profile-Key` into one.
        ///
        /// ```
        /// # fn main() -> unpost::Result<()> {
        /// use unpost::ayrshare;
        ///
        /// let client = ayrshare::Client::builder("API_KEY")
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

/// A variable that `from_env` asks for. One that is set and empty is there, and refused later on.
pub(crate) fn variable(
    name: &str,
    lookup: impl Fn(&str) -> Option<OsString>,
) -> Result<Option<Zeroizing<String>>, Error> {
    match lookup(name).map(OsString::into_string) {
        None => Ok(None),
        Some(Ok(text)) => Ok(Some(Zeroizing::new(text))),
        Some(Err(text)) => {
            drop(Zeroizing::new(text.into_encoded_bytes()));
            let flaw = format!("the environment variable {name} isn't text");
            Err(Error::invalid(flaw))
        }
    }
}

fn check_base_url(text: &str) -> Result<Url, Error> {
    let refuse = |why: &str| Err(Error::invalid(format!("the base URL {why}")));
    let Ok(url) = Url::parse(text) else {
        return refuse("can't be read as a URL: write it like https://api.ayrshare.com/api");
    };
    let is_loopback = match url.host() {
        Some(Host::Domain(name)) => name.eq_ignore_ascii_case("localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => IpAddr::V6(address).to_canonical().is_loopback(),
        None => return refuse("names no host"),
    };
    let has_tls = cfg!(any(
        feature = "rustls",
        feature = "rustls-no-provider",
        feature = "native-tls"
    ));
    match url.scheme() {
        "https" if has_tls => {}
        "https" => return refuse("is HTTPS, and no TLS is built in: enable the feature `rustls`"),
        "http" if is_loopback => {}
        "http" => return refuse("is plain HTTP, which shows the keys to the network: use HTTPS"),
        _ => return refuse("is neither HTTPS nor, to loopback, plain HTTP: use https://"),
    }
    if !url.username().is_empty() || url.password().is_some() {
        return refuse("has a user or password in it, which would end up in logs: take it out");
    }
    if url.query().is_some() || url.fragment().is_some() {
        return refuse("has a query or fragment: take it out");
    }
    Ok(url)
}

/// With `rustls-no-provider` alone the HTTP library panics unless the application has installed one.
fn has_tls_provider() -> bool {
    #[cfg(all(feature = "rustls-no-provider", not(feature = "rustls")))]
    return rustls::crypto::CryptoProvider::get_default().is_some();
    #[cfg(not(all(feature = "rustls-no-provider", not(feature = "rustls"))))]
    true
}

#[cfg(all(test, feature = "rustls-no-provider", not(feature = "rustls")))]
#[test]
fn a_missing_tls_provider_is_an_error_and_not_a_panic() {
    let built = crate::genviral::Client::builder("public.secret").build();
    assert_eq!(built.unwrap_err().kind(), crate::ErrorKind::Invalid);
}

fn headers(credentials: &[Credential]) -> Result<HeaderMap, Error> {
    let mut headers = HeaderMap::with_capacity(credentials.len() + 2);
    let json = HeaderValue::from_static("application/json");
    headers.insert(CONTENT_TYPE, json.clone());
    headers.insert(ACCEPT, json);
    for (name, secret) in credentials {
        let name = HeaderName::from_static(name);
        let value = if name == AUTHORIZATION {
            let value = Zeroizing::new(format!("Bearer {}", secret.expose()));
            HeaderValue::from_str(&value)
        } else {
            HeaderValue::from_str(secret.expose())
        };
        let mut value = value.map_err(|_| Error::invalid("a key can't be sent in a header"))?;
        value.set_sensitive(true);
        headers.insert(name, value);
    }
    Ok(headers)
}

fn profile_in(credentials: &[Credential]) -> Option<&Secret> {
    let profile = credentials.iter().find(|(name, _)| *name == PROFILE);
    profile.map(|(_, secret)| secret)
}

fn secrets_of(credentials: &[Credential]) -> Secrets {
    credentials
        .iter()
        .map(|(_, secret)| secret.clone())
        .collect()
}
