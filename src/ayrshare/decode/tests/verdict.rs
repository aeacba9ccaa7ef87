//! What codes and statuses decide.

use super::check;
use crate::ayrshare::DeleteRequest;

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
