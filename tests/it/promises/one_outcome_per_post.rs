//! Promise 1: there is one outcome per post. These tests check it too:
//! `ayrshare::bulk_is_read_in_every_shape_and_gives_each_id_once`,
//! `genviral::each_requested_id_gets_one_outcome_whether_or_not_a_list_names_it`,
//! `retry::a_batch_is_repeated_only_with_the_ids_that_are_still_open`.

use unpost::{ErrorKind, Outcome, ayrshare, genviral};

use crate::support::{Server, Step};

const ASKED: [&str; 5] = ["c", "a", "c", "b", "a"];

fn ids(outcomes: &[Outcome]) -> Vec<&str> {
    outcomes.iter().map(|outcome| outcome.id.as_str()).collect()
}

#[tokio::test]
async fn whatever_goes_wrong_each_distinct_id_comes_out_once_and_in_order() {
    let page = || Step::answer(200, &[], "<html>");
    let half = || {
        Step::json(
            503,
            r#"{"posts":[{"id":"a","status":"success"}],"data":{"deletedIds":["a"]}}"#,
        )
    };
    let refused = || Step::json(403, r#"{"status":"error","ok":false,"code":102}"#);
    let server = Server::start([]).await;
    let one = server.ayrshare().build().unwrap();
    let other = server.genviral().build().unwrap();
    for script in [
        vec![page()],
        vec![refused()],
        vec![half(), Step::hang_up(), half()],
        vec![half(), refused()],
        vec![Step::json(
            200,
            r#"{"status":"success","ok":true,"data":{}}"#,
        )],
        // This is last because the limiter holds up every request after it.
        vec![Step::answer(429, &["retry-after: 400"], "")],
    ] {
        server.tell(script.clone());
        let answer = one.delete(ayrshare::DeleteRequest::bulk(ASKED)).await;
        match answer {
            Ok(response) => assert_eq!(ids(response.outcomes()), ["c", "a", "b"]),
            Err(error) => assert_eq!(ids(error.outcomes()), ["c", "a", "b"]),
        }
        server.tell(script);
        let answer = other.delete(genviral::DeleteRequest::bulk(ASKED)).await;
        match answer {
            Ok(response) => assert_eq!(ids(response.outcomes()), ["c", "a", "b"]),
            Err(error) => assert_eq!(ids(error.outcomes()), ["c", "a", "b"]),
        }
    }
}

#[tokio::test]
async fn a_key_that_stops_working_half_way_loses_nothing_that_was_learnt() {
    let half = Step::json(500, r#"{"ok":false,"data":{"deletedIds":["a"]}}"#);
    let refused = Step::json(401, r#"{"ok":false,"error_code":"invalid_token"}"#);
    let server = Server::start([half, refused]).await;
    let client = server.genviral().build().unwrap();
    let request = genviral::DeleteRequest::bulk(["a", "b"]);
    let error = client.delete(request).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unauthorized);
    let [a, b] = error.outcomes() else {
        panic!("{error:?}")
    };
    assert!(a.fate.is_gone() && !b.fate.is_gone(), "{error:?}");
    assert!(
        b.fate.should_retry(),
        "the failed request may have deleted it"
    );
}
