use crate::engine::operation::{AttemptKind, Operation};
use crate::genviral::DeleteRequest;
use crate::model::{ErrorKind, Failure, Fate};

const REFUSED: AttemptKind = AttemptKind::REFUSED;
const BROKEN: AttemptKind = AttemptKind::Broken;
const FOREIGN: AttemptKind = AttemptKind::Foreign;

/// A known code decides. Otherwise the HTTP status decides, and for HTTP 200 `ok`.
#[test]
fn a_failed_request_is_classified_by_its_code_and_by_its_http_status() {
    let failed = r#"{"ok":false,"error_code":"bulk_delete_failed"}"#;
    let unknown = r#"{"ok":false,"error_code":"of_tomorrow"}"#;
    for (http_status, answer, kind, error_kind) in [
        (200, failed, BROKEN, ErrorKind::Server),
        (400, failed, BROKEN, ErrorKind::Server),
        (500, failed, BROKEN, ErrorKind::Server),
        // A repetition doesn't help, because the server doesn't implement the request.
        (501, failed, FOREIGN, ErrorKind::Server),
        (200, unknown, REFUSED, ErrorKind::Refused),
        (200, r#"{"ok":false}"#, REFUSED, ErrorKind::Refused),
        // A gateway replaced the provider's status.
        (
            200,
            r#"{"ok":false,"code":401}"#,
            REFUSED,
            ErrorKind::Unauthorized,
        ),
        (200, "{}", FOREIGN, ErrorKind::UnexpectedResponse),
        // Members that would hold a refusal and can't be read.
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
        let has_advice = error_kind == ErrorKind::UnexpectedResponse;
        let failure = reading
            .failure
            .map(|cause| (cause.kind, cause.detail.is_some()));
        assert_eq!(
            (reading.kind, failure),
            (kind, Some((error_kind, has_advice))),
            "{http_status} {answer}"
        );
    }
}

#[test]
fn a_post_in_two_lists_is_uncertain_with_the_http_status_of_the_answer() {
    let request = DeleteRequest::bulk(["post-1"]);
    let answer = r#"{"data":{"deletedIds":["post-1"],"skipped":["post-1"]}}"#;
    let reading = request.decode(request.posts(), 500, answer.as_bytes());
    let failure = Failure {
        http_status: Some(500),
        ..Failure::new(ErrorKind::UnexpectedResponse)
    };
    let fates = reading.posts.into_iter().flatten().map(|post| post.fate);
    assert_eq!(fates.collect::<Vec<_>>(), [Fate::Uncertain(failure)]);
}

fn fate_of(http_status: u16, answer: &str) -> Option<Fate> {
    let request = DeleteRequest::bulk(["post-1"]);
    let reading = request.decode(request.posts(), http_status, answer.as_bytes());
    let mut posts = reading.posts.into_iter().flatten();
    posts.next().map(|post| post.fate)
}

#[test]
fn deleted_ids_count_only_in_a_success_and_in_a_5xx() {
    let done = r#"{"ok":true,"data":{"deletedIds":["post-1"]}}"#;
    let refused = r#"{"ok":false,"data":{"deletedIds":["post-1"]}}"#;
    let failed = r#"{"error_code":"bulk_delete_failed","data":{"deletedIds":["post-1"]}}"#;
    let twice = r#"{"data":{"deletedIds":["post-1","post-1"]}}"#;
    for (http_status, answer) in [
        (200, done),
        (200, twice),
        (500, failed),
        (500, refused),
        (503, done),
    ] {
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
fn a_post_in_a_list_of_an_undocumented_shape_is_uncertain() {
    for beside in [
        r#""errors":[{"id":"post-1","message":"locked"}]"#,
        r#""errors":"post-1""#,
        r#""skipped":{"post-1":1}"#,
        r#""skipped":[["post-1"]]"#,
        r#""errors":{"post-2":[{"id":"post-1"}]}"#,
        r#""blockedStatuses":[{"id":"post-2","status":"posted","failed":["post-1"]}]"#,
        r#""blockedStatuses":{"post-1":"posted"}"#,
        r#""blockedStatuses":["post-1"]"#,
        r#""blockedStatuses":[{"id":["post-1"]}]"#,
    ] {
        for deleted in ["", "\"post-1\""] {
            let answer = format!(r#"{{"ok":true,"data":{{"deletedIds":[{deleted}],{beside}}}}}"#);
            let fate = fate_of(200, &answer);
            let is_uncertain = matches!(fate, Some(Fate::Uncertain(_)));
            assert!(is_uncertain, "{answer}: {fate:?}");
        }
    }
    for answer in [
        r#"{"ok":true,"data":{"deletedIds":["post-1",{"id":"post-1","error":"locked"}]}}"#,
        r#"{"ok":true,"data":{"deletedIds":"post-1"}}"#,
    ] {
        assert!(matches!(fate_of(200, answer), Some(Fate::Uncertain(_))));
    }
}

#[test]
fn a_list_with_a_name_that_denies_makes_its_posts_uncertain_wherever_it_stands() {
    for beside in [
        r#""failed":["post-1"]"#,
        r#""failedIds":["post-1"]"#,
        r#""pending":[{"id":"post-1"}]"#,
        r#""retry":{"post-1":"later"}"#,
        r#""summary":[{"failed":["post-1"]}]"#,
        r#""notDeleted":["post-1"]"#,
        r#""post-1":"skipped""#,
        r#""results":[{"id":"post-1","status":"failed"}]"#,
    ] {
        for answer in [
            format!(r#"{{"ok":true,"data":{{"deletedIds":["post-1"],{beside}}}}}"#),
            format!(r#"{{"ok":true,"data":{{"deletedIds":["post-1"]}},{beside}}}"#),
        ] {
            let fate = fate_of(200, &answer);
            let is_uncertain = matches!(fate, Some(Fate::Uncertain(_)));
            assert!(is_uncertain, "{answer}: {fate:?}");
        }
    }
    for beside in [r#""errors":{"post-1":"locked"}"#, r#""skipped":["post-1"]"#] {
        let answer = format!(r#"{{"ok":true,"data":{{"deletedIds":["post-1"]}},{beside}}}"#);
        let fate = fate_of(200, &answer);
        assert!(
            matches!(fate, Some(Fate::Uncertain(_))),
            "{answer}: {fate:?}"
        );
    }
    let blocked = r#"{"ok":true,"data":{"blockedStatuses":[{"id":"post-1","status":"canceled"}]}}"#;
    assert!(matches!(fate_of(200, blocked), Some(Fate::Blocked { .. })));
    let harmless = r#"{"ok":true,"data":{"deletedIds":["post-1"],"requested":["post-1"]},"failed":["post-2"]}"#;
    assert_eq!(fate_of(200, harmless), Some(Fate::Deleted));
}

#[test]
fn spellings_of_a_post_that_the_answer_puts_into_different_lists_are_one_post() {
    let upper = "0198A7C1-5D3E-4ABC-9DEF-00FF00FF00FF";
    let lower = upper.to_lowercase();
    let request = DeleteRequest::by_id(upper);
    let answer =
        format!(r#"{{"ok":true,"data":{{"deletedIds":["{upper}"],"skipped":["{lower}"]}}}}"#);
    let reading = request.decode(request.posts(), 200, answer.as_bytes());
    let fate = { reading.posts }.pop().flatten().map(|post| post.fate);
    assert!(matches!(fate, Some(Fate::Uncertain(_))), "{fate:?}");
}
