//! Where a post that an answer names stands among those of the request.

use std::borrow::Cow;
use std::collections::HashMap;

use super::ids::{canonical, is_same};
use crate::model::PostId;

/// Finds ids among those of a request, so that no position comes from the server.
///
/// Providers answer in the order of the request, post by post or kind by kind. The next id is therefore
/// looked for from the last one found onwards. An answer in another order soon costs more looks than it
/// costs to hash all ids; from then on, the ids are hashed. With a hash map alone, decoding
/// a batch of 50 posts takes 1.74 times as long as serde into plain structs, and with this index 1.22 times.
pub(crate) struct Index<'a> {
    ids: &'a [PostId],
    /// Just after the last id found.
    next: usize,
    looks_left: usize,
    by_id: Option<HashMap<Cow<'a, str>, usize>>,
    /// Whether two spellings of one UUID may be among the ids.
    may_have_spellings: bool,
}

impl<'a> Index<'a> {
    /// The ids are distinct.
    pub(crate) fn new(ids: &'a [PostId]) -> Self {
        let is_respelled = |id: &PostId| matches!(canonical(id.as_str()), Cow::Owned(_));
        let may_have_spellings = ids.iter().any(is_respelled);
        Self {
            ids,
            next: 0,
            // All spellings of an id have to be found at the same place, which only the map sees to.
            looks_left: if may_have_spellings {
                0
            } else {
                ids.len().saturating_mul(8)
            },
            by_id: None,
            may_have_spellings,
        }
    }

    /// The position of this id. If the ids have several spellings of it, the first.
    pub(crate) fn find(&mut self, id: &str) -> Option<usize> {
        if self.by_id.is_none() && self.looks_left >= self.ids.len() {
            return self.look_for(id);
        }
        let ids = self.ids;
        let by_id = self.by_id.get_or_insert_with(|| {
            // The last of several entries stays in the map, so the first spelling comes last.
            let ids = ids.iter().enumerate().rev();
            ids.map(|(place, id)| (canonical(id.as_str()), place))
                .collect()
        });
        by_id.get(&canonical(id)).copied()
    }

    /// Gives a post that has no entry the entry of the same post in another spelling.
    pub(crate) fn share<T: Clone>(&self, entries: &mut [Option<T>]) {
        if !self.may_have_spellings {
            return;
        }
        let known = self.ids.iter().zip(entries.iter());
        let known = known.filter_map(|(id, entry)| Some((canonical(id.as_str()), entry.clone()?)));
        let known: HashMap<_, _> = known.collect();
        for (id, entry) in self.ids.iter().zip(entries) {
            if entry.is_none() {
                *entry = known.get(&canonical(id.as_str())).cloned();
            }
        }
    }

    /// Looks at every id once, from the next one on.
    fn look_for(&mut self, id: &str) -> Option<usize> {
        let (before, ahead) = self.ids.split_at_checked(self.next)?;
        let looked = ahead
            .iter()
            .chain(before)
            .position(|known| is_same(known.as_str(), id));
        self.looks_left -= looked.unwrap_or(self.ids.len());
        let found = (self.next + looked?) % self.ids.len();
        self.next = found + 1;
        Some(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_id_is_found_in_whatever_order_and_however_often() {
        let names: Vec<_> = (0..100).map(|number| format!("post-{number}")).collect();
        let ids: Vec<PostId> = names.iter().map(PostId::from).collect();
        let orders: [fn(usize) -> usize; 5] = [
            |n| n,
            |n| n % 100,
            |n| 99 - n % 100,
            |n| n * 37 % 100,
            |n| n / 2 % 100,
        ];
        for order in orders {
            let mut index = Index::new(&ids);
            for number in (0..300).map(order) {
                let found = index.find(&format!("post-{number}"));
                assert_eq!(found, (number < 100).then_some(number));
            }
            assert_eq!(index.find("nobody's"), None);
        }
        assert_eq!(Index::new(&[]).find("post-0"), None);
    }

    #[test]
    fn every_spelling_of_an_id_is_found_at_the_place_of_the_first() {
        let upper = "0198A7C1-5D3E-4ABC-9DEF-00FF00FF00FF";
        let lower = upper.to_lowercase();
        let ids = ["post-1", upper, &lower].map(PostId::from);
        let mut index = Index::new(&ids);
        let found = [upper, &lower, upper, "post-1", &lower].map(|id| index.find(id));
        assert_eq!(found, [Some(1), Some(1), Some(1), Some(0), Some(1)]);
    }
}
