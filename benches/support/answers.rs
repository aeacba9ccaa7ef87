//! Answers as the providers give them.

use std::fmt::Write as _;

use serde_json::{Value, json};

/// Ayrshare's answer about one published post, as its documentation shows it.
pub const ONE_POST: &str = r#"{"twitter":{"action":"delete","status":"success","id":"1288900099663775749"},"facebook":{"action":"delete","status":"success","id":"104920007983682_108683297607743"},"status":"success"}"#;

/// Ids that are as long as Ayrshare's.
pub fn ayrshare_ids(count: usize) -> Vec<String> {
    (0..count).map(|n| format!("p8Ee6xDPx8{n:010}")).collect()
}

/// Ids that are as long as Genviral's.
pub fn genviral_ids(count: usize) -> Vec<String> {
    let id = |n| format!("0f4f54d4-8cce-4fb7-8c7b-{n:012}");
    (0..count).map(id).collect()
}

/// Ayrshare's answer to `bulk`, as a list of answers to `by_id`. Each post has two networks.
pub fn ayrshare_bulk(ids: &[String]) -> Vec<u8> {
    let posts = ids.iter().enumerate().map(|(n, id)| {
        let network = |of: &str| json!({ "action": "delete", "status": "success", "id": format!("{of}{n:015}") });
        json!({ "status": "success", "id": id, "twitter": network("1288"), "facebook": network("104920007983682_") })
    });
    Value::from_iter(posts).to_string().into_bytes()
}

/// Genviral's answer about many posts. Of every ten, seven are deleted, and one each is blocked, skipped and
/// failed.
pub fn genviral_bulk(ids: &[String]) -> Vec<u8> {
    let kind = |wanted: std::ops::Range<usize>| {
        let ids = ids.iter().enumerate();
        ids.filter(move |(n, _)| wanted.contains(&(n % 10)))
            .map(|(_, id)| id)
    };
    let blocked = kind(7..8).map(|id| json!({ "id": id, "status": "posted" }));
    let failed = kind(9..10).map(|id| (id.clone(), Value::from("Failed to delete post")));
    let data = json!({
        "deletedIds": kind(0..7).collect::<Vec<_>>(),
        "blockedStatuses": blocked.collect::<Vec<_>>(),
        "skipped": kind(8..9).collect::<Vec<_>>(),
        "errors": failed.collect::<serde_json::Map<_, _>>(),
    });
    json!({ "ok": true, "code": 200, "message": "Posts deleted", "data": data })
        .to_string()
        .into_bytes()
}

/// Genviral's answer that every id in the body of a request is deleted.
pub fn genviral_answer_to(request: &str) -> String {
    let asked: Value = serde_json::from_str(request).unwrap_or_default();
    let data = json!({ "deletedIds": asked.get("postIds") });
    json!({ "ok": true, "code": 200, "message": "Posts deleted", "data": data }).to_string()
}

/// Ayrshare's answer that every id in the body of a request is deleted.
pub fn ayrshare_answer_to(request: &str) -> String {
    let asked: Value = serde_json::from_str(request).unwrap_or_default();
    let ids = asked.get("bulk").cloned().unwrap_or_default();
    let ids: Vec<String> = serde_json::from_value(ids).unwrap_or_default();
    String::from_utf8(ayrshare_bulk(&ids)).unwrap_or_default()
}

/// The bytes of an answer that keeps the connection alive.
pub fn http(body: &str) -> Vec<u8> {
    let mut head = String::from("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n");
    let _ = write!(head, "content-length: {}\r\n\r\n{body}", body.len());
    head.into_bytes()
}
