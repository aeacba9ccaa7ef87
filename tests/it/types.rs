//! What an application stores, sends between threads and matches on.

use serde_json::json;
use unpost::{
    Error, ErrorKind, Failure, Fate, NetworkResult, Outcome, PostId, Provider, ayrshare, genviral,
};

fn failure() -> Failure {
    let mut failure = Failure::new(ErrorKind::RateLimited);
    failure.http_status = Some(429);
    failure.code = Some("rate_limited".into());
    failure.message = Some("slow down".into());
    failure
}

#[test]
fn every_outcome_survives_being_stored() {
    let mut network = NetworkResult::new("facebook", "error");
    network.id = Some("1_2".into());
    network.code = Some(107);
    network.message = Some("no".into());
    let blocked = Fate::Blocked {
        status: "posted".into(),
    };
    for (fate, name) in [
        (Fate::Deleted, "deleted"),
        (Fate::MarkedDeleted, "marked_deleted"),
        (Fate::AlreadyDeleted, "already_deleted"),
        (Fate::NotFound, "not_found"),
        (Fate::Partial, "partial"),
        (blocked, "blocked"),
        (Fate::Failed(failure()), "failed"),
        (Fate::Uncertain(failure()), "uncertain"),
        (Fate::Unreported, "unreported"),
        (Fate::NotAttempted(failure()), "not_attempted"),
    ] {
        for networks in [vec![], vec![network.clone(), network.clone()]] {
            let mut outcome = Outcome::new("a", Provider::Genviral, fate.clone());
            outcome.networks = networks;
            outcome.attempts = 2;
            let stored = serde_json::to_value(&outcome).unwrap();
            assert_eq!(stored["fate"], name);
            assert_eq!(stored["id"], "a");
            assert_eq!(serde_json::from_value::<Outcome>(stored).unwrap(), outcome);
        }
    }
}

#[test]
fn an_outcome_written_by_an_older_version_without_optional_members_is_read() {
    let stored = json!({"id": "a", "provider": "ayrshare", "fate": "failed", "kind": "refused"});
    let outcome: Outcome = serde_json::from_value(stored).unwrap();
    let fate = Fate::Failed(Failure::new(ErrorKind::Refused));
    assert_eq!(outcome, Outcome::new("a", Provider::Ayrshare, fate));
}

#[test]
fn kinds_and_codes_are_stored_by_their_documented_names() {
    for (kind, name) in [
        (ErrorKind::Invalid, "invalid"),
        (ErrorKind::Unauthorized, "unauthorized"),
        (ErrorKind::XKeysRequired, "x_keys_required"),
        (ErrorKind::NotFound, "not_found"),
        (ErrorKind::AlreadyDeleted, "already_deleted"),
        (ErrorKind::NotManuallyDeleted, "not_manually_deleted"),
        (ErrorKind::Blocked, "blocked"),
        (ErrorKind::Partial, "partial"),
        (ErrorKind::RateLimited, "rate_limited"),
        (ErrorKind::Refused, "refused"),
        (ErrorKind::Server, "server"),
        (ErrorKind::Connect, "connect"),
        (ErrorKind::Timeout, "timeout"),
        (ErrorKind::Disconnected, "disconnected"),
        (ErrorKind::UnexpectedResponse, "unexpected_response"),
    ] {
        assert_eq!(serde_json::to_value(kind).unwrap(), name);
        assert_eq!(
            serde_json::from_value::<ErrorKind>(json!(name)).unwrap(),
            kind
        );
    }
    let code = ayrshare::ErrorCode::new(98_765);
    assert_eq!(serde_json::to_value(code).unwrap(), 98_765);
    let code = genviral::ErrorCode::Other("name_of_tomorrow".into());
    assert_eq!(serde_json::to_value(&code).unwrap(), "name_of_tomorrow");
    assert_eq!(serde_json::to_value(PostId::from("a")).unwrap(), "a");
}

#[test]
fn a_client_uses_the_documented_endpoint_by_default() {
    let ayrshare = unpost::ayrshare::Client::builder("api-key")
        .build()
        .unwrap();
    let genviral = unpost::genviral::Client::builder("public.secret")
        .build()
        .unwrap();
    assert!(format!("{ayrshare:?}").contains("\"https://api.ayrshare.com/api/post\""));
    assert!(
        format!("{genviral:?}").contains("\"https://www.genviral.io/api/partner/v1/posts/delete\"")
    );
}

#[test]
fn a_fate_tells_whether_the_post_is_gone_and_whether_to_retry() {
    let blocked = Fate::Blocked {
        status: "posted".into(),
    };
    for (fate, gone, again) in [
        (Fate::Deleted, true, false),
        (Fate::AlreadyDeleted, true, false),
        (Fate::MarkedDeleted, false, false),
        (Fate::NotFound, false, false),
        (Fate::Partial, false, false),
        (blocked, false, false),
        (Fate::Unreported, false, true),
        (Fate::Failed(Failure::new(ErrorKind::Refused)), false, false),
        (
            Fate::Failed(Failure::new(ErrorKind::RateLimited)),
            false,
            true,
        ),
        (
            Fate::Failed(Failure::new(ErrorKind::Unauthorized)),
            false,
            true,
        ),
        (
            Fate::Uncertain(Failure::new(ErrorKind::Disconnected)),
            false,
            true,
        ),
        (
            Fate::NotAttempted(Failure::new(ErrorKind::Connect)),
            false,
            true,
        ),
        (
            Fate::NotAttempted(Failure::new(ErrorKind::Invalid)),
            false,
            false,
        ),
    ] {
        assert_eq!(
            (fate.is_gone(), fate.should_retry()),
            (gone, again),
            "{fate:?}"
        );
    }
}

#[test]
fn errors_clients_and_calls_under_way_can_move_between_threads() {
    fn is_shared<T: Clone + Send + Sync + 'static>() {}
    fn is_sent<T: Send>(_: T) {}
    is_shared::<Error>();
    is_shared::<ayrshare::Client>();
    is_shared::<genviral::Client>();
    let client = ayrshare::Client::builder("KEY").build().unwrap();
    is_sent(client.delete(ayrshare::DeleteRequest::by_id("a")));
    let client = genviral::Client::builder("KEY").build().unwrap();
    is_sent(client.delete(genviral::DeleteRequest::by_id("a")));
    is_sent(client.clone());
}
