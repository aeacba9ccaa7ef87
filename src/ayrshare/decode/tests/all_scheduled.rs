//! Answers to a request that names no post.

use super::check;
use crate::ayrshare::DeleteRequest;

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
