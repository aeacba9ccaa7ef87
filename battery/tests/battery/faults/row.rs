//! One fault: the server that has it, the verbs that meet it, and when a success is right.

use std::any::Any;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use unpost::Provider;

use super::met::Seen;
use super::server::{Act, Layer, Server, Tally};
use super::tls::Certificate;

pub(crate) const POST: &str = "post-1";
/// The second post, if two are asked for.
pub(crate) const SECOND: &str = "post-2";
pub(crate) const ATTEMPT_TIMEOUT: Duration = Duration::from_millis(1_500);
pub(crate) const ATTEMPTS: u32 = 3;
const DEADLINE: Duration = Duration::from_secs(8);

/// A line of the table.
pub(crate) struct Row {
    pub(crate) fault: String,
    /// The wrong part of an answer, if the acts differ in its value alone.
    pub(crate) part: Option<Part>,
    pub(super) provider: Provider,
    pub(crate) verbs: [Verb; 2],
    /// The only one of the two that meets the fault, if the other shows nothing new or doesn't exist.
    pub(super) only: Option<Verb>,
    pub(super) open: Open,
    /// The acts of the server that are measured, each by itself.
    pub(super) acts: std::ops::Range<usize>,
    /// Whether the client first makes a call that isn't measured, which act 0 answers.
    pub(super) warms_up: bool,
    pub(super) attempt_timeout: Duration,
    pub(super) deadline: Duration,
    /// The verbs and acts for which a success is right.
    may_succeed: Vec<(Verb, usize)>,
    /// Another post, which the answer rightly calls deleted.
    pub(crate) deleted_besides: Option<&'static str>,
    pub(crate) throttles: bool,
    pub(crate) races: bool,
}

/// A part of an answer, and the values that the part has in turn.
pub(crate) struct Part {
    pub(crate) answer: &'static str,
    pub(crate) name: String,
    /// What is wrong with each of the values.
    pub(crate) wrong: &'static str,
    pub(crate) values: Vec<&'static str>,
}

pub(super) type Open = Box<dyn Fn() -> Pin<Box<dyn Future<Output = Site> + Send>> + Send + Sync>;
pub(crate) type Http = Box<dyn Fn(reqwest::ClientBuilder) -> reqwest::ClientBuilder + Send + Sync>;

/// Makes a client trust no certificate. Building it is much faster than reading the system's certificates.
pub(crate) fn plain() -> Http {
    Box::new(|http| http.tls_backend_rustls().tls_certs_only([]))
}

/// The server that a client is to use.
pub(crate) struct Site {
    pub(crate) base_url: String,
    pub(crate) http: Http,
    pub(crate) tally: Arc<Tally>,
    /// What arrived at another server, which must not get anything.
    pub(crate) elsewhere: Arc<Tally>,
    /// Values that must not be dropped while the client is at work.
    pub(crate) kept: Box<dyn Any + Send + Sync>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Verb {
    AllScheduled,
    /// Of two posts.
    Bulk,
    ById,
    MarkManualDeleted,
}

impl Row {
    /// A server over plain TCP. Each of its acts is measured by itself.
    pub(crate) fn new(fault: impl Into<String>, acts: impl IntoIterator<Item = Act>) -> Self {
        let acts: Vec<_> = acts.into_iter().collect();
        let count = acts.len();
        let open = move || {
            let acts = acts.clone();
            async { Site::over(Server::start(Layer::Tcp, acts).await, "http", plain()) }
        };
        Self::at(fault, open).with_acts(count)
    }

    /// A server over TLS, with one act.
    pub(crate) fn over_tls(fault: impl Into<String>, act: Act) -> Self {
        Self::at(fault, move || {
            let act = act.clone();
            async {
                let certificate = Certificate::of("127.0.0.1");
                let server = Server::start(Layer::Tls(certificate.clone()), vec![act]).await;
                Site::over(
                    server,
                    "https",
                    Box::new(move |http| certificate.trusted(http)),
                )
            }
        })
    }

    /// The server that `open` starts, with one act.
    pub(crate) fn at<F>(
        fault: impl Into<String>,
        open: impl Fn() -> F + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output = Site> + Send + 'static,
    {
        Self {
            fault: fault.into(),
            part: None,
            provider: Provider::Ayrshare,
            verbs: [Verb::ById, Verb::AllScheduled],
            only: None,
            open: Box::new(move || Box::pin(open())),
            acts: 0..1,
            warms_up: false,
            attempt_timeout: ATTEMPT_TIMEOUT,
            deadline: DEADLINE,
            may_succeed: Vec::new(),
            deleted_besides: None,
            throttles: false,
            races: false,
        }
    }

    pub(crate) fn at_genviral(mut self) -> Self {
        self.provider = Provider::Genviral;
        self.only_by(Verb::ById)
    }

    pub(crate) fn with_acts(mut self, count: usize) -> Self {
        self.acts = 0..count;
        self
    }

    /// The first act is no fault. The client meets the fault in its next call.
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

    /// The verbs that meet the fault are `bulk` of two posts and `mark_manual_deleted`.
    pub(crate) fn by_bulk_and_mark(mut self) -> Self {
        self.verbs = [Verb::Bulk, Verb::MarkManualDeleted];
        self
    }

    pub(crate) fn only_by(mut self, verb: Verb) -> Self {
        self.only = Some(verb);
        self
    }

    /// Each act is an answer in which this part has one of these values.
    pub(crate) fn of(mut self, part: Part) -> Self {
        self.part = Some(part);
        self
    }

    pub(crate) fn may_succeed(self) -> Self {
        let [one, other] = self.verbs;
        self.may_succeed_by(one).may_succeed_by(other)
    }

    pub(crate) fn may_succeed_by(mut self, verb: Verb) -> Self {
        let acts = self.acts.clone().map(|act| (verb, act));
        self.may_succeed.extend(acts);
        self
    }

    /// Either verb may succeed with these values of the part, and with no others.
    pub(crate) fn may_succeed_with(self, values: &[&str]) -> Self {
        let [one, other] = self.verbs;
        self.may_succeed_by_with(one, values)
            .may_succeed_by_with(other, values)
    }

    pub(crate) fn may_succeed_by_with(mut self, verb: Verb, values: &[&str]) -> Self {
        let part = self.part.as_ref().unwrap();
        for value in values {
            let act = part.values.iter().position(|known| known == value).unwrap();
            self.may_succeed.push((verb, act));
        }
        self
    }

    pub(crate) fn deletes_second(mut self) -> Self {
        self.deleted_besides = Some(SECOND);
        self
    }

    /// The server says that a rate limit is reached and that it did nothing, so any request may be sent again.
    pub(crate) fn throttles(mut self) -> Self {
        self.throttles = true;
        self
    }

    /// Chance decides whether the fault comes before or after the request has left.
    pub(crate) fn races(mut self) -> Self {
        self.races = true;
        self
    }

    /// Whether it is right that this call succeeds, or that its post is called gone.
    pub(crate) fn lets_succeed(&self, seen: &Seen) -> bool {
        self.may_succeed.contains(&(seen.verb, seen.act))
    }

    pub(crate) fn describe(&self, act: usize) -> String {
        match &self.part {
            Some(part) => format!("{} is {}", self.fault, part.values[act]),
            None => self.fault.clone(),
        }
    }

    /// How long a call took, in words that are the same on every machine.
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

    /// No call may take longer than this. A busy machine needs some time after the deadline to return the error.
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
