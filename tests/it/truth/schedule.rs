//! A schedule: which posts there are, what the run is asked for, and what goes wrong with each request.
//!
//! A schedule is plain data whose `Debug` output is Rust, so one that a failing test prints can be pasted
//! into a new test. Nothing in this file depends on how a request travels.

use std::fmt;

use serde::{Deserialize, Serialize};
use unpost::mock::BulkShape;

/// Everything that is decided before a run begins.
#[derive(Clone, Debug)]
pub(super) struct Schedule {
    pub(super) service: Service,
    pub(super) posts: List<Post>,
    /// The numbers of the posts that the run is asked for, repetitions included; see [`Schedule::id`].
    pub(super) asked: List<u8>,
    pub(super) batch: usize,
    pub(super) concurrency: usize,
    pub(super) attempts: u32,
    pub(super) limit: Limit,
    /// What happens to each request, in the order of sending.
    pub(super) steps: List<Step>,
    /// What happens to every request after those.
    pub(super) afterwards: Mishap,
    /// From the request with this number on, the API key is refused.
    pub(super) revoked_at: Option<u8>,
    /// What the same client is asked to do beside the run.
    pub(super) other_calls: List<OtherCall>,
    pub(super) end: End,
    /// For the jitter of the backoff.
    pub(super) seed: u8,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Service {
    Ayrshare(BulkShape, XKeys),
    Genviral,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum XKeys {
    Right,
    Wrong,
    Missing,
}

/// A post, by what it is at either provider.
///
/// | | Ayrshare | Genviral |
/// |---|---|---|
/// | `Free` | on two networks that can delete it | a draft |
/// | `Pending` | scheduled | scheduled |
/// | `Half` | on one network that can delete it and one that can't | the database fails to delete it |
/// | `Kept` | on two networks that can't delete it | posted |
/// | `OnX` | on X, which needs keys of its own, and on another network | canceled |
/// | `Gone` | deleted before | never existed |
/// | `Elsewhere` | another profile's | in another workspace |
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Post {
    Free,
    Pending,
    Half,
    Kept,
    OnX,
    Gone,
    Elsewhere,
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(super) struct Limit {
    /// How many requests the client is told that a window holds. `None` gives the client no limit.
    pub(super) told: Option<u32>,
    /// How many the provider really admits.
    pub(super) admitted: u32,
    pub(super) window_ms: u32,
    /// How many answers of 429 the client may risk.
    pub(super) budget: u32,
}

/// What happens to a request, and how many milliseconds its answer takes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Step(pub(super) Mishap, pub(super) u16);

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Mishap {
    /// Nothing goes wrong.
    Fine,
    /// No connection: nothing is sent.
    Refused,
    /// The connection dies without an answer.
    Lost(Acted),
    /// The provider acts, and this percentage of its answer arrives before the connection dies.
    Cut(u8),
    /// The provider acts, and this percentage of the body arrives and looks like all of it.
    Short(u8),
    /// An answer with this status and an HTML page instead of JSON.
    Page(u16, Acted),
    /// An answer with this 5xx status and JSON that says nothing of a post.
    Broken(u16, Acted),
    /// The provider's own answer with this 5xx status.
    OwnWords(u16),
    /// A 429 of the profile's rate limit, with this `Retry-After` in milliseconds.
    TooMany(u32),
    /// A 429 of a network's rate limit, with this code.
    NetworkLimit(u16),
    /// No answer until the client has given up.
    Slow(Acted),
    /// The provider acts, and its answer leaves out the posts whose bits are set.
    Forgets(u32),
    Redirect(Acted),
    /// An answer larger than the client reads.
    Bloated(Acted),
}

/// Whether, and when, the provider carries out a request whose answer is lost or isn't its own.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Acted {
    Never,
    Before,
    /// After the client has got an answer or has given up.
    Late,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum OtherCall {
    /// After so many milliseconds, deletes the post with this number.
    DeleteOne(u16, u8),
    /// After so many milliseconds. Does nothing if the provider has no such request.
    DeleteAllScheduled(u16),
}

/// What the reader of the stream does.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum End {
    ReadOut,
    /// Stops the run after so many outcomes, and reads on.
    StopAfter(u8),
    /// Drops the run after so many outcomes and so many milliseconds more.
    DropAfter(u8, u16),
}

/// The names that a printed schedule may use.
#[allow(
    unused_imports,
    reason = "any of them may be in the next schedule that fails"
)]
pub(super) mod prelude {
    pub(in crate::truth) use super::{
        Acted::*, End::*, Limit, List, Mishap::*, OtherCall::*, Post::*, Schedule, Service::*,
        Step, XKeys::*,
    };
    pub(in crate::truth) use unpost::mock::BulkShape::*;
}

impl Schedule {
    /// Posts are numbered from 0. The number after the last post stands for a post that nobody knows, and
    /// the number after that for a blank id.
    pub(super) fn id(&self, number: u8) -> String {
        let posts = self.posts.0.len();
        match usize::from(number) % (posts + 2) {
            blank if blank == posts + 1 => " ".to_owned(),
            number => format!("post-{number}"),
        }
    }

    pub(super) fn asked_ids(&self) -> Vec<String> {
        self.asked.0.iter().map(|number| self.id(*number)).collect()
    }

    pub(super) fn post(&self, id: &str) -> Option<Post> {
        let number: usize = id.strip_prefix("post-")?.parse().ok()?;
        self.posts.0.get(number).copied()
    }

    pub(super) fn step(&self, request: usize) -> Step {
        let step = self.steps.0.get(request).copied();
        step.unwrap_or(Step(self.afterwards, 1))
    }

    pub(super) fn is_revoked_at(&self, request: usize) -> bool {
        self.revoked_at.is_some_and(|at| usize::from(at) <= request)
    }

    /// Whether nothing goes wrong and every answer says what became of its posts.
    pub(super) fn is_fair(&self) -> bool {
        let bare = matches!(self.service, Service::Ayrshare(BulkShape::BareStatus, _));
        let mut mishaps = self.steps.0.iter().map(|step| step.0);
        mishaps.all(|mishap| mishap == Mishap::Fine)
            && self.afterwards == Mishap::Fine
            && self.revoked_at.is_none()
            && !(bare && self.batch > 1)
    }
}

/// A `Vec` whose `Debug` output is Rust.
#[derive(Clone)]
pub(super) struct List<T>(pub(super) Vec<T>);

impl<T: fmt::Debug> fmt::Debug for List<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("List(vec!")?;
        f.debug_list().entries(&self.0).finish()?;
        f.write_str(")")
    }
}
