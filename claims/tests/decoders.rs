//! Both decoders, for answers of every kind: what holds of all of them, and what must make no difference.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use arbitrary::{Arbitrary, Unstructured};
use serde_json::{Value, json};
use unpost::genviral::DeleteRequest;
use unpost::{Fate, Outcome};
use unpost_claims::answers::{AyrshareCase, Body, GenviralCase};
use unpost_claims::decoders::{Asked, check_ayrshare, check_genviral, is_same};
use unpost_claims::reading::failure;

/// How many answers each property is checked with.
const CASES: usize = 4_000;

/// An answer to a provider's request, and the way to read it.
trait Case: for<'a> Arbitrary<'a> + std::fmt::Debug {
    fn asked(&self) -> Asked;
    fn http_status(&self) -> u16;
    fn body(&self) -> Body;
    /// The same answer, written in another way.
    fn rewritten(&self) -> Body;
    /// Reads it and checks every claim.
    fn check(asked: &Asked, http_status: u16, body: &[u8]) -> Vec<Option<Outcome>>;
}

macro_rules! case {
    ($case:ty, $check:ident) => {
        impl Case for $case {
            fn asked(&self) -> Asked {
                self.asked()
            }

            fn http_status(&self) -> u16 {
                self.status.number()
            }

            fn body(&self) -> Body {
                self.body()
            }

            fn rewritten(&self) -> Body {
                self.rewritten()
            }

            fn check(asked: &Asked, http_status: u16, body: &[u8]) -> Vec<Option<Outcome>> {
                $check(asked, http_status, body)
            }
        }
    };
}

case!(AyrshareCase, check_ayrshare);
case!(GenviralCase, check_genviral);

/// Checks a property of many cases. The cases are the same in every run, so that a failure comes again;
/// `CLAIMS_SEED` asks for others. They get longer, so that the first that fails is a short one.
fn for_every_case<C: Case>(property: fn(&C, &mut fastrand::Rng)) {
    let first = std::env::var("CLAIMS_SEED").ok();
    let first: u64 = first.map_or(0, |seed| seed.parse().expect("a number in CLAIMS_SEED"));
    for (seed, number) in (first..).zip(0..CASES) {
        let mut random = fastrand::Rng::with_seed(seed);
        let bytes = std::iter::repeat_with(|| random.u8(..));
        let bytes: Vec<_> = bytes.take(number / 2).collect();
        let case = C::arbitrary_take_rest(Unstructured::new(&bytes)).expect("a case");
        let shown = ShownIfItFails { seed, case };
        property(&shown.case, &mut random);
    }
}

struct ShownIfItFails<C: Case> {
    seed: u64,
    case: C,
}

impl<C: Case> Drop for ShownIfItFails<C> {
    #[allow(clippy::print_stderr, reason = "a failing test says what it failed on")]
    fn drop(&mut self) {
        if std::thread::panicking() {
            let (seed, case) = (self.seed, &self.case);
            let body = case.body().bytes;
            eprintln!("seed {seed}: {case:?}");
            eprintln!("asked: {:?}", case.asked());
            eprintln!("HTTP status: {}", case.http_status());
            eprintln!("answer: {}", String::from_utf8_lossy(&body));
        }
    }
}

/// Checks the claims about an answer, as it is and with some of its bytes replaced.
fn every_claim_holds<C: Case>(case: &C, random: &mut fastrand::Rng) {
    let (asked, http_status, mut body) = (case.asked(), case.http_status(), case.body());
    let read = C::check(&asked, http_status, &body.bytes);
    assert!(
        !body.contradicts_itself || read.iter().all(Option::is_none),
        "an answer that contradicts itself settles nothing"
    );
    if body.bytes.is_empty() {
        return;
    }
    for _ in 0..random.usize(..4) {
        let place = random.usize(..body.bytes.len());
        body.bytes[place] = random.u8(..);
        C::check(&asked, http_status, &body.bytes);
    }
}

fn spelling_changes_nothing<C: Case>(case: &C, _: &mut fastrand::Rng) {
    let (asked, http_status) = (case.asked(), case.http_status());
    let [one, other] =
        [case.body(), case.rewritten()].map(|body| C::check(&asked, http_status, &body.bytes));
    assert_eq!(one, other);
}

/// A retry names only the posts that are still open, and must read the same of each.
fn a_post_fares_the_same_whoever_else_is_asked_for<C: Case>(case: &C, _: &mut fastrand::Rng) {
    let Asked::Bulk(mut ids) = case.asked() else {
        return;
    };
    let body = case.body().bytes;
    let read = C::check(&case.asked(), case.http_status(), &body);
    ids.reverse();
    ids.truncate(ids.len().div_ceil(2));
    let fewer = C::check(&Asked::Bulk(ids), case.http_status(), &body);
    for outcome in fewer.into_iter().flatten() {
        let is_known = |known: &Outcome| {
            is_same(known.id.as_str(), outcome.id.as_str())
                && (&known.fate, &known.networks) == (&outcome.fate, &outcome.networks)
        };
        assert!(
            read.iter().flatten().any(is_known),
            "{outcome:?} of {read:?}"
        );
    }
}

/// A UUID is the same in either case, whoever writes it.
fn the_case_of_a_uuid_changes_nothing<C: Case>(case: &C, _: &mut fastrand::Rng) {
    let (asked, http_status, body) = (case.asked(), case.http_status(), case.body().bytes);
    let lower = |id: &str| {
        let lower = id.to_ascii_lowercase();
        if is_same(id, &lower) {
            lower
        } else {
            id.to_owned()
        }
    };
    let in_lower = C::check(&asked.respelled(lower), http_status, &body);
    for outcome in C::check(&asked, http_status, &body).into_iter().flatten() {
        let id = lower(outcome.id.as_str());
        let same = in_lower.iter().flatten().find(|other| other.id == *id);
        assert_eq!(same.map(|other| &other.fate), Some(&outcome.fate));
    }
}

/// Adds members that aren't a network's, and can't be taken for one.
fn what_is_not_a_network_changes_nothing<C: Case>(case: &C, _: &mut fastrand::Rng) {
    let (asked, http_status) = (case.asked(), case.http_status());
    let body = case.body();
    let (Ok(json), false) = (serde_json::from_slice(&body.bytes), body.contradicts_itself) else {
        return;
    };
    let read = |json: &Value| C::check(&asked, http_status, json.to_string().as_bytes());
    let before = read(&json);
    for quota in [
        json!({"status":"ok","limit":300}),
        json!({"status":"active"}),
        json!([1, "ok"]),
    ] {
        assert_eq!(read(&with_quota(&json, &quota)), before, "{quota}");
    }
    let denied = with_quota(&json, &json!({"status":"failed"}));
    for (outcome, before) in read(&denied).into_iter().zip(before) {
        let fate = |outcome: Option<Outcome>| outcome.map(|outcome| outcome.fate);
        let (fate, before) = (fate(outcome), fate(before));
        assert!(
            fate == before || !matches!(fate, Some(Fate::Deleted | Fate::Partial)),
            "{fate:?}"
        );
    }
}

/// The answer with a member `quota`, beside what it says of the request and of each post.
fn with_quota(json: &Value, quota: &Value) -> Value {
    match json {
        Value::Array(items) => items.iter().map(|item| with_quota(item, quota)).collect(),
        Value::Object(members) if !members.is_empty() => {
            let mut members = members.clone();
            for name in ["data", "posts", "results", "bulk", "postIds"] {
                if let Some(list @ Value::Array(_)) = members.get(name) {
                    members.insert(name.to_owned(), with_quota(list, quota));
                }
            }
            members.insert("quota".to_owned(), quota.clone());
            members.into()
        }
        other => other.clone(),
    }
}

/// Fuzzing has found these answers.
#[test]
fn an_error_in_any_place_of_an_answer_contradicts_its_success() {
    let error = r#"{"status":"error","id":"post-1","code":138}"#;
    for answer in [
        format!(r#"{{"status":"success","results":[{error}]}}"#),
        format!(
            r#"{{"status":"success","results":[{error},{{"platform":"x","status":"success"}}]}}"#
        ),
        format!(r#"{{"status":"success","posts":[{{"status":"success"}}],"errors":[{error}]}}"#),
        format!(r#"{{"status":"success","posts":[{{"status":"success"}}],"instagram":{error}}}"#),
        format!(r#"{{"status":"success","results":{error}}}"#),
        format!(r#"{{"status":"success","errors":{error}}}"#),
        format!(r#"{{"status":"success","posts":{{"post-1":{error}}}}}"#),
        format!(r#"{{"posts":[{{"id":"post-1","status":"success","results":[{error}]}}]}}"#),
    ] {
        let asked = Asked::ById("post-1".to_owned());
        let read = check_ayrshare(&asked, 200, answer.as_bytes());
        let fate = read[0].as_ref().map(|outcome| &outcome.fate);
        assert_ne!(fate, Some(&Fate::Deleted), "{answer}");
    }
    for post in ["errors", "snapchat"] {
        let answer = format!(r#"{{"status":"success","posts":[{{"{post}":[{error}]}}]}}"#);
        check_ayrshare(&Asked::AllScheduled, 200, answer.as_bytes());
    }
    let answer = r#"{"code":[],"posts":[{"status":"success"}]}"#;
    check_ayrshare(&Asked::AllScheduled, 200, answer.as_bytes());
    let asked = Asked::Bulk(vec!["post-1".to_owned()]);
    let answer = r#"[{"id":"post-1","status":"success"},{"id":"post-1","status":114}]"#;
    check_ayrshare(&asked, 200, answer.as_bytes());
    let answer = format!(r#"{{"gmb":[{error}],"posts":[{{"status":"success"}}]}}"#);
    check_ayrshare(&Asked::AllScheduled, 200, answer.as_bytes());
}

/// A success needs only one of `ok` and `data`.
#[test]
fn genviral_succeeds_with_ok_or_data_and_refuses_with_ok_false_or_an_error_code() {
    let request = DeleteRequest::bulk(["post-1"]);
    for (answer, is_refused) in [
        (r#"{"ok":true}"#, false),
        (r#"{"data":{}}"#, false),
        (r#"{"ok":true,"data":{}}"#, false),
        (r#"{"ok":1}"#, true),
        (r#"{"ok":false,"data":{}}"#, true),
        (r#"{"ok":true,"data":{},"error_code":"locked"}"#, true),
    ] {
        let failure = failure(&request, 200, answer.as_bytes());
        assert_eq!(failure.is_some(), is_refused, "{answer}");
    }
}

#[test]
fn whatever_ayrshare_answers_every_claim_holds() {
    for_every_case::<AyrshareCase>(every_claim_holds);
}

#[test]
fn whatever_genviral_answers_every_claim_holds() {
    for_every_case::<GenviralCase>(every_claim_holds);
}

#[test]
fn how_ayrshare_spells_an_answer_changes_nothing() {
    for_every_case::<AyrshareCase>(spelling_changes_nothing);
}

#[test]
fn how_genviral_spells_an_answer_changes_nothing() {
    for_every_case::<GenviralCase>(spelling_changes_nothing);
}

#[test]
fn the_case_of_a_uuid_changes_nothing_that_ayrshare_says() {
    for_every_case::<AyrshareCase>(the_case_of_a_uuid_changes_nothing);
}

#[test]
fn the_case_of_a_uuid_changes_nothing_that_genviral_says() {
    for_every_case::<GenviralCase>(the_case_of_a_uuid_changes_nothing);
}

#[test]
fn what_is_not_a_network_changes_nothing_that_ayrshare_says() {
    for_every_case::<AyrshareCase>(what_is_not_a_network_changes_nothing);
}

#[test]
fn what_is_not_documented_changes_nothing_that_genviral_says() {
    for_every_case::<GenviralCase>(what_is_not_a_network_changes_nothing);
}

#[test]
fn what_ayrshare_says_of_a_post_depends_on_no_other() {
    for_every_case::<AyrshareCase>(a_post_fares_the_same_whoever_else_is_asked_for);
}

#[test]
fn what_genviral_says_of_a_post_depends_on_no_other() {
    for_every_case::<GenviralCase>(a_post_fares_the_same_whoever_else_is_asked_for);
}
