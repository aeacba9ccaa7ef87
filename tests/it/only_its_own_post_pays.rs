//! What is wrong with one post costs no other post its deletion.

use std::time::Duration;

use unpost::mock::{Ayrshare, Fault, Genviral, IdSpelling};
use unpost::{ErrorKind, Fate, Outcome, RateLimit, genviral};

fn uuids(count: usize) -> Vec<String> {
    let uuid = |number| format!("0f4f54d4-8cce-4fb7-8c7b-{number:012x}");
    (0..count).map(uuid).collect()
}

async fn outcomes_of(mut run: unpost::Outcomes<'_>) -> Vec<Outcome> {
    let mut outcomes = Vec::new();
    while let Some(outcome) = run.next().await {
        outcomes.push(outcome);
    }
    outcomes
}

fn without_a_limit(ayrshare: &Ayrshare) -> unpost::ayrshare::Client {
    ayrshare.window(100_000, Duration::from_secs(300));
    let builder = ayrshare.client_builder().rate_limit(RateLimit::unlimited());
    builder.build().unwrap()
}

#[tokio::test]
async fn a_post_on_x_without_x_api_keys_fails_alone_and_the_others_go_on() {
    let ayrshare = Ayrshare::start().await;
    let ids: Vec<_> = (0..100).map(|number| format!("post-{number}")).collect();
    for id in &ids {
        ayrshare.publish(id, [if id == "post-3" { "twitter" } else { "bluesky" }]);
    }
    ayrshare.window(100_000, Duration::from_secs(300));
    let client = unpost::ayrshare::Client::builder(ayrshare.api_key());
    let client = client.base_url(ayrshare.base_url()).build().unwrap();
    for batch_size in [1, 20] {
        let summary = client
            .delete_many(&ids)
            .batch_size(batch_size)
            .run()
            .summary()
            .await;
        assert_eq!((summary.failed, summary.not_attempted), (1, 0), "{summary}");
        assert_eq!(summary.stopped_by, None);
        assert_eq!(summary.to_retry, ["post-3"], "the keys can be set");
    }
    assert_eq!(ayrshare.remaining(), ["post-3"]);
    let request = unpost::ayrshare::DeleteRequest::by_id("post-3");
    let error = client.delete(request).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::XKeysRequired);
    assert!(matches!(error.outcomes()[0].fate, Fate::Failed(_)));
}

#[tokio::test]
async fn one_malformed_id_of_fifty_is_found_in_twelve_further_requests_and_the_rest_is_deleted() {
    let genviral = Genviral::start().await;
    genviral.strict_ids();
    let mut ids = uuids(50);
    for id in &ids {
        genviral.seed(id, "draft");
    }
    ids[17] = "no-uuid".to_owned();

    let outcomes = outcomes_of(genviral.client().unwrap().delete_many(&ids).run()).await;

    assert_eq!(outcomes.len(), 50);
    for outcome in &outcomes {
        let is_deleted = outcome.fate == Fate::Deleted;
        assert_eq!(is_deleted, outcome.id != "no-uuid", "{outcome:?}");
    }
    let refused = outcomes.iter().find(|outcome| outcome.id == "no-uuid");
    let failure = refused.unwrap().fate.failure().unwrap();
    assert_eq!(failure.kind, ErrorKind::Refused);
    assert_eq!(failure.code.as_deref(), Some("invalid_payload"));
    assert_eq!(genviral.remaining(), [uuids(50)[17].as_str()]);
    let requests = genviral.requests().len();
    assert!((8..=13).contains(&requests), "{requests}");
}

#[tokio::test]
async fn a_malformed_id_in_a_bulk_of_ayrshare_is_found_and_the_rest_is_deleted() {
    let ayrshare = Ayrshare::start().await;
    let ids: Vec<_> = (0..40).map(|number| format!("post-{number:02}")).collect();
    for id in &ids {
        ayrshare.schedule(id, ["bluesky"]);
    }
    ayrshare.malformed("post-07");

    let run = without_a_limit(&ayrshare)
        .delete_many(&ids)
        .batch_size(40)
        .run();
    let outcomes = outcomes_of(run).await;

    let refused: Vec<_> = outcomes
        .iter()
        .filter(|outcome| !outcome.fate.is_gone())
        .collect();
    assert_eq!(refused.len(), 1);
    assert_eq!(refused[0].id, "post-07");
    assert!(refused[0].attempts > 1, "the attempts with the batch count");
    assert_eq!(ayrshare.remaining(), ["post-07"]);
    assert!(
        ayrshare.requests().len() <= 13,
        "{}",
        ayrshare.requests().len()
    );
}

#[tokio::test]
async fn a_key_that_is_refused_while_a_batch_is_divided_ends_the_division() {
    let genviral = Genviral::start().await;
    let refusal = r#"{"ok":false,"code":422,"error_code":"invalid_payload","message":"no"}"#;
    let no_key = r#"{"ok":false,"code":401,"error_code":"invalid_token","message":"no"}"#;
    genviral.fail_next(1, Fault::status(422).body(refusal));
    genviral.fail_next(9, Fault::status(401).body(no_key));

    let summary = genviral
        .client()
        .unwrap()
        .delete_many(uuids(50))
        .run()
        .summary()
        .await;

    assert_eq!(
        (summary.failed, summary.to_retry.len()),
        (50, 50),
        "{summary}"
    );
    assert_eq!(genviral.requests().len(), 2);
}

#[tokio::test]
async fn a_uuid_is_the_same_in_either_case() {
    let genviral = Genviral::start().await;
    genviral.id_spelling(IdSpelling::LowerCase);
    let ids = uuids(30);
    for id in &ids {
        genviral.seed(id, "draft");
    }
    let client = genviral.client().unwrap();

    let upper = ids[10].to_uppercase();
    let request = genviral::DeleteRequest::by_id(&upper);
    let response = client.delete(request).await.unwrap();
    assert_eq!(response.outcomes()[0].id, upper.as_str());

    let upper = ids[11].to_uppercase();
    let request = genviral::DeleteRequest::bulk([&upper, &ids[11], &upper]);
    assert_eq!(request.ids(), [upper.as_str()], "one id in two spellings");
    let response = client.delete(request).await.unwrap();
    assert_eq!(response.deleted().len(), 1);

    let rest = ids[12..].iter();
    let rest = rest.flat_map(|id| [id.to_uppercase(), id.clone()]);
    let run = client.delete_many(rest).batch_size(1).run();
    let summary = run.summary().await;
    assert_eq!((summary.deleted, summary.total), (18, 18), "{summary}");
}

#[tokio::test]
async fn one_page_of_a_firewall_does_not_end_a_run_but_many_answers_of_a_gateway_do() {
    let ayrshare = Ayrshare::start().await;
    let ids: Vec<_> = (0..60).map(|number| format!("post-{number}")).collect();
    for id in &ids {
        ayrshare.schedule(id, ["bluesky"]);
    }
    let client = without_a_limit(&ayrshare);
    let page = Fault::status(403).body("<html>Blocked</html>");
    ayrshare.fail_next(1, page.for_post("post-5"));

    let summary = client.delete_many(&ids[..10]).run().summary().await;
    assert_eq!((summary.deleted, summary.uncertain), (9, 1), "{summary}");
    assert_eq!((summary.to_retry.len(), summary.stopped_by), (1, None));
    assert_eq!(ayrshare.requests().len(), 10, "a page isn't asked again");

    let gateway = Fault::status(404).body(r#"{"message":"no Route matched"}"#);
    ayrshare.fail_next(1_000, gateway);
    let summary = client
        .delete_many(&ids[10..])
        .concurrency(1)
        .run()
        .summary()
        .await;
    assert_eq!(
        (summary.uncertain, summary.not_attempted),
        (10, 40),
        "{summary}"
    );
    let reason = summary.stopped_by.unwrap();
    assert_eq!(reason.kind, ErrorKind::UnexpectedResponse);
    assert_eq!(reason.message.as_deref(), Some("no Route matched"));
}

#[tokio::test]
async fn unclear_answers_about_single_posts_end_no_run() {
    let ayrshare = Ayrshare::start().await;
    let ids: Vec<_> = (0..40).map(|number| format!("post-{number}")).collect();
    for id in &ids {
        ayrshare.schedule(id, ["bluesky"]);
    }
    for unclear in [
        r#"{"status":"success","results":[{"status":"skipped"}]}"#,
        r#"{"status":"error","errors":[{"code":383},{"code":138}]}"#,
    ] {
        ayrshare.fail_next(15, Fault::status(200).body(unclear));
    }
    let run = without_a_limit(&ayrshare)
        .delete_many(&ids)
        .concurrency(1)
        .run();
    let summary = run.summary().await;
    assert_eq!((summary.uncertain, summary.deleted), (30, 10), "{summary}");
    assert_eq!(summary.stopped_by, None);
}
