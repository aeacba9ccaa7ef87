//! What must hold after the last process, over all of them.

use std::collections::BTreeMap;

use unpost::{Fate, Outcome};

use super::Run;
use super::journal::Witness;
use crate::truth::chaos::{Arrival, Seen};
use crate::truth::ms;
use crate::truth::oracle::{self, Evidence, Standing, conserved, settled};
use crate::truth::schedule::{Acted, Mishap, Post, Schedule, Service};

/// Says which promise was broken.
pub(super) fn judge(
    schedule: &Schedule,
    runs: &[Run],
    seen: &Seen,
    witness: &Witness,
    standing: impl Fn(&str) -> Standing,
) -> Result<(), String> {
    if let Some(id) = witness.missing() {
        return Err(format!(
            "a request for {id} wasn't on record when it arrived"
        ));
    }
    let last = runs.last().ok_or("there was no run")?;
    for run in runs {
        let is_whole = std::ptr::eq(run, last);
        conserved(&run.asked, &run.outcomes, is_whole)?;
        for outcome in &run.outcomes {
            // What isn't settled may change in a later run.
            if is_whole || !outcome.fate.should_retry() {
                judge_outcome(schedule, outcome, seen, &standing)?;
            }
        }
    }
    for outcome in &last.outcomes {
        lost_nothing(outcome, seen)?;
    }
    // Where a process was killed during a request, its post may stay in doubt.
    let outcomes = last.outcomes.iter().cloned();
    let answered: Vec<_> = outcomes.filter(|outcome| outcome.unanswered == 0).collect();
    settled(schedule, &answered)?;
    stays_settled(runs, seen)?;
    kept_the_limits(schedule, runs, seen)
}

fn judge_outcome(
    schedule: &Schedule,
    outcome: &Outcome,
    seen: &Seen,
    standing: impl Fn(&str) -> Standing,
) -> Result<(), String> {
    let id = outcome.id.as_str();
    let (post, standing) = (schedule.post(id), standing(id));
    let untouched = match post {
        Some(Post::Gone) if schedule.service != Service::Genviral => Standing::Gone,
        None | Some(Post::Gone) => Standing::Unknown,
        Some(_) => Standing::Whole,
    };
    let changed = standing != untouched;
    let evidence = Evidence {
        post,
        standing,
        // All requests are ours.
        changed: Some(changed),
        named: seen.naming(id).any(|arrival| !was_told(arrival)),
    };
    oracle::judge(schedule.service, outcome, evidence)?;
    if outcome.fate == Fate::NotFound && changed && outcome.unanswered == 0 {
        return Err(format!(
            "nothing says that we may have deleted it: {outcome:?}"
        ));
    }
    Ok(())
}

/// Whether the client was told by the provider itself what became of each post, so that nothing is in doubt.
fn was_told(arrival: &Arrival) -> bool {
    let own = arrival.own.as_ref().map(|(reply, _)| reply.status);
    let is_refusal = own.is_some_and(|status| (400..500).contains(&status));
    match arrival.mishap {
        Mishap::Fine => true,
        Mishap::Forgets(_) | Mishap::OwnWords(_) => is_refusal,
        _ => arrival.is_throttled(),
    }
}

/// Checks that an outcome counts every request that named the post, and every one that got no answer.
fn lost_nothing(outcome: &Outcome, seen: &Seen) -> Result<(), String> {
    let arrivals = || seen.naming(outcome.id.as_str());
    let unanswered = arrivals().filter(|arrival| arrival.status.is_none());
    let (attempts, unanswered) = (arrivals().count(), unanswered.count());
    if (outcome.attempts as usize) < attempts || (outcome.unanswered as usize) < unanswered {
        return Err(format!(
            "{attempts} requests named it and {unanswered} got no answer: {outcome:?}"
        ));
    }
    Ok(())
}

/// Checks that a post that is settled on record isn't asked for again and comes out the same.
fn stays_settled(runs: &[Run], seen: &Seen) -> Result<(), String> {
    let mut known: BTreeMap<&str, &Outcome> = BTreeMap::new();
    for (run, number) in runs.iter().zip(0..) {
        let mut arrivals = seen.0.iter().filter(|arrival| arrival.process == number);
        let again = arrivals.find_map(|arrival| {
            let mut ids = arrival.ids.iter();
            ids.find(|id| known.contains_key(id.as_str()))
        });
        if let Some(id) = again {
            return Err(format!("process {number} asks for {id}, which is settled"));
        }
        for outcome in &run.on_record {
            known.entry(outcome.id.as_str()).or_insert(outcome);
        }
        for outcome in &run.outcomes {
            let on_record = known.get(outcome.id.as_str()).copied();
            // An id that can't be sent has its outcome without a record.
            let is_recorded = outcome.attempts > 0 && !outcome.fate.should_retry();
            if on_record.is_some_and(|known| known != outcome) || on_record.is_none() && is_recorded
            {
                return Err(format!(
                    "process {number} says {outcome:?}, and on record is {on_record:?}"
                ));
            }
        }
    }
    Ok(())
}

fn kept_the_limits(schedule: &Schedule, runs: &[Run], seen: &Seen) -> Result<(), String> {
    let limit = &schedule.limit;
    for (run, number) in runs.iter().zip(0..) {
        // A killed process may have left its last answers unrecorded.
        let before = run.throttled_before;
        let arrivals = seen.0.iter().filter(|arrival| arrival.process == number);
        // A 429 may have been cut before its status.
        let was_read = |arrival: &&Arrival| !matches!(arrival.mishap, Mishap::Cut(_));
        let throttled = arrivals.filter(|arrival| arrival.is_throttled());
        let more = throttled.filter(was_read).count();
        if more > (limit.budget as usize).saturating_sub(before) {
            return Err(format!(
                "process {number} takes {more} answers of 429 after {before}"
            ));
        }
    }
    let throttled = seen.throttled();
    let Some(told) = limit.told.map(|told| told as usize) else {
        return Ok(());
    };
    let is_late = |arrival: &Arrival| {
        let counted = arrival.own.as_ref().map_or(arrival.at, |(_, at)| *at);
        let next = runs.get(arrival.process + 1);
        arrival.mishap.acted() == Acted::Late || next.is_some_and(|next| counted > next.started)
    };
    if seen.0.iter().any(is_late) {
        // The provider counts these requests later than the client can know.
        return Ok(());
    }
    if schedule.service == Service::Genviral {
        // A 429 that asks for a short wait says that a new window begins, and two windows can overlap a window's time.
        let windows = if throttled > 0 { 2 + throttled } else { 1 };
        let most = told * windows;
        let later = seen.0.iter().skip(most);
        let mut both = seen.0.iter().zip(later);
        return match both.find(|(first, last)| last.at < first.at + ms(limit.window_ms)) {
            Some(both) => Err(format!("more than {most} requests in a window: {both:?}")),
            None => Ok(()),
        };
    }
    if seen
        .0
        .iter()
        .any(|arrival| matches!(arrival.mishap, Mishap::TooMany(_)))
    {
        // The proxy's 429 says of the provider's window what isn't true.
        return Ok(());
    }
    let own = || {
        seen.0
            .iter()
            .filter_map(|arrival| Some(&arrival.own.as_ref()?.0))
    };
    let counts = own().filter_map(|reply| reply.header("x-ratelimit-count")?.parse().ok());
    let used: usize = counts.max().unwrap_or_default();
    let refused = own().filter(|reply| reply.status == 429).count();
    let has_own_headers = |arrival: &Arrival| {
        let is_whole = matches!(arrival.mishap, Mishap::Fine | Mishap::Forgets(_));
        is_whole && arrival.status.is_some()
    };
    let most_refused = if limit.told <= Some(limit.admitted) {
        0
    } else if seen.0.iter().all(has_own_headers) {
        // Each new process learns from one answer how much the window really holds.
        runs.len() - 1
    } else {
        usize::MAX
    };
    if used > told || refused > most_refused {
        return Err(format!(
            "{used} requests in a window for {told}, and {refused} refused"
        ));
    }
    Ok(())
}
