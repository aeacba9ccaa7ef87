//! Finds the rhythm of a limit that neither the setting nor a header tells.
//!
//! A rhythm is the length of a window and the number of requests that fit into it. `LENGTHS` has the lengths that are
//! tried. After a 429, a time is computed for each of them: when a window of that length would have room again, because
//! the first request that it has counted is that old. One request at a time is sent, each at one of these times, until
//! one gets through. The longer that takes, the more of the times are skipped. The length that fits becomes the
//! rhythm's, with the number of requests that a window of that length had counted when it was full.

use std::collections::VecDeque;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::engine::limiter::moment::{Moment, in_order, nanos};

/// What is known of a limit that nobody tells.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Learner {
    /// When the answers to the latest own requests came, in order.
    #[serde(deserialize_with = "in_order")]
    accepted: VecDeque<Moment>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rhythm: Option<Rhythm>,
    /// What is known of the 429s, from the first one until a request gets through again.
    #[serde(skip_serializing_if = "Option::is_none")]
    full: Option<Full>,
    /// How many times a rhythm was found or confirmed. Each time, it lasts longer before one more request is tried.
    times_found: u32,
}

/// This many requests get through in a window of this length.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
struct Rhythm {
    requests: u32,
    #[serde(with = "nanos")]
    window: Duration,
    /// After this time, one more request is tried now and then.
    until: Moment,
    /// How many requests may still be sent in the first window of this rhythm. After that, a single request shows
    /// whether the second window has begun, and then this is `None`.
    left_of_first: Option<u32>,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
struct Full {
    since: Moment,
    /// When the latest of the requests was sent that were refused.
    refused: Moment,
}

impl Learner {
    pub(super) fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The rhythm, unless a 429 shows that it is wrong.
    fn rhythm(&self) -> Option<Rhythm> {
        self.rhythm.filter(|_| self.full.is_none())
    }

    /// The length of the window, if it is known.
    pub(super) fn window(&self) -> Option<Duration> {
        let window = self.rhythm()?.window;
        Some(window.clamp(SHORTEST, LONGEST))
    }

    /// How many requests go well in that window.
    pub(super) fn requests(&self) -> Option<u32> {
        self.rhythm().map(|rhythm| rhythm.requests.max(1))
    }

    /// Whether one more request may be tried in a window that is full. `oldest` is the oldest request in it. If that is
    /// old, the provider's window may have begun after it, and one more request would prove nothing.
    pub(super) fn may_try_more(&self, now: Moment, oldest: Option<Moment>) -> bool {
        self.rhythm().is_some_and(|rhythm| {
            let is_young = |oldest: Moment| oldest.plus(rhythm.window / 2) > now;
            rhythm.until <= now && oldest.is_some_and(is_young)
        })
    }

    /// Whether the next request shows if the rhythm is right, so that it must be sent alone.
    pub(super) fn is_unproven(&self) -> bool {
        self.rhythm()
            .is_some_and(|rhythm| rhythm.left_of_first == Some(0))
    }

    /// The own requests of the present window.
    pub(super) fn in_window(&self, now: Moment) -> VecDeque<Moment> {
        let window = self.window().unwrap_or(LONGEST);
        let accepted = self.accepted.iter().copied();
        accepted.filter(|at| at.plus(window) > now).collect()
    }

    pub(super) fn sent(&mut self) {
        if let Some(Rhythm {
            left_of_first: Some(left),
            ..
        }) = &mut self.rhythm
        {
            *left = left.saturating_sub(1);
        }
    }

    /// Counts a request that was accepted, or may have been.
    pub(super) fn count(&mut self, at: Moment) {
        let place = self.accepted.partition_point(|other| *other <= at);
        self.accepted.insert(place, at);
        let excess = self.accepted.len().saturating_sub(MOST_REMEMBERED);
        self.accepted.drain(..excess);
    }

    /// Records a 429, and returns when to try again, unless the rhythm is still right. `patience` is the shortest wait.
    /// `was_one_more` says whether this was a request that was tried in a window that was full.
    pub(super) fn refused(
        &mut self,
        now: Moment,
        sent: Moment,
        was_one_more: bool,
        patience: Duration,
    ) -> Option<Moment> {
        if let Some(rhythm) = &mut self.rhythm
            && was_one_more
        {
            rhythm.until = now.plus(lasts(rhythm.window, self.times_found));
            self.times_found = self.times_found.saturating_add(1);
            return None;
        }
        let full = self.full.get_or_insert(Full {
            since: now,
            refused: sent,
        });
        full.refused = full.refused.max(sent);
        let full = *full;
        // The longer the search takes, the longer it pauses, so some of the times are left out.
        let pause = (now.since(full.since) / 4).max(patience);
        let earliest = now.plus(pause);
        let has_room = LENGTHS.map(|length| match self.first_within(full, length) {
            Some((first, _)) => first.plus(length),
            None => full.since.plus(length),
        });
        let next = has_room.into_iter().filter(|at| *at >= earliest).min();
        Some(next.unwrap_or_else(|| now.plus(LONGEST)))
    }

    /// A request got through that was sent after a 429.
    pub(super) fn got_through(&mut self, now: Moment, sent: Moment) {
        let Some(full) = self.full.take() else { return };
        let has_room = |length: Duration| {
            let (first, requests) = self.first_within(full, length)?;
            let at = first.plus(length);
            (full.refused < at && at <= sent).then_some((requests, length))
        };
        let lengths = LENGTHS.into_iter().filter_map(has_room);
        // Of the lengths that fit, take the longest that had counted as many requests as the shortest.
        let found =
            lengths.reduce(|found, longer| if longer.0 == found.0 { longer } else { found });
        // If the request got through sooner than any of them says, the length is the time since the first request.
        let found = found.or_else(|| {
            let (first, requests) = self.first_within(full, SHORTEST_ROUND)?;
            Some((requests, sent.since(first).clamp(SHORTEST, SHORTEST_ROUND)))
        });
        // If there is nothing to go by, the old rhythm is the best guess.
        let before = self.rhythm.map(|rhythm| (rhythm.requests, rhythm.window));
        self.rhythm = found.or(before).map(|(requests, window)| Rhythm {
            requests,
            window,
            until: now.plus(lasts(window, self.times_found)),
            left_of_first: Some(requests.saturating_sub(1)),
        });
        self.times_found = self.times_found.saturating_add(1);
    }

    /// The request that was tried got through, so the window's length is right, and it has room for so many requests.
    pub(super) fn proved(&mut self, requests: u32) {
        if let Some(rhythm) = &mut self.rhythm {
            rhythm.left_of_first = None;
            rhythm.requests = rhythm.requests.max(requests);
        }
    }

    /// Corrects what was stored by a clock that was wrong, or by somebody else.
    pub(super) fn distrust_the_future(&mut self, latest: Moment, last_end: Moment) {
        let wrong = self.accepted.iter_mut().rev();
        let wrong = wrong.take_while(|at| **at > latest);
        wrong.for_each(|at| *at = latest);
        if let Some(rhythm) = &mut self.rhythm {
            rhythm.until = rhythm.until.min(last_end);
        }
        if let Some(full) = &mut self.full {
            full.since = full.since.min(latest);
            full.refused = full.refused.min(latest);
        }
    }

    /// The first request that a window of this length had counted when it was full, and how many it had counted.
    fn first_within(&self, full: Full, length: Duration) -> Option<(Moment, u32)> {
        let begin = self
            .accepted
            .partition_point(|at| at.plus(length) <= full.since);
        let end = self.accepted.partition_point(|at| *at <= full.since);
        let first = self.accepted.get(begin).filter(|_| begin < end)?;
        Some((*first, u32::try_from(end - begin).unwrap_or(u32::MAX)))
    }
}

/// How long a rhythm lasts before one request more than it allows is tried.
fn lasts(window: Duration, times_found: u32) -> Duration {
    let lasts = window.max(TRY_MORE_AFTER);
    lasts.saturating_mul(1 << times_found.min(8))
}

/// The lengths that a window may have.
const LENGTHS: [Duration; 18] = [
    SHORTEST_ROUND,
    Duration::from_secs(2),
    Duration::from_secs(5),
    Duration::from_secs(10),
    Duration::from_secs(15),
    Duration::from_secs(30),
    Duration::from_secs(60),
    Duration::from_secs(2 * 60),
    Duration::from_secs(5 * 60),
    Duration::from_secs(10 * 60),
    Duration::from_secs(15 * 60),
    Duration::from_secs(30 * 60),
    Duration::from_secs(60 * 60),
    Duration::from_secs(2 * 60 * 60),
    Duration::from_secs(4 * 60 * 60),
    Duration::from_secs(8 * 60 * 60),
    Duration::from_secs(12 * 60 * 60),
    LONGEST,
];
const SHORTEST: Duration = Duration::from_millis(50);
const SHORTEST_ROUND: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);
/// How long the first rhythm lasts, if its window isn't longer.
const TRY_MORE_AFTER: Duration = Duration::from_secs(60);
/// How many own requests are remembered. A larger limit isn't learned.
const MOST_REMEMBERED: usize = 1_000;
