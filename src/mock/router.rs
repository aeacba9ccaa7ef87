use std::{collections::VecDeque, time::Instant};

use serde_json::json;

use super::{fault::Fault, reply::Reply, request::Request};

/// How a provider answers a request, without a socket or a clock.
pub(super) trait Rules: Send + 'static {
    const METHOD: &'static str;
    const PATH: &'static str;

    fn answer(&mut self, request: &Request, now: Instant) -> Reply;

    /// Whether the body names this post, alone or with others.
    fn names_post(request: &Request, id: &str) -> bool;
}

/// Answers requests with the next fault that applies, or by the provider's rules if no fault does. Keeps
/// every request.
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
        let reply = if !Self::has_rule_for(&request) {
            unexpected_request(&request)
        } else if let Some(fault) = self.take_fault(&request) {
            fault.apply(|| self.rules.answer(&request, now))
        } else {
            self.rules.answer(&request, now)
        };
        request.status = reply.status;
        self.requests.push(request);
        reply
    }

    /// Answers a request by the rules alone: no fault applies, and the request isn't kept. Returns the status,
    /// headers and body of the answer.
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
        // Without a fault there is always a status.
        (reply.status.unwrap_or(500), reply.headers, reply.body)
    }

    /// Whether [`receive`](Self::receive) would close the connection on this request.
    pub(super) fn would_hang_up(&self, request: &Request) -> bool {
        let fault = self.next_fault(request).and_then(|at| self.faults.get(at));
        Self::has_rule_for(request) && fault.is_some_and(Fault::hangs_up)
    }

    fn take_fault(&mut self, request: &Request) -> Option<Fault> {
        self.faults.remove(self.next_fault(request)?)
    }

    /// The place of the first fault that applies to the request.
    fn next_fault(&self, request: &Request) -> Option<usize> {
        let names_post = |id: &str| R::names_post(request, id);
        self.faults
            .iter()
            .position(|fault| fault.applies_to(request, names_post))
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
            .filter(|request| !Self::has_rule_for(request))
            .cloned()
            .collect()
    }

    fn has_rule_for(request: &Request) -> bool {
        request.method == R::METHOD && request.path == R::PATH
    }
}

#[allow(
    clippy::print_stderr,
    reason = "an unexpected request must be seen in a test's output"
)]
fn unexpected_request(request: &Request) -> Reply {
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

        fn names_post(request: &Request, id: &str) -> bool {
            request.body() == id
        }
    }

    fn receive(router: &mut Router<Counting>, path: &str) -> (Option<u16>, u32) {
        let request = Request::new("DELETE", path, &[], "");
        #[allow(clippy::disallowed_methods, reason = "any instant will do")]
        let reply = router.receive(request, Instant::now());
        (reply.status, router.rules.0)
    }

    #[test]
    fn each_fault_applies_once_and_in_order_before_or_after_acting() {
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
    fn a_fault_waits_for_the_post_and_the_profile_that_it_is_aimed_at_and_lets_others_pass() {
        let mut router = Router::new(Counting(0));
        let both = Fault::hang_up().for_post("post-1").for_profile("tenant");
        router.fail_next(1, both);
        router.fail_next(1, Fault::status(501).for_post("post-1"));
        router.fail_next(1, Fault::status(502).for_profile("tenant"));
        router.fail_next(1, Fault::status(503));
        let mut send = |profile: Option<&str>, post: &str| {
            let headers: Vec<_> = profile
                .map(|key| ("profile-key", key))
                .into_iter()
                .collect();
            let request = Request::new("DELETE", "/known", &headers, post);
            let would_hang_up = router.would_hang_up(&request);
            #[allow(clippy::disallowed_methods, reason = "any instant will do")]
            let reply = router.receive(request, Instant::now());
            assert_eq!(would_hang_up, reply.status.is_none());
            reply.status
        };

        let seen = [
            send(None, "post-1"),
            send(None, "post-2"),
            send(Some("tenant"), "post-2"),
            send(Some("tenant"), "post-2"),
            send(Some("tenant"), "post-1"),
            send(Some("tenant"), "post-1"),
        ];

        let expected = [Some(501), Some(503), Some(502), Some(200), None, Some(200)];
        assert_eq!(seen, expected);
    }

    #[test]
    fn an_unexpected_request_gets_501_uses_no_fault_and_is_kept() {
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
