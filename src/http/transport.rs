//! One HTTP attempt: a request out, an answer in, and the truth about what left.

use std::convert::Infallible;
use std::error::Error as StdError;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use http_body::{Body as HttpBody, Frame, SizeHint};
use reqwest::header::HeaderMap;
use url::Url;

use crate::engine::limiter::RateHeaders;

/// The way to one provider for one profile, over a connection pool that profiles share.
#[derive(Clone, Debug)]
pub(crate) struct Transport {
    http: reqwest::Client,
    endpoint: Endpoint,
    max_response_bytes: usize,
}

/// Carries a request's body to the provider, once.
pub(crate) trait Exchange {
    fn attempt(
        &self,
        body: Bytes,
        timeout: Duration,
    ) -> impl Future<Output = Result<Answer, Fault>> + Send;
}

/// What every attempt of a client has in common.
#[derive(Clone, Debug)]
pub(crate) struct Endpoint {
    pub(crate) method: Method,
    pub(crate) url: Url,
    /// Secrets among them are marked sensitive.
    pub(crate) headers: HeaderMap,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Method {
    Delete,
    Post,
}

/// An answer that arrived whole.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) rate: RateHeaders,
    pub(crate) body: Vec<u8>,
}

/// No whole answer.
#[derive(Debug)]
pub(crate) struct Fault {
    pub(crate) kind: FaultKind,
    /// What was read before the answer broke off.
    pub(crate) head: Option<(u16, RateHeaders)>,
    pub(crate) source: Option<BoxError>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FaultKind {
    /// The request's body was never asked for, so nothing can have come of it.
    NotSent,
    Timeout,
    Disconnected,
    TooLarge,
}

pub(crate) type BoxError = Box<dyn StdError + Send + Sync>;

impl Transport {
    pub(crate) fn new(
        http: reqwest::Client,
        endpoint: Endpoint,
        max_response_bytes: usize,
    ) -> Self {
        Self {
            http,
            endpoint,
            max_response_bytes,
        }
    }

    /// The same way, with other credentials.
    pub(crate) fn with_headers(&self, headers: HeaderMap) -> Self {
        let mut transport = self.clone();
        transport.endpoint.headers = headers;
        transport
    }

    pub(crate) fn url(&self) -> &Url {
        &self.endpoint.url
    }
    /// The whole body, or none of it.
    async fn read(&self, response: &mut reqwest::Response) -> Result<Vec<u8>, Fault> {
        let too_large = Fault {
            kind: FaultKind::TooLarge,
            head: None,
            source: None,
        };
        let announced = response.content_length().unwrap_or_default();
        if announced > self.max_response_bytes as u64 {
            return Err(too_large);
        }
        let mut whole = Vec::new();
        loop {
            match response.chunk().await {
                Ok(None) => return Ok(whole),
                Ok(Some(chunk)) if chunk.len() > self.max_response_bytes - whole.len() => {
                    return Err(too_large);
                }
                Ok(Some(chunk)) => whole.extend_from_slice(&chunk),
                Err(error) => return Err(Fault::new(broken_off(&error), error)),
            }
        }
    }
}

impl Exchange for Transport {
    /// Sends once. The HTTP library repeats nothing: the body can't be had twice.
    async fn attempt(&self, body: Bytes, timeout: Duration) -> Result<Answer, Fault> {
        let may_have_left = Arc::new(AtomicBool::new(false));
        let request = request(&self.endpoint, body, timeout, &may_have_left);
        let mut response = match self.http.execute(request).await {
            Ok(response) => response,
            Err(error) => {
                let kind = if may_have_left.load(Ordering::Acquire) {
                    broken_off(&error)
                } else {
                    FaultKind::NotSent
                };
                return Err(Fault::new(kind, error));
            }
        };
        let status = response.status().as_u16();
        let rate = rate_headers(response.headers());
        match self.read(&mut response).await {
            Ok(body) => Ok(Answer { status, rate, body }),
            Err(fault) => Err(Fault {
                head: Some((status, rate)),
                ..fault
            }),
        }
    }
}

impl Fault {
    fn new(kind: FaultKind, error: reqwest::Error) -> Self {
        Self {
            kind,
            head: None,
            source: Some(Box::new(error.without_url())),
        }
    }

    /// What lies at the root says most: "Connection refused", "invalid peer certificate".
    pub(crate) fn root_cause(&self) -> Option<&(dyn StdError + 'static)> {
        let mut root: &(dyn StdError + 'static) = self.source.as_deref()?;
        while let Some(cause) = root.source() {
            root = cause;
        }
        Some(root)
    }
}

/// Sets what no caller may loosen, over whatever a caller has set.
///
/// - `localhost` is looked up nowhere: plain HTTP is allowed to loopback alone, and a resolver that
///   answers otherwise would turn that into plain HTTP across a network. A proxy would do the same.
/// - Redirects are answers: followed, they take the Profile-Key and the X pair to another origin.
/// - Idle connections are closed before the server does it (Node's servers wait 5 s), since a
///   request sent into a closing connection can't be told from one that was carried out.
pub(crate) fn hardened(
    http: reqwest::ClientBuilder,
    base_url: &Url,
    connect_timeout: Duration,
) -> Result<reqwest::Client, reqwest::Error> {
    let mut http = http
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
        http = http.https_only(true);
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

fn request(
    endpoint: &Endpoint,
    body: Bytes,
    timeout: Duration,
    may_have_left: &Arc<AtomicBool>,
) -> reqwest::Request {
    let method = match endpoint.method {
        Method::Delete => reqwest::Method::DELETE,
        Method::Post => reqwest::Method::POST,
    };
    let mut request = reqwest::Request::new(method, endpoint.url.clone());
    request.headers_mut().clone_from(&endpoint.headers);
    *request.timeout_mut() = Some(timeout);
    *request.body_mut() = Some(reqwest::Body::wrap(WatchedBody {
        content: Some(body),
        may_have_left: Arc::clone(may_have_left),
    }));
    request
}

fn broken_off(error: &reqwest::Error) -> FaultKind {
    if error.is_timeout() {
        FaultKind::Timeout
    } else {
        FaultKind::Disconnected
    }
}

fn rate_headers(headers: &HeaderMap) -> RateHeaders {
    #[allow(
        clippy::disallowed_methods,
        reason = "a Retry-After may be a date, and this is where the world is touched"
    )]
    let unix_now = SystemTime::now().duration_since(UNIX_EPOCH).ok();
    // An answer has few headers: going through them costs less than making a name to look up.
    let find = |name: &str| {
        let (_, value) = headers.iter().find(|(it, _)| it.as_str() == name)?;
        value.to_str().ok()
    };
    RateHeaders::parse(find, unix_now)
}

/// A body that notes when it is first asked for. Until then no connection has any of it, whatever
/// the error says; after that, some server may have all of it.
struct WatchedBody {
    content: Option<Bytes>,
    may_have_left: Arc<AtomicBool>,
}

impl HttpBody for WatchedBody {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.may_have_left.store(true, Ordering::Release);
        Poll::Ready(self.content.take().map(|content| Ok(Frame::data(content))))
    }

    fn is_end_stream(&self) -> bool {
        self.content.is_none()
    }

    /// Exact, so that the request has a content-length and isn't chunked.
    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.content.as_ref().map_or(0, |it| it.len() as u64))
    }
}
