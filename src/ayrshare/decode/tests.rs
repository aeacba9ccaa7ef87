use crate::ayrshare::DeleteRequest;
use crate::engine::operation::{AttemptKind, Operation, ThrottledBy};
use crate::model::text::LONGEST_LABEL;
use crate::model::{Failure, Fate};

#[test]
fn an_entry_counts_for_the_post_that_was_asked_for_if_it_names_that_one_or_none() {
    check(
        &DeleteRequest::by_id("a"),
        r#"
200 {"posts":[{"id":"b","status":"error","code":107},{"id":"a","status":"success"}]}
    Answered; a: Uncertain (UnexpectedResponse 200)
200 [{"id":"a","status":"success"},{"status":"error","code":107}]
    Answered; a: Uncertain (UnexpectedResponse 200 107)
200 [{"status":"success"},{"id":"b","status":"error","code":107}]
    Answered; a: Uncertain (UnexpectedResponse 200)
200 [{"id":"b","status":"success"}]
    Answered, UnexpectedResponse 200; a: ?
200 {"results":[{"id":"1","platform":"twitter","status":"success"},{"id":"a","message":"m"}]}
    Answered, UnexpectedResponse 200; a: ?
200 {"status":"success","posts":[{"id":"a","message":"m"}]}
    Answered, UnexpectedResponse 200; a: ?
200 {"status":"success","bulk":[{"id":"b","status":"deleted"},{"id":"a","message":"m"}]}
    Answered, UnexpectedResponse 200; a: ?
200 {"status":"success","results":[{"message":"m"},{"id":"b","status":"success"}]}
    Answered, UnexpectedResponse 200; a: ?
200 {"status":"success","twitter":{"status":"success"},"postIds":["b"]}
    Answered, UnexpectedResponse 200; a: ?
200 [{"id":"b","status":"success"},{"id":"c","status":"success"}]
    Answered, UnexpectedResponse 200; a: ?
200 [{"platform":"facebook","status":"error","code":107}]
    Answered; a: Failed (Refused 200 107)
200 [{"platform":"facebook","status":"success"}]
    Answered; a: Deleted
200 [{"platform":"facebook","status":"success"},{"id":"a","status":"success"}]
    Answered; a: Deleted
200 []
    Answered, UnexpectedResponse 200; a: ?
429 []
    Throttled, RateLimited 429; a: ?
400 []
    Foreign, UnexpectedResponse 400 not the provider's own answer: check the base URL, and any proxy, gateway or firewall; a: ?
400 {"status":"error","code":114,"posts":[{"id":"b","status":"success"},{"id":"c","status":"success"}]}
    Answered, NotFound 400 114; a: NotFound
200 {"status":"success","posts":[]}
    Answered, UnexpectedResponse 200; a: ?
200 {"status":"success","twitter":{"status":"success"},"posts":[]}
    Answered; a: Deleted
200 {"status":"success","twitter":{"status":"error","code":272},"posts":[]}
    Answered; a: Failed (Refused 200 272)
200 [{"id":7,"status":"success"}]
    Answered, UnexpectedResponse 200; a: ?
200 [{"platform":"facebook","id":"1","status":"success"}]
    Answered; a: Deleted
200 {"id":"b","status":"success","a":"success"}
    Answered; a: Deleted
500 [{"id":"b","status":"success"}]
    Broken, Server 500; a: ?
"#,
    );
}

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

#[test]
fn what_is_not_known_to_be_a_network_is_none() {
    check(
        &DeleteRequest::by_id("a"),
        r#"
200 {"status":"success","twitter":{"status":"success"},"usage":{"status":"ok"}}
    Answered; a: Deleted
200 {"status":"success","twitter":{"status":"success"},"usage":{"status":"error"}}
    Answered; a: Uncertain (UnexpectedResponse 200)
200 {"status":"success","twitter":{"status":"success"},"usage":{"status":"error","message":"quota low"}}
    Answered; a: Uncertain (UnexpectedResponse 200)
200 {"status":"success","twitter":{"status":"success"},"rateLimit":{"code":0}}
    Answered; a: Uncertain (UnexpectedResponse 200)
200 {"status":"success","twitter":{"status":"success"},"account":{"status":"active","id":"x"}}
    Answered; a: Deleted
200 {"status":"error","twitter":{"status":"error","code":272},"usage":{"status":"success","id":"x"}}
    Answered; a: Failed (Refused 200 272)
200 {"auth":{"status":"success","id":"x"}}
    Foreign, UnexpectedResponse 200 not the provider's own answer: check the base URL, and any proxy, gateway or firewall; a: ?
200 {"status":"success","twitter":{"status":"success"},"mastodon":{"action":"delete","status":"error"}}
    Answered, Partial 200; a: Partial
200 {"status":"success","twitter":{"status":"success"},"mastodon":{"status":"pending"}}
    Answered; a: Uncertain (UnexpectedResponse 200)
200 {"status":"success","twitter":{"status":"success"},"warnings":[{"platform":"x","status":"error"}]}
    Answered; a: Deleted
200 {"status":"success","twitter":{"status":"success"},"facebook":{"status":"pending"}}
    Answered; a: Uncertain (UnexpectedResponse 200)
200 {"status":"success","networks":{"twitter":{"status":"success"},"usage":{"status":"error","code":107}}}
    Answered, Partial 200 107; a: Partial
200 {"status":"success","networks":{"twitter":"success","warnings":{"status":"error"}}}
    Answered; a: Deleted
200 {"status":"success","networks":[{"platform":"x","status":"pending"}]}
    Answered; a: Uncertain (UnexpectedResponse 200)
200 {"data":{"status":"success","twitter":{"status":"success"}}}
    Answered; a: Deleted
200 {"status":"success","data":{"twitter":{"status":"error","code":272}}}
    Answered; a: Failed (Refused 200 272)
200 {"data":{"status":"success","mastodon":{"status":"error","code":107}}}
    Answered; a: Uncertain (UnexpectedResponse 200)
200 {"mastodon":{"status":"success"}}
    Foreign, UnexpectedResponse 200 not the provider's own answer: check the base URL, and any proxy, gateway or firewall; a: ?
200 {"status":"success","mastodon":{"status":"accepted","id":"1"}}
    Answered; a: Deleted
200 {"status":"success","mastodon":{"code":107}}
    Answered; a: Uncertain (UnexpectedResponse 200)
200 {"status":"success","mastodon":[{"status":"error","code":107}]}
    Answered; a: Uncertain (UnexpectedResponse 200)
200 {"status":"success","accounts":[{"platform":"x","status":"error"}]}
    Answered; a: Failed (Refused 200)
200 {"status":"success","networks":[{"platform":"x","status":"error","code":107}]}
    Answered; a: Failed (Refused 200 107)
200 [{"id":"a","mastodon":{"status":"error"}}]
    Answered; a: Failed (Refused 200)
"#,
    );
}

#[test]
fn the_name_of_a_network_is_cut_wherever_it_stands() {
    let name = "n".repeat(2 * LONGEST_LABEL);
    for result in [r#""success""#, r#"{"status":"success"}"#] {
        let answer = format!(r#"{{"status":"success","networks":{{"{name}":{result}}}}}"#);
        let request = DeleteRequest::by_id("a");
        let reading = request.decode(request.posts(), 200, answer.as_bytes());
        let mut posts = reading.posts.into_iter().flatten();
        let lengths = posts.next().map(|post| post.networks);
        let lengths = lengths.unwrap_or_default().into_iter();
        let lengths: Vec<_> = lengths.map(|network| network.network.len()).collect();
        assert_eq!(lengths, [LONGEST_LABEL]);
    }
}

#[test]
fn a_refusal_counts_only_in_the_words_of_ayrshare() {
    check(
        &DeleteRequest::by_id("a"),
        r#"
200 {"status":"error","code":429}
    Throttled, RateLimited 200 429; a: ?
404 {"message":"no Route matched"}
    Foreign, UnexpectedResponse 404 no Route matched not the provider's own answer: check the base URL, and any proxy, gateway or firewall; a: ?
403 {"code":403,"message":"blocked by the firewall"}
    Foreign, UnexpectedResponse 403 403 blocked by the firewall not the provider's own answer: check the base URL, and any proxy, gateway or firewall; a: ?
400 {"code":400,"message":"Bad Request"}
    Foreign, UnexpectedResponse 400 400 Bad Request not the provider's own answer: check the base URL, and any proxy, gateway or firewall; a: ?
403 {"error":{"code":403,"message":"blocked","status":"error"}}
    Foreign, UnexpectedResponse 403 403 blocked not the provider's own answer: check the base URL, and any proxy, gateway or firewall; a: ?
403 {"message":"Forbidden","data":{"status":"error"}}
    Foreign, UnexpectedResponse 403 Forbidden not the provider's own answer: check the base URL, and any proxy, gateway or firewall; a: ?
200 {"status":"error","code":429,"posts":[{"id":"a","status":"success"}]}
    Throttled; a: Uncertain (UnexpectedResponse 200 429)
403 <html>
    Foreign, UnexpectedResponse 403 not the provider's own answer: check the base URL, and any proxy, gateway or firewall; a: ?
400 {"status"
    Foreign, UnexpectedResponse 400 not the provider's own answer: check the base URL, and any proxy, gateway or firewall; a: ?
401 {"status":"error"}
    Refused, Unauthorized 401; a: ?
402 {"status":"error","message":"no plan"}
    Refused, Unauthorized 402 no plan; a: ?
404 {"error":"Not Found"}
    Foreign, UnexpectedResponse 404 Not Found not the provider's own answer: check the base URL, and any proxy, gateway or firewall; a: ?
401 {"errors":[{"message":"no token"}]}
    Foreign, UnexpectedResponse 401 no token not the provider's own answer: check the base URL, and any proxy, gateway or firewall; a: ?
403 {"error":{"code":403,"status":"PERMISSION_DENIED"}}
    Foreign, UnexpectedResponse 403 403 not the provider's own answer: check the base URL, and any proxy, gateway or firewall; a: ?
404 {"status":404,"error":"Not Found"}
    Foreign, UnexpectedResponse 404 Not Found not the provider's own answer: check the base URL, and any proxy, gateway or firewall; a: ?
400 {"errors":[{"status":"error","message":"no"}]}
    Foreign, UnexpectedResponse 400 no not the provider's own answer: check the base URL, and any proxy, gateway or firewall; a: ?
403 {"status":"error","code":98765}
    Refused, Unauthorized 403 98765; a: ?
"#,
    );
}

#[test]
fn two_entries_about_one_post_have_to_agree() {
    check(
        &DeleteRequest::by_id("a"),
        r#"
200 {"posts":[{"status":"success","id":"a"},{"status":"error","id":"a"}]}
    Answered; a: Uncertain (UnexpectedResponse 200)
200 [{"id":"a","status":"error"},{"id":"a","status":"success"},{"id":"a","status":"error"}]
    Answered; a: Uncertain (UnexpectedResponse 200)
200 [{"id":"a","status":"error","code":107},{"id":"a","status":"error","code":138}]
    Refused, Refused 200 107; a: ?
400 [{"id":"a","status":"error","retryAvailable":true},{"id":"a","status":"error"}]
    Refused for now, Refused 400; a: ?
400 [{"id":"a","status":"error"},{"id":"a","status":"error","retryAvailable":true}]
    Refused for now, Refused 400; a: ?
200 [{"id":"a","status":"success"},{"id":"a","errors":["no"]}]
    Answered; a: Uncertain (UnexpectedResponse 200 no)
200 [{"id":"a","errors":["no"]},{"id":"a","status":"success"}]
    Answered; a: Uncertain (UnexpectedResponse 200 no)
"#,
    );
}

#[test]
fn a_code_with_a_name_decides_unless_a_network_contradicts_it() {
    check(
        &DeleteRequest::by_id("a"),
        r#"
400 {"status":"error","code":382}
    Answered; a: Failed (NotManuallyDeleted 400 382)
400 {"status":"error","code":382,"twitter":{"status":"error","code":382}}
    Answered; a: Failed (NotManuallyDeleted 400 382)
400 {"status":"error","code":114,"twitter":{"status":"error","code":114}}
    Answered, NotFound 400 114; a: NotFound
400 {"status":"error","code":114,"twitter":{"status":"error","code":107}}
    Answered; a: Failed (Refused 400 107)
400 {"status":"error","code":107,"twitter":{"status":"error","code":107}}
    Answered; a: Failed (Refused 400 107)
400 {"status":"success","code":114}
    Answered, NotFound 400 114; a: NotFound
200 {"status":"success","code":114}
    Answered; a: Uncertain (UnexpectedResponse 200)
200 {"status":"error","id":"b"}
    Refused, Refused 200; a: ?
200 {"status":"error","code":383,"id":"b"}
    Answered, UnexpectedResponse 200; a: ?
400 {"status":"error","code":382,"twitter":{"status":"success"}}
    Answered; a: Uncertain (UnexpectedResponse 400 382)
400 {"status":"error","code":107,"twitter":{"status":"error","code":383}}
    Answered; a: Uncertain (UnexpectedResponse 400 107)
"#,
    );
}

#[test]
fn the_http_status_and_the_status_decide_if_no_code_and_no_network_does() {
    check(
        &DeleteRequest::by_id("a"),
        r#"
302 {"status":"success"}
    Foreign, UnexpectedResponse 302 a redirect, which isn't followed: check the base URL; a: ?
201 {"status":"success"}
    Foreign, UnexpectedResponse 201 not the provider's own answer: check the base URL, and any proxy, gateway or firewall; a: ?
201 {"status":"error"}
    Refused, Refused 201; a: ?
201 {"status":"error","code":98765}
    Refused, Refused 201 98765; a: ?
300 {"status":"error"}
    Foreign, UnexpectedResponse 300 a redirect, which isn't followed: check the base URL; a: ?
200 {"status":"success","code":98765}
    Answered; a: Uncertain (UnexpectedResponse 200 98765)
200 {"status":"partial"}
    Answered, Partial 200; a: Partial
200 {"status":"accepted"}
    Foreign, UnexpectedResponse 200; a: ?
404 {"status":"success"}
    Foreign, UnexpectedResponse 404 not the provider's own answer: check the base URL, and any proxy, gateway or firewall; a: ?
404 {"status":"error","message":"m","retryAvailable":true}
    Refused for now, Refused 404 m; a: ?
404 {"message":"m"}
    Foreign, UnexpectedResponse 404 m not the provider's own answer: check the base URL, and any proxy, gateway or firewall; a: ?
501 {"status":"error","message":"m"}
    Foreign, Server 501 m; a: ?
503 {"status":"error","message":"m"}
    Broken, Server 503 m; a: ?
"#,
    );
}

#[test]
fn all_networks_together_decide_and_under_a_5xx_only_those_that_keep_the_post() {
    check(
        &DeleteRequest::by_id("a"),
        r#"
200 {"twitter":{"status":"success"},"gmb":{"status":"error","code":383}}
    Answered; a: Uncertain (UnexpectedResponse 200)
400 {"status":"success","twitter":{"status":"error","code":383}}
    Answered; a: Uncertain (UnexpectedResponse 400)
200 {"status":"success","twitter":{"status":"error","code":383}}
    Answered, AlreadyDeleted 200 383; a: AlreadyDeleted
200 {"status":"success","twitter":{"status":"error","code":383},"gmb":{"status":"error","code":107}}
    Answered, Partial 200 107; a: Partial
200 {"status":"success","twitter":{"status":"queued"},"gmb":{"status":"error","code":107}}
    Answered; a: Uncertain (UnexpectedResponse 200)
200 {"status":"success","twitter":{"status":"error","code":114}}
    Answered; a: Uncertain (UnexpectedResponse 200)
200 {"status":"error","twitter":{"status":"error","message":"x"}}
    Answered; a: Failed (Refused 200 x)
200 {"status":"success","twitter":{"status":"success","code":200}}
    Answered; a: Deleted
200 {"status":"success","twitter":{"code":200}}
    Answered; a: Uncertain (UnexpectedResponse 200 200)
200 {"status":"success","twitter":{"code":107}}
    Answered; a: Failed (Refused 200 107)
200 {"twitter":{"status":"success"}}
    Answered; a: Deleted
200 {"status":"error","twitter":{"status":"success","message":"done"}}
    Answered; a: Uncertain (UnexpectedResponse 200)
200 {"status":"success","instagram":"error"}
    Answered; a: Failed (Refused 200)
200 {"status":"success","note":"error","details":{"status":"error"}}
    Answered; a: Uncertain (UnexpectedResponse 200)
200 {"status":"success","facebook":[{"status":"success","id":"1"},{"status":"error","code":107}]}
    Answered, Partial 200 107; a: Partial
200 {"status":"success","facebook":[{"id":"1"},{"platform":"x","status":"error"}]}
    Answered; a: Failed (Refused 200)
400 {"twitter":{"status":"success"}}
    Answered; a: Uncertain (UnexpectedResponse 400)
201 {"twitter":{"status":"success"}}
    Foreign, UnexpectedResponse 201 not the provider's own answer: check the base URL, and any proxy, gateway or firewall; a: ?
500 {"status":"error","twitter":{"status":"success"}}
    Broken, Server 500; a: ?
500 {"status":"success","twitter":{"status":"success"}}
    Broken, Server 500; a: ?
500 {"status":"error","twitter":{"status":"error","code":107}}
    Answered; a: Failed (Refused 500 107)
500 {"status":"error","twitter":{"status":"success"},"gmb":{"status":"error"}}
    Answered, Partial 500; a: Partial
"#,
    );
}

#[test]
fn only_a_network_that_throttles_says_for_how_long() {
    check(
        &DeleteRequest::by_id("a"),
        r#"
400 {"status":"error","code":435,"details":30}
    Throttled by a network, RateLimited 400 435, for 30s; a: ?
400 {"status":"error","code":435,"details":{"retryAfter":30}}
    Throttled by a network, RateLimited 400 435, for 30s; a: ?
400 {"status":"error","code":435,"details":{"text":"x","retryAfter":"30"}}
    Throttled by a network, RateLimited 400 435, for 30s; a: ?
400 {"status":"error","code":435,"details":1000000000}
    Throttled by a network, RateLimited 400 435, for 86400s; a: ?
400 {"status":"error","code":107,"details":30}
    Refused, Refused 400 107; a: ?
429 {"status":"error","code":107,"details":30}
    Throttled, Refused 429 107; a: ?
429 {"status":"error","details":30}
    Throttled, RateLimited 429; a: ?
200 {"status":"error","twitter":{"status":"error","code":444}}
    Answered; a: Failed (RateLimited 200 444)
429 {"status":"error","twitter":{"status":"error","code":435}}
    Throttled by a network, RateLimited 429; a: ?
429 {"twitter":{"status":"error"}}
    Throttled, RateLimited 429; a: ?
429 {"status":"error","twitter":{"status":"success"}}
    Answered; a: Uncertain (UnexpectedResponse 429)
429 {"errors":[{"platform":"x","code":435,"details":30,"message":"m"},{"platform":"gmb","code":107}]}
    Throttled by a network, RateLimited 429 m, for 30s; a: ?
"#,
    );
}

#[test]
fn entries_of_a_bulk_answer_decide_for_their_posts_and_the_http_status_for_the_rest() {
    check(
        &DeleteRequest::bulk(["a", "b"]),
        r#"
500 [{"id":"a","status":"success"}]
    Broken, Server 500; a: Deleted; b: ?
501 [{"id":"a","status":"success"}]
    Foreign, Server 501; a: Deleted; b: ?
429 [{"id":"a","status":"success"}]
    Throttled, RateLimited 429; a: ?; b: ?
400 [{"id":"a","status":"success"},{"id":"b","status":"error","code":107}]
    Answered; a: Deleted; b: Failed (Refused 400 107)
200 [{"id":"a","status":"success"},{"id":"b","status":"error","code":435}]
    Answered; a: Deleted; b: Failed (RateLimited 200 435)
200 [{"id":"a","status":"success"},{"id":"b","status":"error"}]
    Answered; a: Deleted; b: Failed (Refused 200)
200 [{"id":"a","status":"success"},{"id":"a","errors":["no"]}]
    Answered; a: Uncertain (UnexpectedResponse 200 no); b: ?
200 [{"id":"a","errors":["no"]},{"id":"a","status":"success"}]
    Answered; a: Uncertain (UnexpectedResponse 200 no); b: ?
202 [{"id":"a","status":"success"}]
    Answered; a: Uncertain (UnexpectedResponse 202); b: ?
401 [{"id":"a","status":"success"}]
    Answered; a: Uncertain (UnexpectedResponse 401); b: ?
404 [{"id":"a","status":"success"}]
    Answered; a: Deleted; b: ?
200 {"status":"success","a":"deleted","errors":{"a":{"code":107}}}
    Answered; a: Uncertain (UnexpectedResponse 200 107); b: ?
200 {"posts":{"a":"deleted","b":"deleted"},"errors":["a"]}
    Answered; a: Uncertain (UnexpectedResponse 200); b: Deleted
200 {"errors":[{"id":"a","status":"success"}]}
    Answered; a: Uncertain (UnexpectedResponse 200); b: ?
200 {"errors":[{"id":"a","platform":"twitter","status":"success"}]}
    Answered; a: Uncertain (UnexpectedResponse 200); b: ?
200 {"errors":{"a":{"status":"success"}}}
    Answered; a: Uncertain (UnexpectedResponse 200); b: ?
200 {"posts":{"a":"deleted","c":{"id":"a","code":114}}}
    Answered; a: Uncertain (UnexpectedResponse 200); b: ?
200 {"errors":[{"code":107,"data":[{"id":"a","status":"deleted"}]}]}
    Answered; a: Uncertain (UnexpectedResponse 200); b: ?
200 {"errors":{"a":"success"}}
    Answered; a: Uncertain (UnexpectedResponse 200); b: ?
200 {"posts":{"a":"deleted","b":"deleted"},"failed":[{"id":"a"}],"skipped":{"b":"no"}}
    Answered; a: Uncertain (UnexpectedResponse 200); b: Uncertain (UnexpectedResponse 200)
200 {"posts":{"a":"deleted","b":"deleted"},"meta":{"states":[{"id":"a","status":"error"},{"id":"b","status":"ok"}]}}
    Answered; a: Uncertain (UnexpectedResponse 200); b: Deleted
200 {"posts":{"a":"deleted","b":"deleted"},"summary":{"failed":["a"],"deleted":["b"]}}
    Answered; a: Uncertain (UnexpectedResponse 200); b: Deleted
200 {"posts":{"a":{"status":"error"}},"a":"success"}
    Answered; a: Uncertain (UnexpectedResponse 200); b: ?
200 {"posts":{"a":{"status":"success"},"b":"deleted"}}
    Answered; a: Deleted; b: Deleted
200 [{"id":"a","platform":"twitter","status":"success","errors":["no"]}]
    Answered; a: Uncertain (UnexpectedResponse 200 no); b: ?
200 {"a":{"platform":"twitter","status":"error","code":272}}
    Answered; a: Failed (Refused 200 272); b: ?
200 {"a":{"platform":"twitter","status":"success"},"b":"deleted"}
    Answered; a: Deleted; b: Deleted
200 {"a":{},"b":{"message":"what"}}
    Foreign, UnexpectedResponse 200 not the provider's own answer: check the base URL, and any proxy, gateway or firewall; a: ?; b: ?
200 {"a":7,"b":[]}
    Answered; a: Uncertain (UnexpectedResponse 200); b: ?
"#,
    );
}

#[test]
fn a_bulk_answer_about_no_post_refuses_all_of_them_or_leaves_them_open() {
    check(
        &DeleteRequest::bulk(["a", "b"]),
        r#"
200 {"status":"error","code":114}
    Answered, NotFound 200 114; a: ?; b: ?
200 {"status":"error","code":114,"id":"a"}
    Answered; a: NotFound; b: ?
400 {"status":"error","code":101,"id":"a"}
    Refused, Refused 400 101; a: ?; b: ?
400 {"status":"error","code":102,"id":"a"}
    Refused, Unauthorized 400 102; a: ?; b: ?
400 {"status":"error","retryAvailable":true}
    Refused for now, Refused 400; a: ?; b: ?
200 {"status":"error","retryAvailable":true}
    Broken, Refused 200; a: ?; b: ?
200 {"status":"error"}
    Answered, Refused 200; a: ?; b: ?
400 {"status":"error"}
    Refused, Refused 400; a: ?; b: ?
400 {"status":"error","code":98765}
    Answered, Refused 400 98765; a: ?; b: ?
401 {"status":"error","code":98765}
    Refused, Unauthorized 401 98765; a: ?; b: ?
404 {"status":"error","code":98765}
    Refused, Refused 404 98765; a: ?; b: ?
400 {"status":"error","code":101}
    Refused, Refused 400 101; a: ?; b: ?
403 {"status":"error","code":102}
    Refused, Unauthorized 403 102; a: ?; b: ?
403 {"status":"error","code":276}
    Refused, Unauthorized 403 276; a: ?; b: ?
400 {"status":"error","code":107}
    Answered, Refused 400 107; a: ?; b: ?
400 {"status":"error","code":107,"retryAvailable":true}
    Broken, Refused 400 107; a: ?; b: ?
400 {"status":"error","code":435,"details":30}
    Throttled by a network, RateLimited 400 435, for 30s; a: ?; b: ?
429 {"status":"error"}
    Throttled, RateLimited 429; a: ?; b: ?
500 {"status":"error"}
    Broken, Server 500; a: ?; b: ?
500 {"status":"success"}
    Broken, Server 500; a: ?; b: ?
200 {"status":"success"}
    Answered; a: ?; b: ?
200 {"status":"partial"}
    Answered, Partial 200; a: ?; b: ?
200 {}
    Foreign, UnexpectedResponse 200 not the provider's own answer: check the base URL, and any proxy, gateway or firewall; a: ?; b: ?
400 {}
    Foreign, UnexpectedResponse 400 not the provider's own answer: check the base URL, and any proxy, gateway or firewall; a: ?; b: ?
200 []
    Answered; a: ?; b: ?
400 []
    Foreign, UnexpectedResponse 400 not the provider's own answer: check the base URL, and any proxy, gateway or firewall; a: ?; b: ?
500 []
    Broken, Server 500; a: ?; b: ?
200 {"id":"a"}
    Foreign, UnexpectedResponse 200 not the provider's own answer: check the base URL, and any proxy, gateway or firewall; a: ?; b: ?
"#,
    );
}

#[test]
fn what_is_said_of_a_whole_batch_counts_against_its_posts_unless_a_post_explains_it() {
    check(
        &DeleteRequest::bulk(["a", "b"]),
        r#"
200 {"status":"error","posts":[{"id":"a","status":"success"},{"id":"b","status":"success"}]}
    Answered; a: Uncertain (UnexpectedResponse 200); b: Uncertain (UnexpectedResponse 200)
200 {"status":"error","posts":[{"id":"a","status":"success"},{"id":"b","status":"error","code":107}]}
    Answered; a: Deleted; b: Failed (Refused 200 107)
200 {"status":"error","posts":[{"id":"a","status":"success"},{"id":"c","status":"error","code":107}]}
    Answered; a: Deleted; b: ?
200 {"status":"error","code":429,"id":"a"}
    Throttled, RateLimited 200 429; a: ?; b: ?
200 {"status":"error","code":429,"posts":[{"id":"a","status":"success"}]}
    Throttled, RateLimited 200 429; a: ?; b: ?
"#,
    );
}

#[test]
fn all_scheduled_posts_are_deleted_if_nothing_in_the_answer_denies_it() {
    check(
        &DeleteRequest::delete_all_scheduled(),
        r#"
200 {"status":"success"}
    Answered
200 {"status":"deleted"}
    Answered
200 {"status":"success","posts":[{"status":"success"},{"status":"error","code":107}]}
    Answered, Partial 200 107
200 {"status":"success","posts":[{"status":"queued"}]}
    Answered, Partial 200
200 {"status":"success","posts":[{"status":"success","twitter":{"status":"queued"}}]}
    Answered, Partial 200
200 {"status":"success","posts":[{"code":107}]}
    Answered, Partial 200 107
200 {"status":"success","posts":[{"status":"error"}]}
    Answered, Partial 200
200 {"status":"success","posts":[{"errors":["no"]}]}
    Answered, Partial 200 no
200 {"status":"success","posts":[{"twitter":{"status":"error"}}]}
    Answered, Partial 200
200 {"status":"success","errors":{"a":"no"}}
    Foreign, UnexpectedResponse 200
200 {"status":"success","posts":{"status":"error"}}
    Answered, Partial 200
200 {"posts":[{"status":"success","id":"x"}]}
    Answered
200 {"posts":[{"status":"success"},{"status":"success"}]}
    Answered
200 {"status":"success","errors":["no"]}
    Foreign, UnexpectedResponse 200 no
400 {"status":"error","code":114}
    Answered, NotFound 400 114
400 {"status":"error","code":107}
    Foreign, Refused 400 107
400 {"status":"error","code":98765}
    Foreign, Refused 400 98765
403 {"status":"error","code":98765}
    Refused, Unauthorized 403 98765
403 {"status":"error","code":102}
    Refused, Unauthorized 403 102
400 {"status":"error","code":101}
    Refused, Refused 400 101
400 {"status":"error"}
    Refused, Refused 400
200 {"status":"error"}
    Refused, Refused 200
200 {"status":"error","retryAvailable":true}
    Refused for now, Refused 200
200 {"status":"accepted"}
    Foreign, UnexpectedResponse 200
202 {"status":"success"}
    Foreign, UnexpectedResponse 202 not the provider's own answer: check the base URL, and any proxy, gateway or firewall
200 {}
    Foreign, UnexpectedResponse 200 not the provider's own answer: check the base URL, and any proxy, gateway or firewall
200 []
    Foreign, UnexpectedResponse 200 not the provider's own answer: check the base URL, and any proxy, gateway or firewall
429 {"status":"error"}
    Throttled, RateLimited 429
400 {"status":"error","code":435,"details":30}
    Foreign, RateLimited 400 435, for 30s
500 {"status":"error"}
    Broken, Server 500
500 []
    Broken, Server 500
200 {"status":"partial"}
    Answered, Partial 200
302 {"status":"success"}
    Foreign, UnexpectedResponse 302 a redirect, which isn't followed: check the base URL
200 {"posts":[{"status":"error"}]}
    Refused, Refused 200
500 {"status":"success","posts":[{"status":"error"}]}
    Broken, Server 500
200 {"status":"error","twitter":{"status":"error","code":107}}
    Answered, Refused 200 107
429 {"status":"error","code":435,"details":30}
    Throttled by a network, RateLimited 429 435, for 30s
"#,
    );
}

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
