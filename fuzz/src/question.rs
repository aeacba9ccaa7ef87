//! The first line of an input of plain bytes, such as `200 b post-1 post-2`.

use unpost_claims::decoders::Asked;

/// The HTTP status, what was asked, and the bytes that are the answer.
pub fn split(data: &[u8]) -> (u16, Asked, &[u8]) {
    let mut parts = data.splitn(2, |byte| *byte == b'\n');
    let (line, body) = match (parts.next(), parts.next()) {
        (Some(line), Some(body)) => (line, body),
        _ => (&[][..], data),
    };
    let line = String::from_utf8_lossy(line);
    let mut words = line.split(' ');
    let http_status = words
        .next()
        .and_then(|word| word.parse().ok())
        .unwrap_or(200);
    let kind = words.next();
    let mut ids = words.map(str::to_owned);
    let asked = match kind {
        Some("b") => Asked::Bulk(ids.collect()),
        Some("a") => Asked::AllScheduled,
        Some("m") => Asked::MarkManualDeleted(ids.next().unwrap_or_default()),
        _ => Asked::ById(ids.next().unwrap_or_default()),
    };
    (http_status, asked, body)
}
