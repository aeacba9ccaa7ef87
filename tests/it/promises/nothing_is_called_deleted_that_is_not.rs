//! Promise 2: no post is called deleted that is not. These tests check it too:
//! `ayrshare::an_answer_that_says_nothing_clear_about_the_post_is_uncertain`,
//! `transport::a_redirect_is_an_answer_and_the_other_origin_gets_nothing`,
//! `transport::an_answer_that_is_lost_or_cut_is_disconnected_and_uncertain`.

use unpost::{ayrshare, genviral};

use crate::support::{Server, Step};

#[tokio::test]
async fn only_the_providers_own_word_on_a_post_makes_it_deleted() {
    let success = r#"{"status":"success","id":"a","ok":true,"data":{"deletedIds":["a"]}}"#;
    let of = |id: &str| success.replace(r#""a""#, &format!("{id:?}"));
    let server = Server::start([]).await;
    let one = server.ayrshare().build().unwrap();
    let other = server.genviral().build().unwrap();
    let page = format!("<html>{success}");
    for (case, step) in [
        (
            "HTTP 200 with an error",
            Step::json(200, r#"{"status":"error","ok":false}"#),
        ),
        (
            "a page",
            Step::answer(200, &["content-type: text/html"], page),
        ),
        ("a redirect", Step::answer(303, &["location: /"], success)),
        ("a cut body", Step::json(200, success).cut(1)),
        ("an id missing from the answer", Step::json(200, &of("b"))),
        ("the id in upper case", Step::json(200, &of("A"))),
        (
            "a failed server",
            Step::json(500, r#"{"status":"success","ok":true}"#),
        ),
        ("lists in lists", Step::json(200, r#"[["a"]]"#)),
    ] {
        server.tell(vec![step; 15]);
        let single = [
            one.delete(ayrshare::DeleteRequest::by_id("a")).await.err(),
            one.delete(ayrshare::DeleteRequest::mark_manual_deleted("a"))
                .await
                .err(),
            other
                .delete(genviral::DeleteRequest::by_id("a"))
                .await
                .err(),
        ];
        for error in single {
            let error = error.unwrap_or_else(|| panic!("{case} is Ok"));
            assert!(!error.outcomes()[0].fate.is_gone(), "{case}");
        }
        let batch = one.delete(ayrshare::DeleteRequest::bulk(["a"])).await;
        let outcomes = match &batch {
            Ok(response) => response.outcomes(),
            Err(error) => error.outcomes(),
        };
        assert!(!outcomes[0].fate.is_gone(), "{case}");
        let batch = other.delete(genviral::DeleteRequest::bulk(["a"])).await;
        let outcomes = match &batch {
            Ok(response) => response.outcomes(),
            Err(error) => error.outcomes(),
        };
        assert!(!outcomes[0].fate.is_gone(), "{case}");
    }
}
