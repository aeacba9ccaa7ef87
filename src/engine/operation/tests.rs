use super::*;
use crate::engine::exchange::Head;

fn detail(reading: &Reading) -> &str {
    let failure = reading.failure.as_ref();
    let text = failure.and_then(|failure| failure.detail.as_deref());
    text.unwrap_or_default()
}

#[test]
fn an_answer_that_speaks_by_its_status_alone_says_where_to_look() {
    for (http_status, kind, advice) in [
        (200, ErrorKind::UnexpectedResponse, "not the provider's"),
        (302, ErrorKind::UnexpectedResponse, "a redirect"),
        (403, ErrorKind::UnexpectedResponse, "not the provider's"),
        (404, ErrorKind::UnexpectedResponse, "not the provider's"),
        (429, ErrorKind::RateLimited, ""),
        (500, ErrorKind::Server, ""),
    ] {
        let reading = Reading::by_status(http_status);
        assert!(detail(&reading).starts_with(advice), "{http_status}");
        assert_eq!(detail(&reading).is_empty(), advice.is_empty());
        let failure = reading.failure.map(|cause| (cause.kind, cause.http_status));
        assert_eq!(failure, Some((kind, Some(http_status))));
    }
}

#[test]
fn an_answer_that_broke_off_keeps_its_status_and_the_cause() {
    let broken = |kind, http_status: u16| {
        let error = TransportError {
            kind,
            head: Some(Head {
                status: http_status,
                ..Head::default()
            }),
            source: Some("the wire was cut".into()),
        };
        Reading::of_transport_error(&error)
    };
    let cut = broken(TransportErrorKind::Disconnected, 200);
    assert_eq!(detail(&cut), "the wire was cut");
    assert_eq!(cut.failure.and_then(|cause| cause.http_status), Some(200));
    let large = broken(TransportErrorKind::TooLarge, 200);
    assert!(detail(&large).contains("max_response_bytes"));
}

#[test]
fn http_429_is_the_limit_of_the_profile_even_if_the_answer_says_something_about_the_posts() {
    let by = |kind: AttemptKind| kind.throttled_by(Some(429));
    assert_eq!(by(AttemptKind::Answered), Some(ThrottledBy::Profile));
    let network = ThrottledBy::Network;
    assert_eq!(by(AttemptKind::Throttled(network)), Some(network));
}
