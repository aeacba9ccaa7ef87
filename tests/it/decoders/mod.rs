//! Both decoders, for answers of every kind: what holds of all of them (`claims`), and what must make
//! no difference.

#[allow(
    unreachable_pub,
    clippy::large_enum_variant,
    reason = "a test's data, which the fuzz targets use too"
)]
mod answers;
#[allow(
    unreachable_pub,
    reason = "a test's claims, which the fuzz targets make too"
)]
mod claims;

use arbitrary::{Arbitrary, Unstructured};
use proptest::collection::vec;
use proptest::prelude::*;
use unpost::genviral::DeleteRequest;
use unpost::internals::genviral_failure;
use unpost::{Fate, Outcome};

use answers::{AyrshareCase, Body, GenviralCase};
use claims::{Asked, check_ayrshare, check_genviral};

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

fn any_case<C: Case>() -> impl Strategy<Value = C> {
    let bytes = vec(any::<u8>(), 0..2_000);
    bytes.prop_filter_map("too short", |bytes| {
        C::arbitrary_take_rest(Unstructured::new(&bytes)).ok()
    })
}

/// Of any answer, whole or spoilt.
fn every_claim_holds<C: Case>(case: &C, spoilt: &[(prop::sample::Index, u8)]) {
    let (asked, http_status, mut body) = (case.asked(), case.http_status(), case.body());
    let read = C::check(&asked, http_status, &body.bytes);
    assert!(
        !body.contradicts_itself || read.iter().all(Option::is_none),
        "an answer that contradicts itself settles nothing"
    );
    if body.bytes.is_empty() {
        return;
    }
    for (index, byte) in spoilt {
        *index.get_mut(&mut body.bytes) = *byte;
        C::check(&asked, http_status, &body.bytes);
    }
}

fn spelling_changes_nothing<C: Case>(case: &C) {
    let (asked, http_status) = (case.asked(), case.http_status());
    let [one, other] =
        [case.body(), case.rewritten()].map(|body| C::check(&asked, http_status, &body.bytes));
    assert_eq!(one, other);
}

/// A request that is made again names only the posts that are still open.
fn a_post_fares_the_same_whoever_else_is_asked_for<C: Case>(case: &C) {
    let Asked::Bulk(mut ids) = case.asked() else {
        return;
    };
    let body = case.body().bytes;
    let read = C::check(&case.asked(), case.http_status(), &body);
    ids.reverse();
    ids.truncate(ids.len().div_ceil(2));
    let fewer = C::check(&Asked::Bulk(ids), case.http_status(), &body);
    for outcome in fewer.into_iter().flatten() {
        assert!(
            read.contains(&Some(outcome.clone())),
            "{outcome:?} of {read:?}"
        );
    }
}

fn spoilt() -> impl Strategy<Value = Vec<(prop::sample::Index, u8)>> {
    vec((any::<prop::sample::Index>(), any::<u8>()), 0..4)
}

/// Found by fuzzing.
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
        let fate = read[0].as_ref().map(|it| &it.fate);
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

/// Either member will do, and neither is needed beside the other.
#[test]
fn genviral_answers_with_ok_or_with_data_and_refuses_with_false_or_a_code() {
    let request = DeleteRequest::bulk(["post-1"]);
    for (answer, is_refused) in [
        (r#"{"ok":true}"#, false),
        (r#"{"data":{}}"#, false),
        (r#"{"ok":true,"data":{}}"#, false),
        (r#"{"ok":1}"#, true),
        (r#"{"ok":false,"data":{}}"#, true),
        (r#"{"ok":true,"data":{},"error_code":"locked"}"#, true),
    ] {
        let failure = genviral_failure(&request, 200, answer.as_bytes());
        assert_eq!(failure.is_some(), is_refused, "{answer}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_ayrshare_answers_every_claim_holds(case in any_case::<AyrshareCase>(), spoilt in spoilt()) {
        every_claim_holds(&case, &spoilt);
    }

    #[test]
    fn whatever_genviral_answers_every_claim_holds(case in any_case::<GenviralCase>(), spoilt in spoilt()) {
        every_claim_holds(&case, &spoilt);
    }

    #[test]
    fn how_ayrshare_spells_an_answer_changes_nothing(case in any_case::<AyrshareCase>()) {
        spelling_changes_nothing(&case);
    }

    #[test]
    fn how_genviral_spells_an_answer_changes_nothing(case in any_case::<GenviralCase>()) {
        spelling_changes_nothing(&case);
    }

    #[test]
    fn what_ayrshare_says_of_a_post_depends_on_no_other(case in any_case::<AyrshareCase>()) {
        a_post_fares_the_same_whoever_else_is_asked_for(&case);
    }

    #[test]
    fn what_genviral_says_of_a_post_depends_on_no_other(case in any_case::<GenviralCase>()) {
        a_post_fares_the_same_whoever_else_is_asked_for(&case);
    }
}
