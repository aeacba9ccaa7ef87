//! The same client with other options.

use std::time::Duration;

use tokio::runtime::Runtime;
use unpost::ayrshare::{Client, DeleteRequest};
use unpost::{ErrorKind, Fate, RateLimit, Retry, blocking};

use crate::support::{Server, Step};

/// A way to make the same client with another option, with and without async.
type Change = (
    fn(&Client) -> Client,
    fn(&blocking::Client<Client>) -> blocking::Client<Client>,
);

const SHORT: Duration = Duration::from_millis(150);

#[test]
fn each_option_is_for_this_call_alone_and_the_window_is_shared() {
    let changes: [(&str, Change, Step, (ErrorKind, usize)); 5] = [
        (
            "a deadline",
            (|c| c.with_deadline(SHORT), |c| c.with_deadline(SHORT)),
            Step::stall(),
            (ErrorKind::Timeout, 1),
        ),
        (
            "an attempt timeout",
            (
                |c| c.with_attempt_timeout(SHORT).with_retry(Retry::never()),
                |c| c.with_attempt_timeout(SHORT).with_retry(Retry::never()),
            ),
            Step::stall(),
            (ErrorKind::Timeout, 1),
        ),
        (
            "no retry",
            (
                |c| c.with_retry(Retry::never()),
                |c| c.with_retry(Retry::never()),
            ),
            Step::answer(503, &[], ""),
            (ErrorKind::Server, 1),
        ),
        (
            "a deadline of 0",
            (
                |c| c.with_deadline(Duration::ZERO),
                |c| c.with_deadline(Duration::ZERO),
            ),
            Step::stall(),
            (ErrorKind::Timeout, 0),
        ),
        (
            "an attempt timeout of 0",
            (
                |c| c.with_attempt_timeout(Duration::ZERO),
                |c| c.with_attempt_timeout(Duration::ZERO),
            ),
            Step::stall(),
            (ErrorKind::Invalid, 0),
        ),
    ];
    let runtime = Runtime::new().unwrap();
    let server = runtime.block_on(Server::start([]));
    for (case, (change, change_blocking), step, (kind, sent)) in changes {
        for is_blocking in [false, true] {
            let hourly = RateLimit::new(3, Duration::from_secs(3_600));
            let client = server.ayrshare().rate_limit(hourly).build().unwrap();
            let wrapped = blocking::Client::new(client.clone()).unwrap();
            server.tell([step.clone()]);
            let request = DeleteRequest::by_id("a");
            let result = if is_blocking {
                change_blocking(&wrapped).delete(request)
            } else {
                runtime.block_on(change(&client).delete(request))
            };
            let error = result.unwrap_err();
            assert_eq!((error.kind(), server.count()), (kind, sent), "{case}");
            let advice = format!("{error}");
            assert!(sent > 0 || advice.contains("give"), "{case}: {advice}");

            // The client itself still tries again after an outage, and has what is left of the window's 3 places.
            server.tell([
                Step::answer(503, &[], "").after(2 * SHORT),
                Step::json(200, r#"{"status":"success"}"#),
                Step::json(200, r#"{"status":"success"}"#),
            ]);
            let retried = runtime.block_on(client.delete(DeleteRequest::by_id("b")));
            assert_eq!(retried.unwrap().outcomes()[0].fate, Fate::Deleted, "{case}");
            let last = wrapped
                .with_deadline(Duration::from_secs(1))
                .delete(DeleteRequest::by_id("c"));
            let is_full = last.is_err_and(|error| error.kind() == ErrorKind::RateLimited);
            assert_eq!(is_full, sent == 1, "{case}");
        }
    }
}
