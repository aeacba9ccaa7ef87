//! Runs a client against a fault, and measures what happens.

use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::time::Instant;
use unpost::{Error, Outcome, Provider, Retry, ayrshare, genviral};

use super::row::{ATTEMPTS, Http, POST, Row, SECOND, Site, Verb};
use super::server::ARRIVAL;
use crate::logs::planted;

/// The largest answer that the client reads. An endless answer reaches this size soon.
const MOST_BYTES: usize = 64 * 1024;

/// The results of one fault: for each verb that meets it, one for each act.
#[derive(Debug)]
pub(crate) struct Met {
    pub(crate) row: Row,
    pub(crate) by_id: Vec<Seen>,
    /// Empty for Genviral, which has no such request.
    pub(crate) all_scheduled: Vec<Seen>,
    pub(crate) bulk: Vec<Seen>,
    pub(crate) marked: Vec<Seen>,
}

/// The result of one call.
#[derive(Debug)]
pub(crate) struct Seen {
    pub(crate) verb: Verb,
    pub(crate) act: usize,
    pub(crate) result: Result<Response, Error>,
    /// How many whole requests reached the server.
    pub(crate) requests: u32,
    /// How many requests reached a server that must not get any.
    pub(crate) astray: u32,
    pub(crate) took: Duration,
}

#[derive(Debug)]
pub(crate) enum Response {
    Ayrshare(ayrshare::DeleteResponse),
    Genviral(genviral::DeleteResponse),
}

#[derive(Debug)]
enum Client {
    Ayrshare(ayrshare::Client),
    Genviral(genviral::Client),
}

impl Row {
    pub(crate) async fn meet(self) -> Met {
        Met {
            by_id: self.measure(Verb::ById).await,
            all_scheduled: self.measure(Verb::AllScheduled).await,
            bulk: self.measure(Verb::Bulk).await,
            marked: self.measure(Verb::MarkManualDeleted).await,
            row: self,
        }
    }

    async fn measure(&self, verb: Verb) -> Vec<Seen> {
        if !self.verbs.contains(&verb) || self.only.is_some_and(|only| only != verb) {
            return Vec::new();
        }
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
            // The client needs this long to notice what the server does to the idle connection.
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
                verb,
                act,
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
                    // The client logs as much as a caller can ask for.
                    .http(move |builder| http(builder.connection_verbose(true)))
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
}

impl Met {
    pub(crate) fn seen(&self) -> impl Iterator<Item = &Seen> {
        let all = [&self.by_id, &self.all_scheduled, &self.bulk, &self.marked];
        all.into_iter().flatten()
    }

    pub(crate) fn by(&self, verb: Verb) -> &[Seen] {
        match verb {
            Verb::AllScheduled => &self.all_scheduled,
            Verb::Bulk => &self.bulk,
            Verb::ById => &self.by_id,
            Verb::MarkManualDeleted => &self.marked,
        }
    }
}

impl Seen {
    /// One for each post that was asked for, whether or not the call succeeded.
    pub(crate) fn outcomes(&self) -> &[Outcome] {
        match &self.result {
            Ok(Response::Ayrshare(response)) => response.outcomes(),
            Ok(Response::Genviral(response)) => response.outcomes(),
            Err(error) => error.outcomes(),
        }
    }
}

impl Client {
    async fn delete(&self, verb: Verb) -> Result<Response, Error> {
        match self {
            Self::Ayrshare(client) => {
                let request = match verb {
                    Verb::AllScheduled => ayrshare::DeleteRequest::delete_all_scheduled(),
                    Verb::Bulk => ayrshare::DeleteRequest::bulk([POST, SECOND]),
                    Verb::ById => ayrshare::DeleteRequest::by_id(POST),
                    Verb::MarkManualDeleted => ayrshare::DeleteRequest::mark_manual_deleted(POST),
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
