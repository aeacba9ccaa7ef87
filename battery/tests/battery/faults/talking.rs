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
    // This announces one byte more than the body has. So a cut body is a complete success, but the client
    // can't know that.
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
        Row::new(
            "reads the request, then closes (FIN)",
            [Act::write("", Ends::Fin)],
        ),
        Row::new(
            "reads the request, then resets (RST)",
            [Act::write("", Ends::Rst)],
        ),
        Row::new(
            "reads the request, then stays silent",
            [Act::write("", Ends::Silence)],
        ),
        Row::new(
            "sends half a status line, then closes (FIN)",
            [Act::write("HTTP/1.1 2", Ends::Fin)],
        ),
        Row::new(
            "sends half a status line, then stalls",
            [Act::write("HTTP/1.1 2", Ends::Silence)],
        ),
        Row::new(
            "sends something that isn't HTTP",
            [Act::write("220 mail.example ESMTP\r\n", Ends::Silence)],
        ),
        Row::new(
            "sends the headers, then stalls",
            [Act::write(head(200, &[&longer]), Ends::Silence)],
        ),
        Row::new(
            "sends the headers, then resets (RST)",
            [Act::write(head(200, &[&longer]), Ends::Rst)],
        ),
        Row::new(
            "cuts the body one byte short of its stated length",
            [Act::write(too_long, Ends::Fin)],
        ),
        Row::new(
            "cuts the body before the final, empty chunk",
            [Act::write(without_last_chunk, Ends::Fin)],
        ),
        Row::new(
            "cuts a body of no stated length by closing the connection",
            [Act::write(until_close(half), Ends::Fin)],
        ),
        Row::over_tls(
            "ends a body of no stated length, over TLS, by closing without `close_notify`",
            Act::write(until_close(&success_json), Ends::Fin),
        ),
        Row::new(
            "sends a chunk that isn't as long as it says",
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
            "sends two different `Content-Length` headers",
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
            "sends an endless body",
            [Act::write_forever(
                chunked.clone(),
                [b"400\r\n".as_slice(), &[b' '; 1024], b"\r\n"].concat(),
                NOW,
            )],
        ),
        Row::new(
            "sends the body so slowly that the attempt timeout passes",
            [Act::write_forever(chunked.clone(), "1\r\n \r\n", SOON)],
        ),
        Row::new(
            "sends the body so slowly that the deadline passes",
            [Act::write_forever(chunked, "1\r\n \r\n", SOON)],
        )
        .with_times(Duration::from_secs(60), Duration::from_secs(2)),
        Row::new(
            "answers 101 Switching Protocols",
            [Act::write(
                head(101, &["Upgrade: other", "Connection: upgrade"]),
                Ends::Silence,
            )],
        ),
        Row::new(
            "sends an unrequested 100 Continue, then answers",
            [Act::answer(
                [continues, &json(200, &[], &success_json)].concat(),
            )],
        )
        .may_succeed(),
        Row::new(
            "sends 100 Continue, then stalls",
            [Act::write(continues, Ends::Silence)],
        ),
        Row::new(
            "sends 100 Continue again and again",
            [Act::write_forever("", continues, SOON)],
        ),
        Row::new(
            "answers, then closes the idle connection (FIN): the next call",
            [success_then(Ends::Fin), success()],
        )
        .on_the_second_call()
        .may_succeed(),
        Row::new(
            "answers, then resets the idle connection (RST): the next call",
            [success_then(Ends::Rst), success()],
        )
        .on_the_second_call()
        .may_succeed(),
        Row::new(
            "answers, then closes (FIN) after one byte of the next request: the next call",
            [
                success(),
                Act::read_a_byte(Ends::Fin).but_on_a_fresh_connection(success()),
            ],
        )
        .on_the_second_call()
        .may_succeed_by(Verb::ById),
        Row::new(
            "answers, then reads the next request and resets (RST): the next call",
            [
                success(),
                Act::write("", Ends::Rst).but_on_a_fresh_connection(success()),
            ],
        )
        .on_the_second_call()
        .may_succeed_by(Verb::ById),
    ]
}
