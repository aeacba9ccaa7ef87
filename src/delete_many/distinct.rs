//! Gives each distinct id of an iterator once.

use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};
use std::iter::Fuse;
use std::sync::{Mutex, PoisonError};

use crate::engine::ids::canonical;
use crate::model::PostId;

/// The ids as the caller gave them.
pub(super) type Ids<'a> = Box<dyn Iterator<Item = PostId> + Send + 'a>;

/// Gives each distinct id once.
///
/// An id that was seen is kept as a hash of 128 bits, which is smaller than its text. The hash keys are
/// random and differ for each run. Two of a billion ids have the same hash with a chance below 1 in 10^20.
pub(super) struct Distinct<'a> {
    /// The iterator may be `Send` alone, and a run is `Sync`. Nobody waits for this lock, because nobody shares it.
    ids: Mutex<Fuse<Ids<'a>>>,
    seen: HashSet<(u64, u64)>,
    keys: (RandomState, RandomState),
}

impl<'a> Distinct<'a> {
    pub(super) fn new(ids: Ids<'a>) -> Self {
        Self {
            ids: Mutex::new(ids.fuse()),
            seen: HashSet::new(),
            keys: (RandomState::new(), RandomState::new()),
        }
    }
}

impl Iterator for Distinct<'_> {
    type Item = PostId;

    fn next(&mut self) -> Option<PostId> {
        let Self { ids, seen, keys } = self;
        let ids = ids.get_mut().unwrap_or_else(PoisonError::into_inner);
        ids.find(|id| {
            let id = canonical(id.as_str());
            seen.insert((keys.0.hash_one(&id), keys.1.hash_one(&id)))
        })
    }
}
