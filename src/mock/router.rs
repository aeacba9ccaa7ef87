use std::{collections::VecDeque, time::Instant};

use serde_json::json;

use super::{fault::Fault, reply::Reply, request::Request};

/// What a provider does with a request: all of its behaviour, without a socket or a clock.
pub(super) trait Rules: Send + 'static {
    const METHOD: &'static str;
    const PATH: &'static str;

    fn answer(&mut self, request: &Request, now: Instant) -> Reply;
}

/// Where requests arrive: faults first, then the provider's rules; every request is kept.
pub(super) struct Router<R> {
    pub(super) rules: R,
    faults: VecDeque<Fault>,
    requests: Vec<Request>,
}

impl<R: Rules> Router<R> {
    pub(super) fn new(rules: R) -> Self {
        Self {
            rules,
            faults: VecDeque::new(),
            requests: Vec::new(),
        }
    }

    pub(super) fn receive(&mut self, mut request: Request, now: Instant) -> Reply {
        let reply = if !Self::knows(&request) {
            complain(&request)
        } else if let Some(fault) = self.faults.pop_front() {
            fault.strike(|| self.rules.answer(&request, now))
        } else {
            self.rules.answer(&request, now)
        };
        request.status = reply.status;
        self.requests.push(request);
        reply
    }

    /// Puts a request to the rules past all faults, and keeps no record of it: status, headers and body of the answer.
    #[cfg(feature = "internals")]
    pub(super) fn answer(
        &mut self,
        headers: &[(&str, &str)],
        body: &[u8],
        now: Instant,
    ) -> (u16, Vec<(String, String)>, Vec<u8>) {
        let body = String::from_utf8_lossy(body);
        let request = Request::new(R::METHOD, R::PATH, headers, &body);
        let reply = self.rules.answer(&request, now);
        // Only a fault hangs up.
        (reply.status.unwrap_or(500), reply.headers, reply.body)
    }

    /// Whether [`receive`](Self::receive) would hang up on this request.
    pub(super) fn would_hang_up(&self, request: &Request) -> bool {
        Self::knows(request) && self.faults.front().is_some_and(Fault::hangs_up)
    }

    pub(super) fn fail_next(&mut self, times: usize, fault: Fault) {
        self.faults.extend(std::iter::repeat_n(fault, times));
    }

    pub(super) fn requests(&self) -> Vec<Request> {
        self.requests.clone()
    }

    pub(super) fn unexpected(&self) -> Vec<Request> {
        self.requests
            .iter()
            .filter(|request| !Self::knows(request))
            .cloned()
            .collect()
    }

    fn knows(request: &Request) -> bool {
        request.method == R::METHOD && request.path == R::PATH
    }
}

#[allow(
    clippy::print_stderr,
    reason = "a request that no rule knows must not pass unseen in a test's output"
)]
fn complain(request: &Request) -> Reply {
    let message = format!(
        "the mock has no rule for {} {}",
        request.method, request.path
    );
    eprintln!("unpost: {message}");
    Reply::json(501, &json!({ "status": "error", "message": message }))
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Counting(u32);

    impl Rules for Counting {
        const METHOD: &'static str = "DELETE";
        const PATH: &'static str = "/known";

        fn answer(&mut self, _: &Request, _: Instant) -> Reply {
            self.0 += 1;
            Reply::bare(200)
        }
    }

    fn receive(router: &mut Router<Counting>, path: &str) -> (Option<u16>, u32) {
        let request = Request::new("DELETE", path, &[], "");
        #[allow(clippy::disallowed_methods, reason = "any instant will do")]
        let reply = router.receive(request, Instant::now());
        (reply.status, router.rules.0)
    }

    #[test]
    fn faults_strike_in_order_before_or_after_acting_and_then_are_spent() {
        let mut router = Router::new(Counting(0));
        router.fail_next(2, Fault::status(503));
        router.fail_next(1, Fault::status(502).after_acting());
        router.fail_next(1, Fault::hang_up().after_acting());

        let seen: Vec<_> = (0..5).map(|_| receive(&mut router, "/known")).collect();

        assert_eq!(
            seen,
            [
                (Some(503), 0),
                (Some(503), 0),
                (Some(502), 1),
                (None, 2),
                (Some(200), 3)
            ]
        );
    }

    #[test]
    fn a_request_that_no_rule_knows_gets_501_spends_no_fault_and_is_kept() {
        let mut router = Router::new(Counting(0));
        router.fail_next(1, Fault::status(503));

        assert_eq!(receive(&mut router, "/other"), (Some(501), 0));
        assert_eq!(receive(&mut router, "/known"), (Some(503), 0));
        assert_eq!(
            router
                .unexpected()
                .iter()
                .map(Request::path)
                .collect::<Vec<_>>(),
            ["/other"]
        );
    }
}
