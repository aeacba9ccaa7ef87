//! Where a post that an answer names stands among those asked for.

use std::collections::HashMap;

use crate::model::PostId;

/// Finds ids among those asked for. No place comes from the server.
///
/// Providers answer in the order of the request, post by post or kind by kind: so the next one is
/// looked for just ahead of the last. An answer in another order soon costs more looks than hashing
/// all ids does, and from then on they are.
pub(crate) struct Places<'a> {
    asked: &'a [PostId],
    /// Just after the last one found.
    next: usize,
    looks_left: usize,
    by_id: Option<HashMap<&'a str, usize>>,
}

impl<'a> Places<'a> {
    /// Of ids that are distinct.
    pub(crate) fn new(asked: &'a [PostId]) -> Self {
        Self {
            asked,
            next: 0,
            looks_left: asked.len().saturating_mul(8),
            by_id: None,
        }
    }

    pub(crate) fn find(&mut self, id: &str) -> Option<usize> {
        if self.by_id.is_none() && self.looks_left >= self.asked.len() {
            return self.look_for(id);
        }
        let asked = self.asked;
        let by_id = self
            .by_id
            .get_or_insert_with(|| asked.iter().map(PostId::as_str).zip(0..).collect());
        by_id.get(id).copied()
    }

    /// Once round, from the next one on.
    fn look_for(&mut self, id: &str) -> Option<usize> {
        let (before, ahead) = self.asked.split_at_checked(self.next)?;
        let Some(looked) = ahead.iter().chain(before).position(|it| *it == *id) else {
            self.looks_left -= self.asked.len();
            return None;
        };
        self.looks_left -= looked;
        let place = (self.next + looked) % self.asked.len();
        self.next = place + 1;
        Some(place)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_id_is_found_in_whatever_order_and_however_often() {
        let names: Vec<_> = (0..100).map(|n| format!("post-{n}")).collect();
        let asked: Vec<PostId> = names.iter().map(PostId::from).collect();
        let orders: [fn(usize) -> usize; 5] = [
            |n| n,
            |n| n % 100,
            |n| 99 - n % 100,
            |n| n * 37 % 100,
            |n| n / 2 % 100,
        ];
        for order in orders {
            let mut places = Places::new(&asked);
            for n in (0..300).map(order) {
                let found = places.find(&format!("post-{n}"));
                assert_eq!(found, (n < 100).then_some(n));
            }
            assert_eq!(places.find("nobody's"), None);
        }
        assert_eq!(Places::new(&[]).find("post-0"), None);
    }
}
