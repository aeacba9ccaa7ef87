//! A connection that fails while it is used.

use std::time::Duration;

use super::answers::{head, json, success, success_json, success_then};
use super::row::{Row, Verb};
use super::server::{Act, Ends};

const NOW: Duration = Duration::ZERO;
const SOON: Duration = Duration::from_millis(50);

#[allow(clippy::too_many_lines, reason = "a table, a row at a time")]
pub(crate) fn rows() -> Vec<Row> {
    let success_json = success_json();
    // With more announced than there is, the cut loses nothing but the certainty.
    let longer = format!("Content-Length: {}", success_json.len() + 1);
    let too_long = [head(200, &[&longer]).as_slice(), success_json.as_bytes()].concat();
    let chunk = format!("{:x}\r\n{success_json}\r\n", success_json.len());
    let chunked = head(200, &["Transfer-Encoding: chunked"]);
    let without_last_chunk = [chunked.as_slice(), chunk.as_bytes()].concat();
    let half = &success_json[..success_json.len() / 2];
    let until_close = |body: &str| {
        [
            head(200, &["Connection: close"]).as_slice(),
            body.as_bytes(),
        ]
        .concat()
    };
    let many_headers: Vec<_> = (0..101).map(|n| format!("X-Header-{n}: {n}")).collect();
    let many_headers: Vec<_> = many_headers.iter().map(String::as_str).collect();
    let huge_header = format!("X-Header: {}", "x".repeat(1 << 20));
    let continues = b"HTTP/1.1 100 Continue\r\n\r\n".as_slice();
    vec![
        Row::new("reads the request, then FIN", [Act::write("", Ends::Fin)]),
        Row::new("reads the request, then RST", [Act::write("", Ends::Rst)]),
        Row::new(
            "reads the request, and is silent",
            [Act::write("", Ends::Silence)],
        ),
        Row::new(
            "sends half a status line, then FIN",
            [Act::write("HTTP/1.1 2", Ends::Fin)],
        ),
        Row::new(
            "sends half a status line, and stalls",
            [Act::write("HTTP/1.1 2", Ends::Silence)],
        ),
        Row::new(
            "sends what isn't HTTP",
            [Act::write("220 mail.example ESMTP\r\n", Ends::Silence)],
        ),
        Row::new(
            "sends headers, and stalls",
            [Act::write(head(200, &[&longer]), Ends::Silence)],
        ),
        Row::new(
            "sends headers, then RST",
            [Act::write(head(200, &[&longer]), Ends::Rst)],
        ),
        Row::new(
            "cuts the body: a byte short of its length",
            [Act::write(too_long, Ends::Fin)],
        ),
        Row::new(
            "cuts the body: without the last chunk",
            [Act::write(without_last_chunk, Ends::Fin)],
        ),
        Row::new(
            "cuts the body, of no stated length, by closing",
            [Act::write(until_close(half), Ends::Fin)],
        ),
        Row::over_tls(
            "the same over TLS, closing without a word",
            Act::write(until_close(&success_json), Ends::Fin),
        ),
        Row::new(
            "has a chunk that isn't as long as it says",
            [Act::write(
                [chunked.as_slice(), b"2\r\n{}xx\r\n"].concat(),
                Ends::Silence,
            )],
        ),
        Row::new(
            "cuts the body of a 400",
            [Act::write(head(400, &[&longer]), Ends::Fin)],
        ),
        Row::new(
            "cuts the body of a 503",
            [Act::write(head(503, &[&longer]), Ends::Fin)],
        ),
        Row::new(
            "states two lengths",
            [Act::answer(json(
                200,
                &["Content-Length: 7"],
                &success_json,
            ))],
        ),
        Row::new(
            "sends 101 headers",
            [Act::answer(json(200, &many_headers, &success_json))],
        ),
        Row::new(
            "sends 1 MB of headers",
            [Act::answer(json(200, &[&huge_header], &success_json))],
        ),
        Row::new(
            "announces a body of 1 TB",
            [Act::write(
                head(200, &["Content-Length: 1000000000000"]),
                Ends::Silence,
            )],
        ),
        Row::new(
            "sends a body without end",
            [Act::write_forever(
                chunked.clone(),
                [b"400\r\n".as_slice(), &[b' '; 1024], b"\r\n"].concat(),
                NOW,
            )],
        ),
        Row::new(
            "sends a slow drip past the attempt timeout",
            [Act::write_forever(chunked.clone(), "1\r\n \r\n", SOON)],
        ),
        Row::new(
            "sends a slow drip past the deadline",
            [Act::write_forever(chunked, "1\r\n \r\n", SOON)],
        )
        .with_times(Duration::from_secs(60), Duration::from_secs(2)),
        Row::new(
            "says 101 Switching Protocols",
            [Act::write(
                head(101, &["Upgrade: other", "Connection: upgrade"]),
                Ends::Silence,
            )],
        ),
        Row::new(
            "says 100 Continue unasked, then answers",
            [Act::answer(
                [continues, &json(200, &[], &success_json)].concat(),
            )],
        )
        .may_succeed(),
        Row::new(
            "says 100 Continue, and stalls",
            [Act::write(continues, Ends::Silence)],
        ),
        Row::new(
            "says 100 Continue without end",
            [Act::write_forever("", continues, SOON)],
        ),
        Row::new(
            "answers, then FIN on the idle connection: the next call",
            [success_then(Ends::Fin), success()],
        )
        .on_the_second_call()
        .may_succeed(),
        Row::new(
            "answers, then RST on the idle connection: the next call",
            [success_then(Ends::Rst), success()],
        )
        .on_the_second_call()
        .may_succeed(),
        Row::new(
            "answers, then FIN under the next request",
            [
                success(),
                Act::read_a_byte(Ends::Fin).but_on_a_fresh_connection(success()),
            ],
        )
        .on_the_second_call()
        .may_succeed_by(Verb::ById),
        Row::new(
            "answers, then reads the next request and RST",
            [
                success(),
                Act::write("", Ends::Rst).but_on_a_fresh_connection(success()),
            ],
        )
        .on_the_second_call()
        .may_succeed_by(Verb::ById),
    ]
}
