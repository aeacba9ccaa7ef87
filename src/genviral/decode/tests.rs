use crate::engine::operation::{AttemptKind, Operation};
use crate::genviral::DeleteRequest;
use crate::model::{ErrorKind, Failure, Fate};

const REFUSED: AttemptKind = AttemptKind::REFUSED;
const BROKEN: AttemptKind = AttemptKind::Broken;
const FOREIGN: AttemptKind = AttemptKind::Foreign;

/// The code decides where it has a name, the HTTP status where it hasn't, and `ok` where both are silent.
#[test]
fn what_a_failed_request_comes_to_by_its_code_and_by_its_status() {
    let failed = r#"{"ok":false,"error_code":"bulk_delete_failed"}"#;
    let unknown = r#"{"ok":false,"error_code":"of_tomorrow"}"#;
    for (http_status, answer, kind, error_kind) in [
        (200, failed, BROKEN, ErrorKind::Server),
        (400, failed, BROKEN, ErrorKind::Server),
        (500, failed, BROKEN, ErrorKind::Server),
        // No repetition mends what isn't implemented.
        (501, failed, FOREIGN, ErrorKind::Server),
        (200, unknown, REFUSED, ErrorKind::Refused),
        (200, r#"{"ok":false}"#, REFUSED, ErrorKind::Refused),
        (200, "{}", FOREIGN, ErrorKind::UnexpectedResponse),
        // What can't be read where a refusal would stand.
        (
            200,
            r#"{"ok":"yes","data":{}}"#,
            FOREIGN,
            ErrorKind::UnexpectedResponse,
        ),
        (
            200,
            r#"{"ok":true,"code":500,"data":{}}"#,
            FOREIGN,
            ErrorKind::UnexpectedResponse,
        ),
        (
            200,
            r#"{"ok":true,"error_code":7,"data":{}}"#,
            FOREIGN,
            ErrorKind::UnexpectedResponse,
        ),
        (403, unknown, REFUSED, ErrorKind::Unauthorized),
        (503, unknown, BROKEN, ErrorKind::Server),
    ] {
        let request = DeleteRequest::bulk(["post-1"]);
        let reading = request.decode(request.posts(), http_status, answer.as_bytes());
        let failure = reading.failure.map(|it| it.kind);
        assert_eq!(
            (reading.kind, failure),
            (kind, Some(error_kind)),
            "{http_status} {answer}"
        );
    }
}

#[test]
fn lists_that_exclude_each_other_leave_a_post_uncertain_under_the_status_they_came_with() {
    let request = DeleteRequest::bulk(["post-1"]);
    let answer = r#"{"data":{"deletedIds":["post-1"],"skipped":["post-1"]}}"#;
    let reading = request.decode(request.posts(), 500, answer.as_bytes());
    let failure = Failure {
        http_status: Some(500),
        ..Failure::new(ErrorKind::UnexpectedResponse)
    };
    let read = reading.posts.into_iter().flatten().map(|it| it.fate);
    assert_eq!(read.collect::<Vec<_>>(), [Fate::Uncertain(failure)]);
}

fn fate_of(http_status: u16, answer: &str) -> Option<Fate> {
    let request = DeleteRequest::bulk(["post-1"]);
    let reading = request.decode(request.posts(), http_status, answer.as_bytes());
    let mut posts = reading.posts.into_iter().flatten();
    posts.next().map(|post| post.fate)
}

#[test]
fn what_was_deleted_is_believed_of_a_success_and_of_a_500_alone() {
    let done = r#"{"ok":true,"data":{"deletedIds":["post-1"]}}"#;
    let refused = r#"{"ok":false,"data":{"deletedIds":["post-1"]}}"#;
    let failed = r#"{"error_code":"bulk_delete_failed","data":{"deletedIds":["post-1"]}}"#;
    for (http_status, answer) in [(200, done), (500, failed), (500, refused), (503, done)] {
        assert_eq!(fate_of(http_status, answer), Some(Fate::Deleted));
    }
    for (http_status, answer) in [(200, refused), (202, done), (401, done), (404, refused)] {
        let fate = fate_of(http_status, answer);
        let is_uncertain = matches!(fate, Some(Fate::Uncertain(_)));
        assert!(is_uncertain, "{http_status} {answer}: {fate:?}");
    }
    assert_eq!(fate_of(429, done), None);
}

#[test]
fn a_post_in_a_list_of_another_shape_than_the_documented_one_is_uncertain() {
    for beside in [
        r#""errors":[{"id":"post-1","message":"locked"}]"#,
        r#""errors":"post-1""#,
        r#""skipped":{"post-1":1}"#,
        r#""skipped":[["post-1"]]"#,
        r#""blockedStatuses":{"post-1":"posted"}"#,
        r#""blockedStatuses":["post-1"]"#,
    ] {
        for deleted in ["", "\"post-1\""] {
            let answer = format!(r#"{{"ok":true,"data":{{"deletedIds":[{deleted}],{beside}}}}}"#);
            let fate = fate_of(200, &answer);
            let is_uncertain = matches!(fate, Some(Fate::Uncertain(_)));
            assert!(is_uncertain, "{answer}: {fate:?}");
        }
    }
}
