//! Makes one HTTP attempt, and finds out whether the request's body may have been sent.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use futures_core::future::BoxFuture;
use http_body::{Body as HttpBody, Frame, SizeHint};
use reqwest::header::{HeaderMap, HeaderValue};
use reqwest::{Method, Request};
use url::Url;

use super::base_url;
use super::credentials::Credentials;
use super::pools::Pools;
use super::settings::Settings;
use crate::engine::call::NO_TIME_FOR_AN_ANSWER;
use crate::engine::exchange::{Answer, Attempted, Delivery, Exchange, Head, TransportErrorKind};
use crate::engine::limiter::RateLimit;
use crate::engine::limiter::headers::{RateHeaderNames, RateHeaders};
use crate::model::{Error, Provider};

/// Where a provider accepts requests, and what is known of its limits.
#[derive(Debug)]
pub struct Endpoint {
    /// The provider.
    pub provider: Provider,
    /// The base URL, unless the caller sets another.
    pub base_url: &'static str,
    /// What follows the base URL.
    pub path: &'static str,
    /// The HTTP method of every request.
    pub method: Method,
    /// The rate limit of a profile, unless the caller sets another.
    pub rate_limit: fn() -> RateLimit,
    /// The provider's names for its rate headers.
    pub rate_headers: RateHeaderNames,
}

/// Sends requests to one provider for one profile, over connection pools that profiles share.
#[derive(Clone, Debug)]
pub(crate) struct Transport {
    pools: Arc<Pools>,
    endpoint: &'static Endpoint,
    pub(crate) url: Url,
    headers: HeaderMap,
    max_response_bytes: usize,
}

impl Transport {
    pub(crate) fn new(
        endpoint: &'static Endpoint,
        credentials: &Credentials,
        settings: &mut Settings,
    ) -> Result<Self, Error> {
        if !has_tls_provider() {
            return Err(Error::invalid(
                "no cryptography for TLS is installed: call rustls' CryptoProvider::install_default \
                 first, or enable the feature `rustls`",
            ));
        }
        let base_url = settings.base_url.as_deref().unwrap_or(endpoint.base_url);
        let base_url = base_url::parse(base_url, endpoint.base_url)?;
        let headers = credentials.headers()?;

        let user_agent = user_agent(settings.user_agent_suffix.as_deref())?;
        if settings.attempt_timeout.is_zero() {
            return Err(Error::invalid(NO_TIME_FOR_AN_ANSWER));
        }
        let connect_timeout = Duration::from_secs(10).min(settings.attempt_timeout);
        let configure = settings.http.take();
        let target = base_url.clone();
        let pools = Pools::new(move || {
            let http = reqwest::Client::builder();
            let http = match &configure {
                // The engine takes the time, because it looks at an answer before it looks at a clock.
                Some(configure) => configure(http).timeout(NEVER).read_timeout(NEVER),
                None => http,
            };
            hardened(
                http.user_agent(user_agent.clone()),
                &target,
                connect_timeout,
            )
        });
        Ok(Self {
            pools: Arc::new(pools.map_err(Error::setup)?),
            endpoint,
            url: base_url::join(base_url, endpoint.path),
            headers,
            max_response_bytes: settings.max_response_bytes,
        })
    }

    /// What stands before the endpoint's path in the URL.
    pub(crate) fn base_url(&self) -> &str {
        let url = self.url.as_str();
        url.strip_suffix(self.endpoint.path).unwrap_or(url)
    }

    /// The same transport with other credentials.
    pub(crate) fn for_credentials(&self, credentials: &Credentials) -> Result<Self, Error> {
        Ok(Self {
            headers: credentials.headers()?,
            ..self.clone()
        })
    }

    fn request(&self, body: Bytes, delivery: &Arc<Delivery>) -> Request {
        let mut request = Request::new(self.endpoint.method.clone(), self.url.clone());
        request.headers_mut().clone_from(&self.headers);
        *request.body_mut() = Some(reqwest::Body::wrap(WatchedBody {
            content: Some(body),
            delivery: Arc::clone(delivery),
        }));
        request
    }
}

impl Exchange for Transport {
    /// Sends the request once. The HTTP library can't repeat it, because the body can't be read twice.
    fn attempt(&self, body: Bytes, delivery: Arc<Delivery>) -> BoxFuture<'static, Attempted> {
        let request = self.request(body, &delivery);
        let pools = Arc::clone(&self.pools);
        let rate_headers = &self.endpoint.rate_headers;
        let max_bytes = self.max_response_bytes;
        Box::pin(async move {
            let broken = |error: reqwest::Error| {
                let source = Box::new(error.without_url());
                delivery.broken_off(TransportErrorKind::Disconnected, Some(source))
            };
            let http = pools.of_this_runtime().await.map_err(broken)?;
            let mut response = http.execute(request).await.map_err(broken)?;
            let head = Head {
                status: response.status().as_u16(),
                rate: read_rate(rate_headers, response.headers()),
            };
            delivery.answers(head);
            let too_large = || delivery.broken_off(TransportErrorKind::TooLarge, None);
            let announced = response.content_length().unwrap_or_default();
            if announced > max_bytes as u64 {
                return Err(too_large());
            }
            let mut body = Vec::new();
            while let Some(chunk) = response.chunk().await.map_err(broken)? {
                if chunk.len() > max_bytes - body.len() {
                    return Err(too_large());
                }
                body.extend_from_slice(&chunk);
            }
            Ok(Answer { head, body })
        })
    }
}

/// Longer than any attempt lasts.
const NEVER: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// This crate's name and version, and what the caller adds to them.
fn user_agent(suffix: Option<&str>) -> Result<HeaderValue, Error> {
    let own = concat!("unpost/", env!("CARGO_PKG_VERSION"));
    let text = match suffix.map(str::trim) {
        None | Some("") => own.to_owned(),
        Some(suffix) => format!("{own} {suffix}"),
    };
    HeaderValue::from_str(&text).map_err(|_| {
        Error::invalid("the user agent's suffix has a character in it that no header can hold")
    })
}

/// Sets what no caller may change. It overrides whatever a caller has set, also if the caller's `http` has
/// returned a builder of its own.
///
/// - The environment doesn't decide where secrets are sent. Any explicit proxy keeps the HTTP client from
///   reading the environment's, so one is added that never takes a request. It comes after the caller's own
///   proxies, which keep their place.
/// - `localhost` is never resolved by DNS. Plain HTTP is allowed only to loopback, and a resolver with
///   another address would send it across a network. So would a proxy.
/// - Redirects aren't followed, because that could send the credentials' headers to another origin.
/// - Idle connections are closed before the server closes them (Node's servers wait 5 s). A request that
///   is sent into a closing connection can't be told from one that was carried out.
pub(crate) fn hardened(
    http: reqwest::ClientBuilder,
    base_url: &Url,
    connect_timeout: Duration,
) -> Result<reqwest::Client, reqwest::Error> {
    let mut http = with_tls_backend(http)
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .referer(false)
        .no_gzip()
        .no_brotli()
        .no_zstd()
        .no_deflate()
        .connection_verbose(false)
        .connect_timeout(connect_timeout)
        .pool_idle_timeout(Duration::from_secs(4));
    if base_url.scheme() == "https" {
        let never = reqwest::Proxy::custom(|_| None::<Url>);
        http = http.https_only(true).proxy(never);
    } else {
        let port = base_url.port_or_known_default().unwrap_or_default();
        http = http.no_proxy().resolve_to_addrs(
            "localhost",
            &[
                (std::net::Ipv4Addr::LOCALHOST, port).into(),
                (std::net::Ipv6Addr::LOCALHOST, port).into(),
            ],
        );
    }
    http.build().map_err(reqwest::Error::without_url)
}

/// Chooses the TLS that this crate's features name. Otherwise another crate in the same build, which turns on
/// a feature of the HTTP library, would choose it. Without any of the three features, the library has no
/// method for the choice, and `base_url` refuses HTTPS.
fn with_tls_backend(http: reqwest::ClientBuilder) -> reqwest::ClientBuilder {
    #[cfg(any(feature = "rustls", feature = "rustls-no-provider"))]
    let http = http.tls_backend_rustls();
    #[cfg(all(
        feature = "native-tls",
        not(any(feature = "rustls", feature = "rustls-no-provider"))
    ))]
    let http = http.tls_backend_native();
    http
}

/// With `rustls-no-provider` alone the HTTP library panics unless the application has installed
/// a provider of cryptography.
fn has_tls_provider() -> bool {
    #[cfg(all(feature = "rustls-no-provider", not(feature = "rustls")))]
    return rustls::crypto::CryptoProvider::get_default().is_some();
    #[cfg(not(all(feature = "rustls-no-provider", not(feature = "rustls"))))]
    true
}

fn read_rate(names: &RateHeaderNames, headers: &HeaderMap) -> RateHeaders {
    #[allow(
        clippy::disallowed_methods,
        reason = "an answer without a date may name one, and only this module may read the calendar"
    )]
    let unix_now = SystemTime::now().duration_since(UNIX_EPOCH).ok();
    // An answer has few headers, so comparing each name costs less than building one to look up.
    let find = |wanted: &str| {
        let (_, value) = headers.iter().find(|(name, _)| name.as_str() == wanted)?;
        value.to_str().ok()
    };
    names.read(find, unix_now)
}

/// A body that records when it is first read. Before that, no part of it was sent, whatever the error says.
/// After that, a server may have all of it.
struct WatchedBody {
    content: Option<Bytes>,
    delivery: Arc<Delivery>,
}

impl HttpBody for WatchedBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        if !self.delivery.leaves() {
            // Nobody waits for the answer any more. Without its body the request does nothing.
            self.content = None;
            return Poll::Ready(Some(Err(io::ErrorKind::ConnectionAborted.into())));
        }
        Poll::Ready(self.content.take().map(|content| Ok(Frame::data(content))))
    }

    fn is_end_stream(&self) -> bool {
        self.content.is_none()
    }

    /// The size is exact, so that the request has a content-length and isn't chunked.
    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(
            self.content
                .as_ref()
                .map_or(0, |content| content.len() as u64),
        )
    }
}

#[cfg(all(test, feature = "rustls-no-provider", not(feature = "rustls")))]
#[test]
fn a_missing_tls_provider_is_an_error_and_not_a_panic() {
    static ENDPOINT: Endpoint = Endpoint {
        provider: Provider::Other(std::borrow::Cow::Borrowed("acme")),
        base_url: "https://provider.example",
        path: "/posts",
        method: Method::DELETE,
        rate_limit: RateLimit::unlimited,
        rate_headers: RateHeaderNames {
            max: None,
            count: None,
            remaining: None,
            reset: None,
        },
    };
    let built = Transport::new(&ENDPOINT, &Credentials::new([]), &mut Settings::default());
    assert_eq!(built.unwrap_err().kind(), crate::model::ErrorKind::Invalid);
}
