//! What a server says of its rate limits.

use std::time::{Duration, SystemTime};

use super::answers::{head, json, success, success_json};
use super::row::Row;
use super::server::{Act, Ends};

const BUSY: &str = r#"{"status":"error","message":"busy"}"#;

pub(crate) fn rows() -> Vec<Row> {
    let hour = Duration::from_secs(60 * 60);
    #[allow(
        clippy::disallowed_methods,
        reason = "a date in the future has to be in the future"
    )]
    let future = httpdate::fmt_http_date(SystemTime::now() + hour);
    let past = "Sun, 06 Nov 1994 08:49:37 GMT".to_owned();
    let huge = format!("1{}", "0".repeat(30));
    let mut rows = vec![
        throttled("answers 429 without saying when to come back", &[]),
        Row::new(
            "answers 429 with HTML",
            [Act::answer(json(429, &[], "<html>"))],
        )
        .throttles(),
        Row::new(
            "answers 429 and cuts the body",
            [Act::write(head(429, &["Content-Length: 9"]), Ends::Fin)],
        )
        .throttles(),
    ];
    for (words, value) in [
        ("0", "0"),
        ("−1", "-1"),
        ("10^30", &huge),
        ("1e30", "1e30"),
        ("`soon`", "soon"),
        ("a past date", &past),
        ("a date an hour from now", &future),
    ] {
        let header = format!("Retry-After: {value}");
        rows.push(throttled(
            &format!("answers 429 with a `Retry-After` of {words}"),
            &[&header],
        ));
    }
    rows.extend(of_networks());
    for (words, value) in [
        ("0", "0"),
        ("10^30", &huge),
        ("a date an hour from now", &future),
    ] {
        let header = format!("Retry-After: {value}");
        let act = Act::answer(json(503, &[&header], BUSY));
        rows.push(Row::new(
            format!("answers 503 with a `Retry-After` of {words}"),
            [act],
        ));
    }
    rows.extend([
        next_call(
            "answers without any `x-ratelimit` header: the next call",
            &[],
        ),
        next_call(
            "answers with `x-ratelimit-max: 0`: the next call",
            &["X-RateLimit-Max: 0", "X-RateLimit-Count: 0"],
        ),
        next_call(
            "answers with `x-ratelimit-max: -1` and `x-ratelimit-count: many`: the next call",
            &["X-RateLimit-Max: -1", "X-RateLimit-Count: many"],
        ),
        next_call(
            "answers with 10^30 in each `x-ratelimit` header: the next call",
            &[
                &format!("X-RateLimit-Max: {huge}"),
                &format!("X-RateLimit-Count: {huge}"),
                &format!("X-RateLimit-Remaining: {huge}"),
                &format!("X-RateLimit-Reset: {huge}"),
            ],
        ),
        next_call(
            "answers that 4,294,967,295 of 1 requests are used, with 10^19 in `x-ratelimit-reset`: the next call",
            &[
                "X-RateLimit-Max: 1",
                "X-RateLimit-Count: 4294967295",
                "X-RateLimit-Remaining: 0",
                "X-RateLimit-Reset: 10000000000000000000",
            ],
        ),
        next_call(
            "answers that no requests remain, with a reset in the past: the next call",
            &["X-RateLimit-Remaining: 0", "X-RateLimit-Reset: 1000000000"],
        ),
        next_call(
            "answers with two different values of `x-ratelimit-max` and of `x-ratelimit-count`: the next call",
            &[
                "X-RateLimit-Max: 300",
                "X-RateLimit-Max: 1",
                "X-RateLimit-Count: 1",
                "X-RateLimit-Count: 300",
            ],
        ),
        next_call(
            "answers with `x-ratelimit-max` in bytes that aren't ASCII: the next call",
            &["X-RateLimit-Max: \u{fe}\u{ff}"],
        ),
    ]);
    rows
}

/// A network's own rate limit, which the provider passes on. Other posts are not held up.
fn of_networks() -> Vec<Row> {
    let told = |code: u32, details: &str| {
        format!(r#"{{"status":"error","code":{code},"message":"busy"{details}}}"#)
    };
    let of_facebook = |code: u32| {
        format!(r#"{{"status":"error","facebook":{{"status":"error","code":{code}}}}}"#)
    };
    let row = |words: &str, statuses: &[u16], bodies: &[String]| {
        let acts = statuses.iter().flat_map(|status| {
            let answers = bodies.iter().map(|body| json(*status, &[], body));
            answers.map(Act::answer)
        });
        Row::new(words, acts).throttles()
    };
    let seconds = |value: &str| [told(435, &format!(r#","details":{value}"#))];
    vec![
        row(
            "answers 400 with code 435 or 444 (a network's own limit)",
            &[400],
            &[told(435, ""), told(444, "")],
        ),
        row(
            "answers 400 with code 435 and 0 s in `details`",
            &[400],
            &seconds("0"),
        ),
        row(
            "answers 400 with code 435 and 30 s in `details`",
            &[400],
            &seconds("30"),
        ),
        row(
            "answers 400 with code 435 and 10^30 s in `details`",
            &[400],
            &seconds("1e30"),
        ),
        row(
            "answers 429 with code 435 or 444 (a network's own limit)",
            &[429],
            &[told(435, ""), told(444, "")],
        ),
        row(
            "answers 429 with code 435 and 0 s in `details`",
            &[429],
            &seconds("0"),
        ),
        row(
            "answers 429 with code 435 and 30 s in `details`",
            &[429],
            &seconds("30"),
        ),
        row(
            "answers 429 with code 435 and 10^30 s in `details`",
            &[429],
            &seconds("1e30"),
        ),
        row(
            "answers 400 with code 435 or 444 in a network's object",
            &[400],
            &[of_facebook(435), of_facebook(444)],
        ),
        row(
            "answers 429 with code 435 or 444 in a network's object",
            &[429],
            &[of_facebook(435), of_facebook(444)],
        ),
    ]
}

fn throttled(fault: &str, headers: &[&str]) -> Row {
    Row::new(fault, [Act::answer(json(429, headers, BUSY))]).throttles()
}

/// A success with these headers. The call after it is measured.
fn next_call(fault: &str, headers: &[&str]) -> Row {
    let first = Act::answer(json(200, headers, success_json()));
    Row::new(fault, [first, success()])
        .on_the_second_call()
        .may_succeed()
}
