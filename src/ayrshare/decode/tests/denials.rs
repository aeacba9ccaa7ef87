//! What in an answer denies a success.

use super::check;
use crate::ayrshare::DeleteRequest;
use crate::engine::operation::{AttemptKind, Operation};

#[test]
#[allow(clippy::too_many_lines, reason = "a table")]
fn an_error_anywhere_in_an_answer_denies_a_success() {
    check(
        &DeleteRequest::by_id("a"),
        r#"
200 {"status":"success","posts":{"id":"a","status":"error","code":114}}
    Answered, NotFound 200 114; a: NotFound
200 {"status":"success","results":{"status":"error","code":138}}
    Refused, Refused 200 138; a: ?
200 {"status":"success","errors":{"facebook":{"status":"error","code":107}}}
    Answered; a: Failed (Refused 200 107)
200 {"status":"success","errors":{"code":114}}
    Answered; a: Uncertain (UnexpectedResponse 200)
200 {"status":"success","errors":"Facebook failed"}
    Answered; a: Uncertain (UnexpectedResponse 200 Facebook failed)
200 {"errors":{}}
    Foreign, UnexpectedResponse 200 not the provider's own answer: check the base URL, and any proxy, gateway or firewall; a: ?
200 {"errors":{"code":114}}
    Answered, NotFound 200 114; a: NotFound
200 {"status":"success","error":"no"}
    Answered; a: Uncertain (UnexpectedResponse 200 no)
200 {"status":"success","errors":[],"error":null}
    Answered; a: Deleted
200 {"status":"success","deleted":{"a":false}}
    Answered; a: Uncertain (UnexpectedResponse 200)
200 {"status":"success","twitter":{"status":"","action":"delete"}}
    Answered; a: Uncertain (UnexpectedResponse 200)
200 {"status":"success","networks":{"twitter":"success","errors":["no"]}}
    Answered; a: Uncertain (UnexpectedResponse 200)
200 {"status":"success","meta":{"threads":"error"}}
    Answered; a: Uncertain (UnexpectedResponse 200)
200 {"status":"success","twitter":{"status":"success","threads":true}}
    Answered; a: Uncertain (UnexpectedResponse 200)
200 {"status":"success","twitter":{"status":"success","threads":"pending"}}
    Answered; a: Uncertain (UnexpectedResponse 200)
200 {"status":"success","meta":{"a":"error"}}
    Answered; a: Uncertain (UnexpectedResponse 200)
200 {"status":"success","meta":{"a":"fine"}}
    Answered; a: Deleted
200 {"status":"success","details":{"a":"failed"}}
    Answered; a: Uncertain (UnexpectedResponse 200)
200 {"status":"success","failed":[{"id":"a","message":"no"}]}
    Answered; a: Uncertain (UnexpectedResponse 200)
200 {"status":"success","failed":"a","usage":{"status":"ok"}}
    Answered; a: Uncertain (UnexpectedResponse 200)
200 {"status":"success","skipped":{"a":"not yours"}}
    Answered; a: Uncertain (UnexpectedResponse 200)
200 {"status":"success","failedIds":["a"]}
    Answered; a: Uncertain (UnexpectedResponse 200)
200 {"status":"success","failed":["b"],"skipped":[]}
    Answered; a: Uncertain (UnexpectedResponse 200)
200 {"status":"success","errors":[{"status":"error"}]}
    Answered; a: Uncertain (UnexpectedResponse 200)
200 {"errors":[{"platform":"facebook","status":"success"}]}
    Answered; a: Uncertain (UnexpectedResponse 200)
200 {"status":"success","errors":"","error":""}
    Answered; a: Deleted
200 {"status":"success","errors":{},"error":false}
    Answered; a: Deleted
200 [{"id":"a","status":"success","results":[{"status":"error","code":138}]}]
    Answered; a: Uncertain (UnexpectedResponse 200 138)
200 [{"platform":"facebook","status":"success","twitter":"error"}]
    Answered, Partial 200; a: Partial
200 [{"platform":"facebook","status":"success","errors":["no"]}]
    Answered; a: Uncertain (UnexpectedResponse 200 no)
200 {"status":"success","facebook":{"action":"delete","status":false,"id":"1"}}
    Answered; a: Uncertain (UnexpectedResponse 200)
200 {"status":"success","facebook":false}
    Answered; a: Uncertain (UnexpectedResponse 200)
200 {"status":"success","facebook":{"message":"Cannot delete"}}
    Answered; a: Uncertain (UnexpectedResponse 200)
200 {"status":"success","instagram":["error"]}
    Answered; a: Uncertain (UnexpectedResponse 200)
200 {"status":"success","instagram":"deleted","facebook":[{"status":"success"},{"status":"success"}]}
    Answered; a: Deleted
200 {"status":"success","facebook":[]}
    Answered; a: Uncertain (UnexpectedResponse 200)
200 {"status":"success","facebook":{"status":null}}
    Answered; a: Uncertain (UnexpectedResponse 200)
200 {"status":"success","facebook":null}
    Answered; a: Deleted
200 {"status":"success","facebook":{"status":"success","code":114}}
    Answered; a: Uncertain (UnexpectedResponse 200)
200 {"status":"success","code":"E114"}
    Answered; a: Uncertain (UnexpectedResponse 200)
200 {"status":"success","code":-114}
    Answered; a: Uncertain (UnexpectedResponse 200)
200 {"status":"success","code":200}
    Answered; a: Deleted
200 {"status":false,"twitter":{"status":"success"}}
    Answered; a: Uncertain (UnexpectedResponse 200)
200 {"status":"success","warnings":[{"code":169,"message":"slow"}]}
    Answered; a: Deleted
200 {"status":"success","error":7}
    Answered; a: Uncertain (UnexpectedResponse 200)
200 {"status":"success","errors":[{"platform":"facebook","status":"success"}]}
    Answered; a: Uncertain (UnexpectedResponse 200)
200 {"status":"success","facebook":{"status":"success","code":"E114"}}
    Answered; a: Uncertain (UnexpectedResponse 200)
200 {"status":"success","facebook":{"status":"success","error":"no"}}
    Answered; a: Uncertain (UnexpectedResponse 200)
200 {"status":"success","facebook":{"status":"success","warnings":[{"code":169}]}}
    Answered; a: Deleted
200 {"status":"success","networks":[{"status":"error"}]}
    Answered; a: Uncertain (UnexpectedResponse 200)
200 {"status":"success","meta":{"states":[{"status":"error"}]}}
    Answered; a: Uncertain (UnexpectedResponse 200)
200 {"status":"success","meta":{"state":{"code":114}}}
    Answered; a: Uncertain (UnexpectedResponse 200)
200 {"status":"success","meta":{"error":"no"}}
    Answered; a: Uncertain (UnexpectedResponse 200)
200 {"status":"success","meta":{"warnings":[{"status":"error"}]}}
    Answered; a: Deleted
200 {"status":"success","meta":[{"status":"error"}]}
    Answered; a: Uncertain (UnexpectedResponse 200)
200 {"status":"success","results":[[{"status":"error"}]]}
    Answered; a: Uncertain (UnexpectedResponse 200)
200 {"status":"success","failed":{"posts":["a"]}}
    Answered; a: Uncertain (UnexpectedResponse 200)
"#,
    );
}

#[test]
fn a_word_that_says_that_something_is_not_done_denies_a_success() {
    check(
        &DeleteRequest::by_id("a"),
        r#"
200 {"status":"success","id":"a","results":"skipped"}
    Answered; a: Uncertain (UnexpectedResponse 200)
200 {"status":"success","id":"a","networks":"pending"}
    Answered; a: Uncertain (UnexpectedResponse 200)
200 {"status":"success","id":"a","deleted":false}
    Answered; a: Uncertain (UnexpectedResponse 200)
200 {"status":"success","id":"a","mastodon":"error"}
    Answered; a: Uncertain (UnexpectedResponse 200)
200 {"status":"success","id":"a","skipped":true}
    Answered; a: Uncertain (UnexpectedResponse 200)
200 {"status":"success","id":"a","usage":"active","retryAfter":30,"failedCount":0,"deleted":true}
    Answered; a: Deleted
"#,
    );
}

#[test]
fn an_error_around_an_entry_or_beside_it_denies_a_success() {
    check(
        &DeleteRequest::by_id("a"),
        r#"
200 {"status":"success","posts":[{"status":"success"}],"results":[{"status":"error"}]}
    Answered; a: Uncertain (UnexpectedResponse 200)
200 {"status":"success","results":[{"twitter":{"status":"error"}}]}
    Answered; a: Failed (Refused 200)
200 {"status":"success","results":[{"code":107}]}
    Answered; a: Uncertain (UnexpectedResponse 200 107)
200 {"status":"success","results":[{"status":"success"}]}
    Answered; a: Deleted
200 {"status":"error","posts":[{"status":"success"}]}
    Answered; a: Uncertain (UnexpectedResponse 200)
200 {"status":"error","posts":[{"twitter":{"status":"success"}}]}
    Answered; a: Uncertain (UnexpectedResponse 200)
200 {"status":"error","code":114,"posts":[{"id":"a"}]}
    Answered, NotFound 200 114; a: NotFound
200 {"status":"success","errors":[{}],"posts":[{"status":"success"}]}
    Answered; a: Uncertain (UnexpectedResponse 200)
200 {"status":"success","posts":[{"status":"success","errors":["no"]}]}
    Answered; a: Uncertain (UnexpectedResponse 200 no)
200 {"id":"b","status":"error","a":"success"}
    Answered; a: Uncertain (UnexpectedResponse 200)
400 {"status":"error","retryAvailable":true,"posts":[{"status":"error","id":"a"}]}
    Refused for now, Refused 400; a: ?
400 {"status":"error","posts":[{"status":"error","id":"a","retryAvailable":true}]}
    Refused for now, Refused 400; a: ?
200 {"id":"a","status":"success","results":[{"status":"error","code":138}]}
    Answered; a: Uncertain (UnexpectedResponse 200 138)
200 {"posts":{"a":"success","b":"failed"}}
    Answered; a: Uncertain (UnexpectedResponse 200)
200 {"posts":{"a":"success","failed":["a"]}}
    Answered; a: Uncertain (UnexpectedResponse 200)
"#,
    );
}

#[test]
fn a_list_of_errors_counts_whole() {
    check(
        &DeleteRequest::by_id("a"),
        r#"
400 {"status":"error","errors":[{"code":383},{"code":138}],"id":"a"}
    Answered; a: Uncertain (UnexpectedResponse 400)
400 {"status":"error","errors":[{"code":138},{"code":383}],"id":"a"}
    Answered; a: Uncertain (UnexpectedResponse 400 138)
400 {"status":"error","errors":[{"code":114},{"code":138}],"id":"a"}
    Answered; a: Uncertain (UnexpectedResponse 400)
400 {"status":"error","code":383,"errors":[{"code":138}],"id":"a"}
    Answered; a: Uncertain (UnexpectedResponse 400)
400 {"status":"error","code":383,"results":[{"code":138}],"id":"a"}
    Answered; a: Uncertain (UnexpectedResponse 400 138)
400 {"status":"error","code":383,"posts":[{"status":"error","code":138}]}
    Answered; a: Uncertain (UnexpectedResponse 400 138)
400 {"status":"error","code":383,"bulk":[{"id":"a","status":"error"}]}
    Answered; a: Uncertain (UnexpectedResponse 400)
400 {"status":"error","code":383,"bulk":[{"id":"a","status":"error","code":383}]}
    Answered, AlreadyDeleted 400 383; a: AlreadyDeleted
400 {"errors":[{"code":383,"platform":"facebook","status":"pending"}]}
    Answered; a: Uncertain (UnexpectedResponse 400)
400 {"status":"error","code":383,"data":{"status":"pending"}}
    Answered; a: Uncertain (UnexpectedResponse 400)
400 {"status":"error","code":383,"error":"Instagram failed"}
    Answered; a: Uncertain (UnexpectedResponse 400 Instagram failed)
400 {"status":"error","code":383,"instagram":{"status":"pending"}}
    Answered; a: Uncertain (UnexpectedResponse 400)
400 {"status":"pending","code":383}
    Answered; a: Uncertain (UnexpectedResponse 400)
400 {"status":"pending","data":{"status":"error","code":383}}
    Answered; a: Uncertain (UnexpectedResponse 400)
400 {"status":"ok","posts":[{"id":"a","status":"error","code":114}]}
    Answered; a: Uncertain (UnexpectedResponse 400)
400 {"status":"success","code":383}
    Answered; a: Uncertain (UnexpectedResponse 400)
400 {"status":"error","code":383,"errors":[{"status":"error","message":"no"}]}
    Answered; a: Uncertain (UnexpectedResponse 400 no)
400 {"status":"error","errors":[{"code":383},{"code":383}],"id":"a"}
    Answered, AlreadyDeleted 400 383; a: AlreadyDeleted
400 {"status":"error","errors":[{"code":107},{"code":138}],"id":"a"}
    Refused, Refused 400 107; a: ?
400 {"status":"error","errors":[{"code":138},{"code":102}],"id":"a"}
    Refused, Unauthorized 400 102; a: ?
400 {"status":"error","errors":[{"code":383,"platform":"facebook"},{"code":138,"platform":"instagram"}]}
    Answered, Partial 400 138; a: Partial
400 {"status":"error","errors":[{"status":"error","code":383,"platform":"facebook"}],"id":"a"}
    Answered, AlreadyDeleted 400 383; a: AlreadyDeleted
400 {"status":"error","errors":[{"status":"error","code":435,"details":30,"platform":"twitter"}]}
    Answered; a: Failed (RateLimited 400 435)
400 {"status":"error","facebook":{"status":"error","code":383},"errors":["Instagram failed"]}
    Answered; a: Uncertain (UnexpectedResponse 400 Instagram failed)
400 {"status":"error","errors":[{"status":"error","code":114,"platform":"facebook"}],"id":"a"}
    Answered, NotFound 400 114; a: NotFound
"#,
    );
}

/// An id that the request doesn't have is `c`.
#[test]
fn one_post_is_read_as_strictly_as_a_batch() {
    for (inside, wanted) in [
        (r#""results":[{"id":"a","status":"skipped"}]"#, "Uncertain"),
        (r#""bulk":[{"id":"a","status":"pending"}]"#, "Uncertain"),
        (r#""posts":[{"id":"a","status":"failed"}]"#, "Uncertain"),
        (r#""postIds":{"a":"pending"}"#, "Uncertain"),
        (r#""a":"failed""#, "Uncertain"),
        (r#""a":{"status":"skipped"}"#, "Uncertain"),
        (r#""a":false"#, "Uncertain"),
        (r#""failed":["a"]"#, "Uncertain"),
        (r#""results":[{"id":"c","status":"success"}]"#, "Unreported"),
        (r#""postIds":["c"]"#, "Unreported"),
        (r#""bulk":{"c":{"status":"success"}}"#, "Unreported"),
        (
            r#""data":{"posts":[{"id":"a","status":"pending"}]}"#,
            "Uncertain",
        ),
        (
            r#""data":[{"id":"a","status":"error","code":138}]"#,
            "Failed",
        ),
        (r#""data":{"id":"c","status":"success"}"#, "Unreported"),
        (r#""postIds":"c""#, "Unreported"),
        (
            r#""results":[{"postId":"c","status":"success"}]"#,
            "Unreported",
        ),
        (r#""results":[{"postId":"a","deleted":false}]"#, "Uncertain"),
        (r#""results":[{"id":"a","result":"skipped"}]"#, "Uncertain"),
        (r#""notDeleted":["a"]"#, "Uncertain"),
        (
            r#""posts":[{"id":"a","status":"success"}],"errors":[{"code":138}]"#,
            "Uncertain",
        ),
        (
            r#""posts":[{"id":"a","status":"success"}],"failed":["instagram"]"#,
            "Uncertain",
        ),
        (
            r#""posts":[{"id":"a","networks":{"mastodon":{"status":"error"}}}]"#,
            "Failed",
        ),
        (
            r#""posts":[{"id":"a","networks":{"mastodon":"success"}}]"#,
            "Deleted",
        ),
    ] {
        let answer = format!(r#"{{"status":"success",{inside}}}"#);
        for request in [DeleteRequest::by_id("a"), DeleteRequest::bulk(["a"])] {
            let reading = request.decode(request.posts(), 200, answer.as_bytes());
            let said = { reading.posts }.pop().flatten().map(|post| post.fate);
            let fate = match (said, reading.kind) {
                (Some(fate), _) => format!("{fate:?}"),
                (None, AttemptKind::Answered) => "Unreported".to_owned(),
                (None, AttemptKind::Refused { .. }) => "Failed".to_owned(),
                (None, _) => "Uncertain".to_owned(),
            };
            assert!(fate.starts_with(wanted), "{request:?}, {answer}: {fate}");
        }
    }
}
