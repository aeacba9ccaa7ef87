//! Everything that can go wrong between a client and a server, on loopback. One of the tests prints
//! `docs/faults.md`.

pub(crate) mod answers;
mod connecting;
pub(crate) mod http2;
mod json;
mod met;
mod row;
pub(crate) mod server;
mod several;
mod table;
mod talking;
mod throttling;
pub(crate) mod tls;

use std::sync::OnceLock;
use std::time::Duration;

use futures_util::StreamExt;
use unpost::{ErrorKind, Fate, Outcome};

pub(crate) use self::met::{Met, Response, Seen};
pub(crate) use self::row::plain;
use self::row::{ATTEMPTS, POST, SECOND, Verb};

/// What stands under one heading of the document.
pub(crate) struct Group {
    pub(crate) heading: &'static str,
    pub(crate) met: Vec<Met>,
}

/// Meets every fault. This happens once, for all tests together.
pub(crate) fn battery() -> &'static [Group] {
    static MET: OnceLock<Vec<Group>> = OnceLock::new();
    MET.get_or_init(|| {
        crate::logs::listen();
        let meet = || {
            let mut runtime = tokio::runtime::Builder::new_multi_thread();
            let runtime = runtime.worker_threads(4).enable_all().build().unwrap();
            runtime.block_on(meet_all())
        };
        std::thread::scope(|scope| scope.spawn(meet).join().unwrap())
    })
}

async fn meet_all() -> Vec<Group> {
    /// How many faults are met at once. Most of them wait for a timeout most of the time.
    const AT_ONCE: usize = 24;
    let groups = [
        ("Connecting", connecting::rows()),
        ("During a request", talking::rows()),
        ("HTTP/2", http2::rows()),
        ("Answers that aren't the provider's", answers::rows()),
        ("Rate limits", throttling::rows()),
        ("`bulk` and `mark_manual_deleted`", several::rows()),
        ("JSON", json::rows()),
    ];
    let rows = groups.into_iter().flat_map(|(heading, rows)| {
        let rows = rows.into_iter();
        rows.map(move |row| (heading, row))
    });
    let rows = rows.enumerate().map(|(place, (heading, row))| async move {
        let met = row.meet().await;
        (place, heading, met)
    });
    let met = futures_util::stream::iter(rows).buffer_unordered(AT_ONCE);
    let mut met: Vec<_> = met.collect().await;
    met.sort_by_key(|(place, _, _)| *place);
    let mut groups: Vec<Group> = Vec::new();
    for (_, heading, met) in met {
        match groups.last_mut().filter(|group| group.heading == heading) {
            Some(group) => group.met.push(met),
            None => groups.push(Group {
                heading,
                met: vec![met],
            }),
        }
    }
    groups
}

fn all_met() -> impl Iterator<Item = &'static Met> {
    battery().iter().flat_map(|group| &group.met)
}

/// Compares the table in the document with what happens. `UPDATE_DOCS=1 cargo test -p unpost-battery faults`
/// writes the table anew.
#[test]
#[cfg_attr(
    not(target_os = "linux"),
    ignore = "other systems report broken connections differently"
)]
fn the_document_says_what_happens() {
    let table = table::write(battery());
    #[allow(
        clippy::print_stdout,
        reason = "the table is what a developer runs this test for"
    )]
    {
        println!("{table}");
    }
    table::compare(&table);
}

#[test]
fn no_post_is_called_deleted_unless_the_server_said_so() {
    let all = all_met().flat_map(|met| met.seen().map(move |seen| (met, seen)));
    let wrong: Vec<_> = all
        .filter(|(met, seen)| !met.row.lets_succeed(seen) && is_called_done(met, seen))
        .map(|(met, seen)| format!("{:?} of {}", seen.verb, met.row.describe(seen.act)))
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// `Ok` for a batch only says that the batch was answered.
fn is_called_done(met: &Met, seen: &Seen) -> bool {
    let is_said = |outcome: &Outcome| {
        met.row
            .deleted_besides
            .is_some_and(|besides| outcome.id == besides)
    };
    let mut outcomes = seen.outcomes().iter();
    (seen.verb != Verb::Bulk && seen.result.is_ok())
        || outcomes.any(|outcome| is_done(&outcome.fate) && !is_said(outcome))
}

fn is_done(fate: &Fate) -> bool {
    fate.is_gone() || *fate == Fate::MarkedDeleted
}

#[test]
fn there_is_one_outcome_for_each_post_asked() {
    for met in all_met() {
        for seen in met.seen() {
            let asked: &[&str] = match seen.verb {
                Verb::AllScheduled => &[],
                Verb::Bulk => &[POST, SECOND],
                Verb::ById | Verb::MarkManualDeleted => &[POST],
            };
            let ids = seen.outcomes().iter().map(|outcome| outcome.id.as_str());
            assert!(ids.eq(asked.iter().copied()), "{met:?}");
        }
    }
}

#[test]
fn a_call_that_may_have_been_carried_out_says_so() {
    for met in all_met() {
        for seen in met.seen() {
            let Err(error) = &seen.result else { continue };
            if error.kind() == ErrorKind::Connect {
                // An attempt before the last one may have got a connection.
                let may_have_arrived = seen.outcomes().iter().any(|outcome| outcome.unanswered > 0);
                assert_eq!(error.is_uncertain(), may_have_arrived, "{met:?}");
                assert!(met.row.races || !may_have_arrived, "{met:?}");
                assert_eq!(seen.requests, 0, "{met:?}");
            }
            let answer_is_lost = matches!(
                error.kind(),
                ErrorKind::Timeout
                    | ErrorKind::Disconnected
                    | ErrorKind::UnexpectedResponse
                    | ErrorKind::Server
            );
            let is_settled = seen.verb == Verb::Bulk
                && seen.outcomes().iter().all(|outcome| is_done(&outcome.fate));
            if answer_is_lost && !is_settled {
                assert!(error.is_uncertain(), "{met:?}");
            }
        }
    }
}

#[test]
fn delete_all_scheduled_arrives_once_at_most() {
    for met in all_met() {
        for seen in &met.all_scheduled {
            // A request that was answered with 429 wasn't carried out, so one more is allowed.
            let most = if met.row.throttles { 2 } else { 1 };
            assert!(seen.requests <= most, "{met:?}");
            if let Err(error) = &seen.result {
                assert!(!(error.is_uncertain() && error.is_retryable()), "{met:?}");
            }
        }
    }
}

#[test]
fn a_delete_arrives_no_more_often_than_it_was_attempted() {
    for met in all_met() {
        for seen in met.seen().filter(|seen| seen.verb != Verb::AllScheduled) {
            let attempts = seen.outcomes().iter().map(|outcome| outcome.attempts).max();
            assert!(Some(seen.requests) <= attempts, "{met:?}");
            assert!(attempts <= Some(ATTEMPTS), "{met:?}");
        }
    }
}

#[test]
fn no_request_goes_astray() {
    for met in all_met() {
        for seen in met.seen() {
            assert_eq!(seen.astray, 0, "{met:?}");
        }
    }
}

#[test]
fn no_call_outlives_its_deadline() {
    for met in all_met() {
        for seen in met.seen() {
            assert!(seen.took < met.row.longest(), "{met:?}");
            if let Err(error) = &seen.result {
                let wait = error.retry_after().unwrap_or_default();
                assert!(wait <= Duration::from_secs(24 * 60 * 60), "{met:?}");
            }
        }
    }
}

#[test]
fn a_refusal_leaves_the_post_standing() {
    for met in all_met() {
        for seen in &met.by_id {
            let Err(error) = &seen.result else { continue };
            if error.kind() == ErrorKind::Refused {
                let fate = &error.outcomes()[0].fate;
                assert!(matches!(fate, Fate::Failed(_)), "{met:?}");
            }
        }
    }
}
