//! A schedule: which posts there are, what is asked, and what goes wrong with each request.
//!
//! Plain data, whose `Debug` is Rust: the schedule that a failing test prints can be pasted into a test
//! of its own. Nothing in here knows how a request travels.

use std::fmt;

use unpost::mock::BulkShape;

/// Everything that is decided before a run begins.
#[derive(Clone, Debug)]
pub(super) struct Schedule {
    pub(super) service: Service,
    pub(super) posts: List<Post>,
    /// By number, so that repeated ids are frequent; see [`Schedule::id`].
    pub(super) asked: List<u8>,
    pub(super) batch: usize,
    pub(super) concurrency: usize,
    pub(super) attempts: u32,
    pub(super) limit: Limit,
    /// What befalls each request, in the order of sending.
    pub(super) steps: List<Step>,
    /// What befalls every request after those.
    pub(super) afterwards: Fault,
    /// The API key is refused from this request on.
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

/// | | Ayrshare | Genviral |
/// |---|---|---|
/// | `Free` | on two networks that let go | a draft |
/// | `Pending` | scheduled | scheduled |
/// | `Half` | on one network that lets go and one that doesn't | the database refuses |
/// | `Kept` | on two networks that don't let go | posted |
/// | `OnX` | on X, which takes keys of its own, and another | canceled |
/// | `Gone` | deleted before | never was |
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

#[derive(Clone, Copy, Debug)]
pub(super) struct Limit {
    /// How many requests a window holds, as the client is told; `None` leaves it without a limit.
    pub(super) told: Option<u32>,
    /// How many the provider really admits.
    pub(super) admitted: u32,
    pub(super) window_ms: u32,
    /// How many answers of 429 the client may risk.
    pub(super) budget: u32,
}

/// A fault, and how long its answer takes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Step(pub(super) Fault, pub(super) u16);

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Fault {
    /// Nothing goes wrong.
    Fine,
    /// No connection: nothing is sent.
    Refused,
    /// The connection dies without an answer.
    Lost(Acted),
    /// The provider acts, and so many percent of its answer arrive before the connection dies.
    Cut(u8),
    /// The provider acts, and so many percent of its body arrive, looking like all of it.
    Short(u8),
    /// An answer with this status, and a page where JSON was due.
    Page(u16, Acted),
    /// An answer of 5xx with JSON that says nothing of a post.
    Broken(u16, Acted),
    /// The provider's own answer, under a status of 5xx.
    OwnWords(u16),
    /// The profile's limit, with the milliseconds of its `Retry-After`.
    TooMany(u32),
    /// A network's limit, by its code.
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
    /// After the client has been told, or has given up.
    Late,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum OtherCall {
    /// After so many milliseconds, one post by its number.
    DeleteOne(u16, u8),
    /// After so many milliseconds. Nothing, where the provider has no such request.
    DeleteAllScheduled(u16),
}

/// What the reader of the stream does.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum End {
    ReadOut,
    /// Stops the run after so many outcomes, and reads on.
    StopAfter(u8),
    /// Drops it after so many outcomes and so many milliseconds more.
    DropAfter(u8, u16),
}

/// All that a printed schedule is written with.
#[allow(unused_imports, reason = "whatever the schedule is that fails next")]
pub(super) mod prelude {
    pub(in crate::truth) use super::{
        Acted::*, End::*, Fault::*, Limit, List, OtherCall::*, Post::*, Schedule, Service::*, Step,
        XKeys::*,
    };
    pub(in crate::truth) use unpost::mock::BulkShape::*;
}

impl Schedule {
    /// The posts have the numbers from 0. One number more is a post that nobody knows, and the next a
    /// blank id.
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
        let mut faults = self.steps.0.iter().map(|step| step.0);
        faults.all(|fault| fault == Fault::Fine)
            && self.afterwards == Fault::Fine
            && self.revoked_at.is_none()
            && !(bare && self.batch > 1)
    }
}

/// A `Vec` whose `Debug` is Rust.
#[derive(Clone)]
pub(super) struct List<T>(pub(super) Vec<T>);

impl<T: fmt::Debug> fmt::Debug for List<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("List(vec!")?;
        f.debug_list().entries(&self.0).finish()?;
        f.write_str(")")
    }
}
