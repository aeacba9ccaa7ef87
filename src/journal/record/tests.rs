use std::time::Duration;

use super::*;
use crate::journal::OperationKind;
use crate::model::{ErrorKind, Failure, Provider};

const UUID: &str = "0198a7c1-5d3e-4abc-9def-00ff00ff00ff";

fn scope() -> Scope {
    Scope::new(OperationKind::Delete, Provider::from("acme"), "main")
}

fn at(second: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(second)
}

fn sending(second: u64) -> Sending {
    Sending::new(&scope(), vec!["post-1".into()], at(second))
}

fn denied(second: u64, kind: NotCarriedOut) -> Entry {
    Answered::new(&sending(second), kind, at(second + 1)).into()
}

fn outcome(fate: Fate, attempts: u32, unanswered: u32) -> Outcome {
    Outcome {
        attempts,
        unanswered,
        ..Outcome::new("post-1", Provider::from("acme"), fate)
    }
}

fn settled(fate: Fate, attempts: u32, unanswered: u32) -> Entry {
    Entry::Settled(scope(), outcome(fate, attempts, unanswered))
}

fn record(entries: impl IntoIterator<Item = Entry>) -> Record {
    let mut record = Record::new(scope());
    entries.into_iter().for_each(|entry| record.add(entry));
    record
}

/// How many attempts were made and how many are unanswered.
fn earlier(entries: impl IntoIterator<Item = Entry>) -> (u32, u32) {
    let evidence = record(entries).earlier(&"post-1".into());
    (evidence.attempts, evidence.unanswered)
}

fn failure() -> Failure {
    Failure::new(ErrorKind::Server)
}

#[test]
fn each_fate_settles_the_post_or_leaves_what_may_have_been_carried_out() {
    let blocked = Fate::Blocked {
        status: "posted".into(),
    };
    let refused = Fate::Failed(Failure::new(ErrorKind::Refused));
    let invalid = Fate::NotAttempted(Failure::new(ErrorKind::Invalid));
    // The fate, whether it settles the post, and what is unanswered after an outcome that counts one attempt and
    // none unanswered: without the attempt on record, with it, and with a second one that was lost before.
    for (fate, is_settled, unanswered) in [
        (Fate::Deleted, true, [0, 0, 1]),
        (Fate::AlreadyDeleted, true, [0, 0, 1]),
        (Fate::NotFound, true, [0, 0, 1]),
        (Fate::Partial, true, [0, 0, 1]),
        (blocked, true, [0, 0, 1]),
        (refused, true, [0, 0, 1]),
        (Fate::Failed(failure()), false, [0, 0, 1]),
        (Fate::Uncertain(failure()), false, [1, 1, 1]),
        (Fate::Unreported, false, [1, 1, 1]),
        (Fate::NotAttempted(failure()), false, [0, 0, 1]),
        (invalid, false, [0, 0, 1]),
        (Fate::Unknown, true, [0, 1, 2]),
    ] {
        for (sent, unanswered) in (0..).zip(unanswered) {
            let mut entries: Vec<Entry> = (0..sent).map(|second| sending(second).into()).collect();
            let attempts = u32::try_from(sent).unwrap().max(1);
            entries.push(settled(fate.clone(), attempts, 0));
            let record = record(entries);
            let known = record.settled(&"post-1".into());
            let wanted = is_settled.then(|| outcome(fate.clone(), attempts, 0));
            assert_eq!(known, wanted, "{fate:?}");
            let evidence = record.earlier(&"post-1".into());
            assert_eq!(evidence.unanswered, unanswered, "{fate:?} after {sent}");
            assert_eq!(evidence.attempts, attempts, "{fate:?} after {sent}");
        }
    }
}

#[test]
fn a_mark_neither_settles_a_deletion_nor_says_anything_of_it() {
    let refused = Fate::Failed(Failure::new(ErrorKind::NotManuallyDeleted));
    for fate in [Fate::MarkedDeleted, refused] {
        let record = record([sending(0).into(), settled(fate.clone(), 2, 1)]);
        assert_eq!(record.settled(&"post-1".into()), None, "{fate:?}");
        let evidence = record.earlier(&"post-1".into());
        assert_eq!((evidence.attempts, evidence.unanswered), (1, 1), "{fate:?}");
    }
}

#[test]
fn an_outcome_that_does_not_know_of_the_last_attempt_leaves_it_unanswered() {
    let stopped = || Fate::NotAttempted(Failure::new(ErrorKind::Stopped));
    for (outcome, wanted) in [
        // A run that was stopped before the post's turn counts no attempt.
        (settled(stopped(), 0, 0), (2, 2)),
        (settled(Fate::Failed(failure()), 1, 0), (2, 2)),
        (settled(Fate::Uncertain(failure()), 1, 1), (2, 2)),
        (settled(Fate::Unreported, 0, 0), (2, 2)),
        // A provider that counts no attempts has answered.
        (settled(Fate::Failed(failure()), 0, 0), (2, 1)),
        // An outcome may count more than is on record, if lines were lost.
        (settled(Fate::Uncertain(failure()), 5, 4), (5, 4)),
    ] {
        let entries = [sending(0).into(), sending(1).into(), outcome];
        assert_eq!(earlier(entries.clone()), wanted, "{entries:?}");
    }
}

#[test]
fn no_later_outcome_lowers_what_may_have_been_carried_out() {
    let uncertain = || settled(Fate::Uncertain(failure()), 3, 2);
    assert_eq!(earlier([uncertain()]), (3, 2));
    for later in [
        settled(Fate::NotAttempted(failure()), 0, 0),
        settled(Fate::NotAttempted(failure()), 9, 0),
        settled(Fate::Failed(failure()), 1, 0),
        settled(Fate::Unreported, 1, 1),
        denied(0, NotCarriedOut::Throttled),
    ] {
        assert_eq!(earlier([uncertain(), later.clone()]).1, 2, "{later:?}");
    }
    let of_unread = settled(Fate::Uncertain(failure()), 0, 0);
    assert_eq!(earlier([of_unread]), (1, 1));
}

#[test]
fn only_the_answer_to_a_request_says_that_it_was_not_carried_out() {
    for kind in [
        NotCarriedOut::NotSent,
        NotCarriedOut::Refused,
        NotCarriedOut::Throttled,
        NotCarriedOut::ThrottledByNetwork,
        NotCarriedOut::Unknown,
    ] {
        assert_eq!(earlier([sending(5).into(), denied(5, kind)]), (1, 0));
        // The same answer twice, and answers to requests that aren't the last one.
        let (first, second) = (|| sending(1).into(), || sending(5).into());
        let twice = [first(), second(), denied(5, kind), denied(5, kind)];
        assert_eq!(earlier(twice), (2, 1));
        assert_eq!(earlier([first(), second(), denied(1, kind)]), (2, 2));
        assert_eq!(earlier([denied(5, kind), second()]), (1, 1));
    }
}

#[test]
fn a_settled_post_stays_settled() {
    let entries = [
        settled(Fate::Deleted, 1, 0),
        settled(Fate::NotAttempted(failure()), 0, 0),
        sending(9).into(),
    ];
    let known = record(entries).settled(&"post-1".into());
    assert_eq!(known, Some(outcome(Fate::Deleted, 1, 0)));
}

#[test]
fn two_spellings_of_a_uuid_are_one_post_and_the_outcome_has_the_spelling_that_was_asked_for() {
    let deleted = Outcome::new(UUID.to_uppercase(), Provider::from("acme"), Fate::Deleted);
    let record = record([Entry::Settled(scope(), deleted)]);
    assert_eq!(record.settled(&UUID.into()).unwrap().id, UUID);
    assert_eq!(record.settled(&"post-1".into()), None);
}

#[test]
fn another_scope_settles_nothing_and_shares_at_most_the_window() {
    let mark = Scope {
        operation: OperationKind::MarkManualDeleted,
        ..scope()
    };
    let other_profile = Scope::new(OperationKind::Delete, Provider::from("acme"), "other");
    let other_provider = Scope::new(OperationKind::Delete, Provider::from("other"), "main");
    for (other, places) in [(mark, 1), (other_profile, 0), (other_provider, 0)] {
        let sending = Sending::new(&other, vec!["post-1".into()], at(1));
        let second = Sending {
            at: at(2),
            ..sending.clone()
        };
        let throttled = Answered::new(&second, NotCarriedOut::Throttled, at(3));
        let deleted = outcome(Fate::Deleted, 1, 0);
        let record = record([
            sending.into(),
            Entry::Settled(other, deleted),
            second.into(),
            throttled.into(),
        ]);
        assert_eq!(record.settled(&"post-1".into()), None);
        assert_eq!(record.earlier(&"post-1".into()), Evidence::default());
        assert_eq!(record.sent_at().len(), 2 * places);
        assert_eq!(record.throttled_at().len(), places);
    }
}

#[test]
fn a_request_that_was_not_sent_takes_no_place_in_the_window_and_every_429_counts() {
    let record = record([
        sending(1).into(),
        sending(2).into(),
        denied(2, NotCarriedOut::NotSent),
        sending(3).into(),
        denied(3, NotCarriedOut::Throttled),
        sending(5).into(),
        denied(5, NotCarriedOut::ThrottledByNetwork),
        sending(7).into(),
        denied(7, NotCarriedOut::Refused),
    ]);
    assert_eq!(record.sent_at(), [at(1), at(3), at(5), at(7)]);
    assert_eq!(record.throttled_at(), [at(3), at(5)]);
}

#[test]
fn deleting_all_scheduled_posts_may_have_acted_unless_nothing_was_carried_out() {
    let scope = Scope {
        operation: OperationKind::DeleteAllScheduled,
        ..scope()
    };
    let sending = Sending::new(&scope, Vec::new(), at(1));
    let mut record = Record::new(scope.clone());
    assert!(!record.may_have_acted());
    record.add(sending.clone().into());
    assert!(record.may_have_acted());
    record.add(Answered::new(&sending, NotCarriedOut::Throttled, at(2)).into());
    assert!(!record.may_have_acted());
    let another = Sending::new(&self::scope(), Vec::new(), at(3));
    record.add(another.into());
    assert!(!record.may_have_acted());
}

#[test]
fn the_times_that_are_kept_are_bounded() {
    let mut times = Vec::new();
    for second in 0..=2 * TIMES as u64 {
        push(&mut times, at(second));
    }
    assert_eq!(times.len(), TIMES + 1);
    assert_eq!(times[0], at(TIMES as u64));
    remove(&mut times, at(1));
    remove(&mut times, at(2 * TIMES as u64));
    assert_eq!(times.len(), TIMES);
}
