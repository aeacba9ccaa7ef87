//! What the networks of a post say together.

use super::check;
use crate::ayrshare::DeleteRequest;
use crate::engine::operation::Operation;
use crate::model::text::LONGEST_LABEL;

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
