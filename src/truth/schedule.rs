//! A schedule: which posts there are, what is asked, and what goes wrong with each request.
//!
//! Plain data, whose `Debug` is Rust: the schedule that a failing test prints can be pasted into a test
//! of its own. Both depths of the truth test use it, so nothing in here knows how a request travels.

use std::fmt;

use proptest::prelude::*;
use proptest::{collection, sample};

use super::BulkShape;

/// Everything that is decided before a run begins.
#[derive(Clone, Debug)]
pub(crate) struct Schedule {
    pub(crate) service: Service,
    pub(crate) posts: List<Post>,
    /// By number, so that repeated ids are frequent; see [`Schedule::id`].
    pub(crate) asked: List<u8>,
    pub(crate) batch: usize,
    pub(crate) concurrency: usize,
    pub(crate) attempts: u32,
    pub(crate) pace: Pacing,
    /// What befalls each request, in the order of sending.
    pub(crate) steps: List<Step>,
    /// What befalls every request after those.
    pub(crate) afterwards: Fault,
    /// The API key is refused from this request on.
    pub(crate) revoked_at: Option<u8>,
    /// What else the same client is asked to do meanwhile.
    pub(crate) beside: List<Beside>,
    pub(crate) end: End,
    /// For the jitter of the backoff.
    pub(crate) seed: u8,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Service {
    Ayrshare(BulkShape, XPair),
    Genviral,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum XPair {
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
pub(crate) enum Post {
    Free,
    Pending,
    Half,
    Kept,
    OnX,
    Gone,
    Elsewhere,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Pacing {
    /// What the client is told; `None` leaves it unpaced.
    pub(crate) told: Option<u32>,
    /// What the provider really admits.
    pub(crate) admitted: u32,
    pub(crate) window_ms: u32,
    /// How many answers of 429 the client may risk.
    pub(crate) budget: u32,
}

/// A fault, and how long its answer takes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Step(pub(crate) Fault, pub(crate) u16);

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Fault {
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
pub(crate) enum Acted {
    Never,
    Before,
    /// After the client has been told, or has given up.
    Late,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Beside {
    /// After so many milliseconds, one post by its number.
    DeleteOne(u16, u8),
    /// After so many milliseconds. Nothing, where the provider has no such request.
    DeleteAllScheduled(u16),
}

/// What the reader of the stream does.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum End {
    ReadOut,
    /// Stops the run after so many outcomes, and reads on.
    StopAfter(u8),
    /// Drops it after so many outcomes and so many milliseconds more.
    DropAfter(u8, u16),
}

impl Schedule {
    /// The posts have the numbers from 0. One number more is a post that nobody knows, and the next a
    /// blank id.
    pub(crate) fn id(&self, number: u8) -> String {
        let posts = self.posts.0.len();
        match usize::from(number) % (posts + 2) {
            blank if blank == posts + 1 => " ".to_owned(),
            number => format!("post-{number}"),
        }
    }

    pub(crate) fn asked_ids(&self) -> Vec<String> {
        self.asked.0.iter().map(|it| self.id(*it)).collect()
    }

    pub(crate) fn post(&self, id: &str) -> Option<Post> {
        let number: usize = id.strip_prefix("post-")?.parse().ok()?;
        self.posts.0.get(number).copied()
    }

    pub(crate) fn step(&self, request: usize) -> Step {
        let step = self.steps.0.get(request).copied();
        step.unwrap_or(Step(self.afterwards, 1))
    }

    pub(crate) fn is_revoked_at(&self, request: usize) -> bool {
        self.revoked_at.is_some_and(|at| usize::from(at) <= request)
    }

    /// Whether nothing goes wrong and every answer says what became of its posts.
    pub(crate) fn is_fair(&self) -> bool {
        let bare = matches!(self.service, Service::Ayrshare(BulkShape::BareStatus, _));
        let mut faults = self.steps.0.iter().map(|step| step.0);
        faults.all(|it| it == Fault::Fine)
            && self.afterwards == Fault::Fine
            && self.revoked_at.is_none()
            && !(bare && self.batch > 1)
    }
}

/// A `Vec` whose `Debug` is Rust.
#[derive(Clone)]
pub(crate) struct List<T>(pub(crate) Vec<T>);

impl<T: fmt::Debug> fmt::Debug for List<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("List(vec!")?;
        f.debug_list().entries(&self.0).finish()?;
        f.write_str(")")
    }
}

/// How long things take: virtual time can be generous, real time can't.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scale {
    pub(crate) most_posts: usize,
    pub(crate) answer_ms: u16,
    pub(crate) beside_ms: u16,
    pub(crate) window_ms: (u32, u32),
    pub(crate) retry_after_ms: &'static [u32],
    /// Whether a client may be left without a pace: then a 429 that says nothing holds it up for seconds.
    pub(crate) may_be_unpaced: bool,
}

pub(crate) fn schedules(scale: Scale) -> impl Strategy<Value = Schedule> {
    let service = prop_oneof![
        3 => (shapes(), x_pairs()).prop_map(|(shape, x)| Service::Ayrshare(shape, x)),
        1 => Just(Service::Genviral),
    ];
    let posts = prop_oneof![
        9 => collection::vec(posts(), 0..12),
        1 => collection::vec(posts(), 0..scale.most_posts),
    ];
    // Each post once, in order, and some more: or any numbers at all.
    let asked = prop_oneof![
        1 => (Just(false), collection::vec(any::<u8>(), 0..16)),
        2 => (Just(true), collection::vec(any::<u8>(), 0..6)),
    ];
    let run = (
        prop_oneof![3 => Just(1_usize), 2 => 2..6_usize, 2 => Just(50)],
        1..9_usize,
        1..5_u32,
    );
    let (shortest, longest) = scale.window_ms;
    let told = prop_oneof![
        1 => Just(None),
        3 => (1..12_u32).prop_map(Some),
    ];
    let told = told.prop_map(move |told| match told {
        None if !scale.may_be_unpaced => Some(300),
        told => told,
    });
    let pace = (told, 1..12_u32, shortest..longest, 1..12_u32);
    let pace = prop_oneof![
        // The usual case: a window that doesn't get in the way.
        2 => (Just(Some(300)), Just(300), Just(longest), Just(100)).boxed(),
        3 => pace.boxed(),
    ]
    .prop_map(|(told, admitted, window_ms, budget)| Pacing {
        told,
        admitted,
        window_ms,
        budget,
    });
    let fault = faults(scale.retry_after_ms);
    let step = (
        prop_oneof![2 => Just(Fault::Fine), 1 => fault.clone()],
        0..scale.answer_ms,
    );
    let steps = collection::vec(step.prop_map(|(fault, ms)| Step(fault, ms)), 0..40).prop_map(List);
    let afterwards = prop_oneof![9 => Just(Fault::Fine), 1 => fault];
    let revoked_at = prop_oneof![4 => Just(None), 1 => (0..20_u8).prop_map(Some)];
    let beside = prop_oneof![
        2 => (0..scale.beside_ms, any::<u8>()).prop_map(|(at, post)| Beside::DeleteOne(at, post)),
        1 => (0..scale.beside_ms).prop_map(Beside::DeleteAllScheduled),
    ];
    let beside = prop_oneof![
        2 => Just(Vec::new()).boxed(),
        1 => collection::vec(beside, 1..4).boxed(),
    ];
    let end = prop_oneof![
        6 => Just(End::ReadOut),
        1 => (0..12_u8).prop_map(End::StopAfter),
        1 => (0..12_u8, 0..scale.answer_ms).prop_map(|(read, ms)| End::DropAfter(read, ms)),
    ];
    let rough = (steps, afterwards, revoked_at);
    let weather = prop_oneof![
        1 => (Just(List(Vec::new())), Just(Fault::Fine), Just(None)).boxed(),
        9 => rough.boxed(),
    ];
    (
        (service, posts, asked, run, pace),
        (weather, beside.prop_map(List), end, any::<u8>()),
    )
        .prop_map(
            |((service, posts, (all, asked), run, pace), (weather, beside, end, seed))| {
                let numbers = (0..).take(if all { posts.len() + 2 } else { 0 });
                let asked = numbers.chain(asked).collect();
                let (posts, asked) = (List(posts), List(asked));
                let (batch, concurrency, attempts) = run;
                let (steps, afterwards, revoked_at) = weather;
                Schedule {
                    service,
                    posts,
                    asked,
                    batch,
                    concurrency,
                    attempts,
                    pace,
                    steps,
                    afterwards,
                    revoked_at,
                    beside,
                    end,
                    seed,
                }
            },
        )
}

fn shapes() -> impl Strategy<Value = BulkShape> {
    prop_oneof![
        Just(BulkShape::Array),
        Just(BulkShape::Posts),
        Just(BulkShape::ById),
        Just(BulkShape::BareStatus),
    ]
}

fn x_pairs() -> impl Strategy<Value = XPair> {
    prop_oneof![
        8 => Just(XPair::Right),
        1 => Just(XPair::Wrong),
        1 => Just(XPair::Missing),
    ]
}

fn posts() -> impl Strategy<Value = Post> {
    prop_oneof![
        4 => Just(Post::Free),
        4 => Just(Post::Pending),
        2 => Just(Post::Half),
        1 => Just(Post::Kept),
        1 => Just(Post::OnX),
        1 => Just(Post::Gone),
        1 => Just(Post::Elsewhere),
    ]
}

fn faults(retry_after_ms: &'static [u32]) -> impl Strategy<Value = Fault> + Clone {
    let acted = || prop_oneof![Just(Acted::Never), Just(Acted::Before), Just(Acted::Late)];
    let server_error = || prop_oneof![Just(500_u16), Just(502), Just(503), Just(504), Just(520)];
    // A page under a status of 4xx comes from something in front of the provider, which has seen nothing.
    let page = prop_oneof![
        2 => acted().prop_map(|acted| Fault::Page(200, acted)),
        2 => (server_error(), acted()).prop_map(|(status, acted)| Fault::Page(status, acted)),
        1 => prop_oneof![Just(403_u16), Just(404), Just(413)]
            .prop_map(|status| Fault::Page(status, Acted::Never)),
    ];
    prop_oneof![
        2 => Just(Fault::Refused),
        4 => acted().prop_map(Fault::Lost),
        2 => (0..100_u8).prop_map(Fault::Cut),
        2 => (0..100_u8).prop_map(Fault::Short),
        3 => page,
        2 => (server_error(), acted()).prop_map(|(status, acted)| Fault::Broken(status, acted)),
        1 => server_error().prop_map(Fault::OwnWords),
        2 => sample::select(retry_after_ms).prop_map(Fault::TooMany),
        1 => prop_oneof![Just(435_u16), Just(444)].prop_map(Fault::NetworkLimit),
        2 => acted().prop_map(Fault::Slow),
        2 => any::<u32>().prop_map(Fault::Forgets),
        1 => acted().prop_map(Fault::Redirect),
        1 => acted().prop_map(Fault::Bloated),
    ]
}
