mod all_scheduled;
mod bulk;
mod denials;
mod networks;
mod verdict;

use crate::ayrshare::DeleteRequest;
use crate::engine::operation::{AttemptKind, Operation, ThrottledBy};
use crate::model::{Failure, Fate};

/// Checks pairs of lines: an HTTP status with an answer, and below them what [`summarize`] makes of them.
fn check(request: &DeleteRequest, table: &str) {
    let mut lines = table.trim().lines();
    while let (Some(answer), Some(wanted)) = (lines.next(), lines.next()) {
        let (http_status, body) = answer.split_once(' ').unwrap_or_default();
        let summary = summarize(request, http_status.parse().unwrap_or_default(), body);
        assert_eq!(summary, wanted.trim(), "{answer}");
    }
}

/// One line that says what the attempt came to, the reading's failure, how long to wait, and each post's
/// fate. A `?` stands for a post without a fate.
fn summarize(request: &DeleteRequest, http_status: u16, answer: &str) -> String {
    let reading = request.decode(request.posts(), http_status, answer.as_bytes());
    let mut line = match reading.kind {
        AttemptKind::Refused {
            retry_available: true,
        } => "Refused for now".to_owned(),
        AttemptKind::Refused { .. } => "Refused".to_owned(),
        AttemptKind::Throttled(ThrottledBy::Network) => "Throttled by a network".to_owned(),
        AttemptKind::Throttled(ThrottledBy::Profile) => "Throttled".to_owned(),
        kind => format!("{kind:?}"),
    };
    let failure = reading.failure.as_ref();
    line.extend(failure.map(|failure| format!(", {}", explain(failure))));
    line.extend(reading.wait.map(|wait| format!(", for {wait:?}")));
    let posts = reading.posts.iter().chain(std::iter::repeat(&None));
    for (id, post) in request.posts().iter().zip(posts) {
        let fate = post.as_ref().map(|post| match &post.fate {
            Fate::Failed(failure) => format!("Failed ({})", explain(failure)),
            Fate::Uncertain(failure) => format!("Uncertain ({})", explain(failure)),
            fate => format!("{fate:?}"),
        });
        line.extend(["; ", id.as_str(), ": ", fate.as_deref().unwrap_or("?")]);
    }
    line
}

fn explain(failure: &Failure) -> String {
    let (message, detail) = (failure.message.as_deref(), failure.detail.as_deref());
    let texts = [failure.code.as_deref(), message, detail];
    let texts = texts.into_iter().flatten().map(|text| format!(" {text}"));
    let status = failure.http_status.map(|status| format!(" {status}"));
    format!("{:?}", failure.kind) + &status.into_iter().chain(texts).collect::<String>()
}
