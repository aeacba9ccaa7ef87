//! What a run would do, compared with what it does.

use std::time::Duration;

use unpost::mock::{Ayrshare, Genviral};
use unpost::{
    Batch, DeleteMany, DeletePosts, ErrorKind, Outcome, Plan, Provider, RateLimit, ayrshare,
    genviral,
};

const POSTS: usize = 120;

/// Ids with repeated ones, and with so many that can't be sent that some batches end early.
fn given() -> Vec<String> {
    let id = |number: usize| format!("0198A7C1-5d3e-4abc-9def-{number:012}");
    let ids = (0..POSTS).flat_map(|number| {
        let unsent = if number % 40 < 20 { 4 } else { 0 };
        let unsent = (0..unsent).map(move |place| format!("{number}\u{200b}{place}"));
        let repeated = (number % 7 == 0).then(|| id(number / 2).to_lowercase());
        unsent.chain([id(number)]).chain(repeated)
    });
    ids.collect()
}

/// Compares a plan with the bodies that its run sent.
fn assert_true(case: &str, plan: &Plan, sent: &[unpost::mock::Request]) {
    let planned: Vec<_> = plan.bodies().collect();
    let sent: Vec<_> = sent.iter().map(unpost::mock::Request::body).collect();
    assert_eq!(planned, sent, "{case}");
    assert_eq!(plan.requests, sent.len(), "{case}");
    assert_eq!((plan.posts, plan.repeated), (POSTS, 18), "{case}");
    let all = plan.posts + plan.repeated + plan.refused.len();
    assert_eq!(all, given().len(), "{case}");
    let is_told = |outcome: &Outcome| {
        let failure = outcome.fate.failure();
        failure.is_some_and(|failure| failure.kind == ErrorKind::Invalid)
    };
    assert!(plan.refused.iter().all(is_told), "{case}");
}

#[tokio::test]
async fn a_plan_sends_nothing_and_has_the_exact_json_of_each_request_of_its_run() {
    for batch_size in [1, 7, 1_000] {
        let ayrshare = Ayrshare::start().await;
        ayrshare.window(1_000, Duration::from_secs(300));
        let client = ayrshare.client().unwrap();
        let delete = || {
            let posts = client.delete_many(given()).batch_size(batch_size);
            posts.concurrency(1)
        };
        let plan = delete().plan();
        assert!(ayrshare.requests().is_empty());
        delete().run().summary().await;
        let case = format!("Ayrshare, {batch_size} in a request");
        assert_true(&case, &plan, &ayrshare.requests());
    }

    let ayrshare = Ayrshare::start().await;
    let client = ayrshare.client().unwrap();
    let marks = || client.mark_many(given()).batch_size(50).concurrency(1);
    let plan = marks().plan();
    marks().run().summary().await;
    assert_true("marks", &plan, &ayrshare.requests());

    let genviral = Genviral::start().await;
    let client = genviral.client().unwrap();
    let delete = || client.delete_many(given()).concurrency(1);
    let plan = delete().plan();
    delete().run().summary().await;
    assert_true("Genviral", &plan, &genviral.requests());
    assert!(plan.requests > POSTS.div_ceil(50), "a batch ends early");
}

#[test]
fn a_plan_takes_as_many_windows_as_its_requests_fill_and_shows_no_key() {
    let limit = RateLimit::new(300, Duration::from_secs(300));
    let client = ayrshare::Client::builder("S3CRET-KEY").profile_key("S3CRET-PROFILE");
    let client = client.rate_limit(limit).build().unwrap();
    let unlimited = genviral::Client::builder("public.s3cret").build().unwrap();
    for (posts, seconds) in [(0, 0), (1, 0), (300, 0), (301, 300), (1_000, 900)] {
        let ids: Vec<_> = (0..posts).map(|number| format!("post-{number}")).collect();
        let plan = client.delete_many(&ids).plan();
        assert_eq!(plan.at_least, Duration::from_secs(seconds), "{posts}");
        let marks = client.mark_many(&ids).plan();
        assert_eq!(marks.at_least, plan.at_least, "{posts}");
        let others = unlimited.delete_many(&ids).plan();
        assert_eq!(others.at_least, Duration::ZERO, "{posts}");
        for plan in [plan, marks, others] {
            let bodies: String = plan.bodies().collect();
            let shown = format!("{plan:?} {bodies}").to_lowercase();
            assert!(!shown.contains("s3cret"), "{shown}");
        }
    }
}

/// A provider that says nothing of its requests.
struct Silent;

impl DeletePosts for Silent {
    fn provider(&self) -> Provider {
        Provider::from("acme")
    }

    fn batch_size(&self) -> usize {
        10
    }

    async fn delete_posts(&self, _: Batch) -> Vec<Outcome> {
        Vec::new()
    }
}

#[test]
fn a_provider_that_says_nothing_of_its_requests_has_a_plan_without_their_json() {
    let plan = DeleteMany::new(Silent, given()).batch_size(3).plan();
    assert_eq!((plan.posts, plan.repeated), (POSTS, 18));
    assert!(plan.requests >= POSTS / 3);
    assert_eq!(plan.at_least, Duration::ZERO);
    assert_eq!(plan.clone().bodies().count(), 0);
}
