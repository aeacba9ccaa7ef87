//! One fault: the server that has it, and what is measured of a client that meets it.

use std::any::Any;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::time::Instant;
use unpost::{Error, Provider, Retry, ayrshare, genviral};

use super::server::{ARRIVAL, Act, Layer, Server, Tally};
use super::tls::Certificate;
use crate::ears::planted;

pub(crate) const POST: &str = "post-1";
pub(crate) const ATTEMPT_TIMEOUT: Duration = Duration::from_millis(1_500);
pub(crate) const ATTEMPTS: u32 = 3;
const DEADLINE: Duration = Duration::from_secs(8);
/// The largest answer that is read, so that one without end ends soon.
const MOST_BYTES: usize = 64 * 1024;

/// A line of the table.
pub(crate) struct Row {
    pub(crate) fault: String,
    provider: Provider,
    open: Open,
    /// The acts of its server that are measured, each for itself.
    acts: std::ops::Range<usize>,
    /// Whether act 0 comes first, unmeasured, over the same client.
    warms_up: bool,
    attempt_timeout: Duration,
    deadline: Duration,
    /// Whether there is nothing wrong with a success: of `by_id`, of `delete_all_scheduled`.
    pub(crate) may_succeed: [bool; 2],
    pub(crate) throttles: bool,
    pub(crate) races: bool,
}

type Open = Box<dyn Fn() -> Pin<Box<dyn Future<Output = Site> + Send>> + Send + Sync>;
pub(crate) type Http =
    Box<dyn FnOnce(reqwest::ClientBuilder) -> reqwest::ClientBuilder + Send + Sync>;

/// A client that believes in no certificate at all: made much faster than one that reads the system's.
pub(crate) fn plain() -> Http {
    Box::new(|it| it.tls_backend_rustls().tls_certs_only([]))
}

/// Where a client is pointed.
pub(crate) struct Site {
    pub(crate) base_url: String,
    pub(crate) http: Http,
    pub(crate) tally: Arc<Tally>,
    /// What arrived where nothing may ever arrive.
    pub(crate) elsewhere: Arc<Tally>,
    /// What has to stay while the client is at work.
    pub(crate) kept: Box<dyn Any + Send + Sync>,
}

/// What came of one fault.
#[derive(Debug)]
pub(crate) struct Met {
    pub(crate) row: Row,
    /// For each act.
    pub(crate) by_id: Vec<Seen>,
    /// The same for `delete_all_scheduled`, which Genviral lacks.
    pub(crate) all_scheduled: Vec<Seen>,
}

/// What came of one call.
#[derive(Debug)]
pub(crate) struct Seen {
    pub(crate) result: Result<Response, Error>,
    /// How many whole requests reached the server.
    pub(crate) requests: u32,
    /// How many reached a server that had no business with them.
    pub(crate) astray: u32,
    pub(crate) took: Duration,
}

#[derive(Debug)]
pub(crate) enum Response {
    Ayrshare(ayrshare::DeleteResponse),
    Genviral(genviral::DeleteResponse),
}

#[derive(Clone, Copy)]
enum Verb {
    ById,
    AllScheduled,
}

#[derive(Debug)]
enum Client {
    Ayrshare(ayrshare::Client),
    Genviral(genviral::Client),
}

impl Row {
    /// Measures each act of a plain server for itself.
    pub(crate) fn new(fault: impl Into<String>, acts: impl IntoIterator<Item = Act>) -> Self {
        let acts: Vec<_> = acts.into_iter().collect();
        let count = acts.len();
        let open = move || {
            let acts = acts.clone();
            async { Site::over(Server::start(Layer::Tcp, acts).await, "http", plain()) }
        };
        Self::at(fault, open).with_acts(count)
    }

    /// The same over TLS.
    pub(crate) fn over_tls(fault: impl Into<String>, act: Act) -> Self {
        Self::at(fault, move || {
            let act = act.clone();
            async {
                let certificate = Certificate::of("127.0.0.1");
                let server = Server::start(Layer::Tls(certificate.clone()), vec![act]).await;
                Site::over(server, "https", Box::new(move |it| certificate.trusted(it)))
            }
        })
    }

    /// Whatever `open` makes, with one act.
    pub(crate) fn at<F>(
        fault: impl Into<String>,
        open: impl Fn() -> F + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output = Site> + Send + 'static,
    {
        Self {
            fault: fault.into(),
            provider: Provider::Ayrshare,
            open: Box::new(move || Box::pin(open())),
            acts: 0..1,
            warms_up: false,
            attempt_timeout: ATTEMPT_TIMEOUT,
            deadline: DEADLINE,
            may_succeed: [false; 2],
            throttles: false,
            races: false,
        }
    }

    pub(crate) fn at_genviral(mut self) -> Self {
        self.provider = Provider::Genviral;
        self
    }

    pub(crate) fn with_acts(mut self, count: usize) -> Self {
        self.acts = 0..count;
        self
    }

    /// The first act is the normal course of things, and the fault befalls the client's next call.
    pub(crate) fn on_the_second_call(mut self) -> Self {
        self.warms_up = true;
        self.acts = 1..2;
        self
    }

    pub(crate) fn with_times(mut self, attempt_timeout: Duration, deadline: Duration) -> Self {
        self.attempt_timeout = attempt_timeout;
        self.deadline = deadline;
        self
    }

    pub(crate) fn may_succeed(mut self) -> Self {
        self.may_succeed = [true, true];
        self
    }

    pub(crate) fn only_by_id_may_succeed(mut self) -> Self {
        self.may_succeed = [true, false];
        self
    }

    pub(crate) fn only_all_scheduled_may_succeed(mut self) -> Self {
        self.may_succeed = [false, true];
        self
    }

    /// The server says that it did nothing, by 429, so that anything may be asked again.
    pub(crate) fn throttles(mut self) -> Self {
        self.throttles = true;
        self
    }

    /// It is a matter of luck whether the fault comes before or after the request has left.
    pub(crate) fn races(mut self) -> Self {
        self.races = true;
        self
    }

    pub(crate) async fn meet(self) -> Met {
        let by_id = self.measure(Verb::ById).await;
        let all_scheduled = match self.provider {
            Provider::Ayrshare => self.measure(Verb::AllScheduled).await,
            _ => Vec::new(),
        };
        Met {
            row: self,
            by_id,
            all_scheduled,
        }
    }

    async fn measure(&self, verb: Verb) -> Vec<Seen> {
        let Site {
            base_url,
            http,
            tally,
            elsewhere,
            kept: _kept,
        } = (self.open)().await;
        let client = self.client(base_url, http);
        if self.warms_up {
            let warmed_up = client.delete(verb).await;
            warmed_up.expect(&self.fault);
            // Long enough for the client to notice what the server does to the idle connection.
            tokio::time::sleep(4 * ARRIVAL).await;
        }
        let mut seen = Vec::new();
        for act in self.acts.clone() {
            tally.act.store(act, Ordering::SeqCst);
            let before = tally.requests.load(Ordering::SeqCst);
            let started = Instant::now();
            let result = client.delete(verb).await;
            let took = started.elapsed();
            seen.push(Seen {
                result,
                requests: tally.requests.load(Ordering::SeqCst) - before,
                astray: elsewhere.requests.load(Ordering::SeqCst),
                took,
            });
        }
        seen
    }

    fn client(&self, base_url: String, http: Http) -> Client {
        let retry =
            Retry::attempts(ATTEMPTS).backoff(Duration::from_millis(1), Duration::from_millis(2));
        macro_rules! build {
            ($builder:expr) => {
                $builder
                    .base_url(base_url)
                    // The most talkative client that a caller can ask for.
                    .http(|it| http(it.connection_verbose(true)))
                    .attempt_timeout(self.attempt_timeout)
                    .deadline(self.deadline)
                    .retry(retry)
                    .max_response_bytes(MOST_BYTES)
                    .build()
                    .unwrap()
            };
        }
        match self.provider {
            Provider::Genviral => {
                Client::Genviral(build!(genviral::Client::builder(planted::API_KEY)))
            }
            _ => Client::Ayrshare(build!(
                ayrshare::Client::builder(planted::API_KEY)
                    .profile_key(planted::PROFILE_KEY)
                    .x_keys(planted::X_API_KEY, planted::X_API_SECRET)
            )),
        }
    }

    /// How long a call took, in terms that are the same on every machine.
    pub(crate) fn patience(&self, took: Duration) -> String {
        if took >= self.deadline {
            return "after the deadline".to_owned();
        }
        match took.as_millis() / self.attempt_timeout.as_millis() {
            0 => "at once".to_owned(),
            1 => "after the attempt timeout".to_owned(),
            n => format!("after {n} attempt timeouts"),
        }
    }

    /// Longer than this, no call may take: what is left after the deadline is to say so, on a busy machine.
    pub(crate) fn longest(&self) -> Duration {
        self.deadline + Duration::from_millis(500)
    }
}

impl std::fmt::Debug for Row {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.fault)
    }
}

impl Site {
    pub(crate) fn over(server: Server, scheme: &str, http: Http) -> Self {
        Self {
            base_url: format!("{scheme}://{}/api", server.address),
            http,
            tally: Arc::clone(&server.tally),
            elsewhere: Arc::default(),
            kept: Box::new(server),
        }
    }

    /// A place that no request can reach.
    pub(crate) fn unreachable(base_url: impl Into<String>, http: Http) -> Self {
        Self {
            base_url: base_url.into(),
            http,
            tally: Arc::default(),
            elsewhere: Arc::default(),
            kept: Box::new(()),
        }
    }
}

impl Client {
    async fn delete(&self, verb: Verb) -> Result<Response, Error> {
        match self {
            Self::Ayrshare(client) => {
                let request = match verb {
                    Verb::ById => ayrshare::DeleteRequest::by_id(POST),
                    Verb::AllScheduled => ayrshare::DeleteRequest::delete_all_scheduled(),
                };
                client.delete(request).await.map(Response::Ayrshare)
            }
            Self::Genviral(client) => {
                let request = genviral::DeleteRequest::by_id(POST);
                client.delete(request).await.map(Response::Genviral)
            }
        }
    }
}
