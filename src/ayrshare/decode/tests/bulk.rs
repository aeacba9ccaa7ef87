//! What an answer about several posts says of each.

use super::check;
use crate::ayrshare::DeleteRequest;

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
