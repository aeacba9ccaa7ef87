//! Answers that arrive whole and aren't the provider's, and the functions that write any answer.

use super::row::{POST, Row, Site, plain};
use super::server::{Act, Ends, Layer, Server};
use super::tls::Certificate;

/// Ayrshare's answer about a post that it deleted.
pub(crate) fn success_json() -> String {
    format!(r#"{{"status":"success","id":"{POST}"}}"#)
}

pub(crate) fn success() -> Act {
    Act::answer(json(200, &[], success_json()))
}

pub(crate) fn json(status: u16, headers: &[&str], body: impl AsRef<[u8]>) -> Vec<u8> {
    let mut all = vec!["Content-Type: application/json"];
    all.extend(headers);
    whole(status, &all, body)
}

/// An answer of a known length.
pub(crate) fn whole(status: u16, headers: &[&str], body: impl AsRef<[u8]>) -> Vec<u8> {
    let body = body.as_ref();
    let length = format!("Content-Length: {}", body.len());
    let mut all = headers.to_vec();
    if status != 204 {
        all.push(&length);
    }
    [head(status, &all).as_slice(), body].concat()
}

/// The head of an answer, with the blank line after it.
pub(crate) fn head(status: u16, headers: &[&str]) -> Vec<u8> {
    let mut head = format!("HTTP/1.1 {status} Whatever\r\n");
    for header in headers {
        head.push_str(header);
        head.push_str("\r\n");
    }
    head.push_str("\r\n");
    head.into_bytes()
}

pub(crate) fn rows() -> Vec<Row> {
    let page = "<!doctype html><title>success</title><p>Your post was deleted.";
    let html = ["Content-Type: text/html"];
    let success = success_json();
    vec![
        Row::new(
            "answers 200 with HTML",
            [Act::answer(whole(200, &html, page))],
        ),
        Row::new(
            "answers 400 or 404 with HTML",
            [400, 404].map(|status| Act::answer(whole(status, &html, page))),
        ),
        Row::new(
            "answers 401, 402 or 403 with HTML",
            [401, 402, 403].map(|status| Act::answer(whole(status, &html, page))),
        ),
        Row::new(
            "answers 500, 502, 503 or 504 with HTML",
            [500, 502, 503, 504].map(|status| Act::answer(whole(status, &html, page))),
        ),
        Row::new(
            "answers 501 or 599 with HTML",
            [501, 599].map(|status| Act::answer(whole(status, &html, page))),
        ),
        Row::new(
            "answers 500 or 503 with a success in the body",
            [500, 503].map(|status| Act::answer(json(status, &[], &success))),
        ),
        Row::new(
            "answers 200 without a body",
            [Act::answer(json(200, &[], ""))],
        ),
        Row::new("answers 204", [Act::answer(whole(204, &[], ""))]),
        Row::new(
            "answers 201, 202, 206 or 299 with a success in the body",
            [201, 202, 206, 299].map(|status| Act::answer(json(status, &[], &success))),
        ),
        Row::new(
            "answers 300 or 399 with a success in the body, or 304",
            [300, 399]
                .map(|status| Act::answer(json(status, &[], &success)))
                .into_iter()
                .chain([Act::answer(head(304, &[]))]),
        ),
        Row::new(
            "answers with a success in gzip, which the client didn't ask for",
            [Act::answer(json(
                200,
                &["Content-Encoding: gzip"],
                gzip(success.as_bytes()),
            ))],
        ),
        redirects(
            "redirects (301, 302, 303, 307, 308) to another origin",
            To::AnotherOrigin,
        ),
        redirects(
            "redirects (the same codes) from HTTPS to plain HTTP",
            To::PlainHttp,
        ),
        redirects("redirects (the same codes) to itself", To::Itself),
    ]
}

#[derive(Clone, Copy, PartialEq)]
enum To {
    AnotherOrigin,
    Itself,
    PlainHttp,
}

/// Neither the success in the body of a redirect nor the success at its target may count.
fn redirects(fault: &str, to: To) -> Row {
    let statuses = [301, 302, 303, 307, 308];
    Row::at(fault, move || async move {
        let other = Server::start(Layer::Tcp, vec![success()]).await;
        let location = match to {
            To::Itself => "Location: /api/post".to_owned(),
            _ => format!("Location: http://{}/api/post", other.address),
        };
        let answer = |status| Act::answer(json(status, &[&location], success_json()));
        let acts = statuses.map(answer).into();
        let site = if to == To::PlainHttp {
            let certificate = Certificate::of("127.0.0.1");
            let server = Server::start(Layer::Tls(certificate.clone()), acts).await;
            Site::over(
                server,
                "https",
                Box::new(move |http| certificate.trusted(http)),
            )
        } else {
            Site::over(Server::start(Layer::Tcp, acts).await, "http", plain())
        };
        Site {
            elsewhere: other.tally.clone(),
            kept: Box::new((site.kept, other)),
            ..site
        }
    })
    .with_acts(statuses.len())
}

/// The text as a gzip file that stores it without compression.
fn gzip(text: &[u8]) -> Vec<u8> {
    let mut packed = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
    let length = u16::try_from(text.len()).unwrap();
    // The header of the last block, which is a stored one.
    packed.push(1);
    packed.extend(length.to_le_bytes());
    packed.extend((!length).to_le_bytes());
    packed.extend(text);
    packed.extend(crc32(text).to_le_bytes());
    packed.extend(u32::from(length).to_le_bytes());
    packed
}

fn crc32(bytes: &[u8]) -> u32 {
    let mut crc = u32::MAX;
    for byte in bytes {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            let low = crc & 1;
            crc = (crc >> 1) ^ (0xedb8_8320 * low);
        }
    }
    !crc
}

/// A whole answer with a success, after which the connection ends in this way.
pub(crate) fn success_then(ends: Ends) -> Act {
    Act::write(json(200, &[], success_json()), ends)
}
