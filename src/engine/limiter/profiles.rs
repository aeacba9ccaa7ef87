//! One limiter for each profile, which all its clients share.

use std::collections::HashMap;
use std::hash::{BuildHasher, Hash, RandomState};
use std::sync::{Arc, Mutex, PoisonError};

use super::permit::ProfileLimiter;
use super::rate_limit::RateLimit;
use super::shared::{DynLimiter, Window};
use crate::model::Provider;

/// The limiters of all profiles of one API key.
///
/// A limiter outlives the clients of its profile, but the profile's key must not. The table therefore stores
/// a hash of 128 bits for each profile. The hash keys are random and differ for each table. Two of a billion
/// profiles have the same hash with a chance below 1 in 10^20.
#[derive(Clone, Debug)]
pub(crate) struct Limiters {
    limit: RateLimit,
    shared: Option<Arc<dyn DynLimiter>>,
    by_profile: Arc<Mutex<HashMap<(u64, u64), ProfileLimiter>>>,
    hash_keys: (RandomState, RandomState),
}

impl Limiters {
    /// If processes share a limiter, `shared` is that one.
    pub(crate) fn new(limit: RateLimit, shared: Option<Arc<dyn DynLimiter>>) -> Self {
        Self {
            limit,
            shared,
            by_profile: Arc::default(),
            hash_keys: (RandomState::new(), RandomState::new()),
        }
    }

    /// The limiter of a profile that may have a name. A limiter that processes share knows the profile by its name.
    pub(crate) fn of(
        &self,
        provider: &Provider,
        name: Option<&Arc<str>>,
        profile: impl Hash,
    ) -> ProfileLimiter {
        let Some(shared) = &self.shared else {
            return self.of_profile(profile);
        };
        let window = name.map(|name| Window {
            provider: provider.clone(),
            profile: Arc::clone(name),
            limit: self.limit.clone(),
        });
        ProfileLimiter::shared(Arc::clone(shared), window)
    }

    /// The limiter of a profile. The same profile always gets the same one, so that single calls and
    /// runs share the window.
    fn of_profile(&self, profile: impl Hash) -> ProfileLimiter {
        let (one, other) = &self.hash_keys;
        let hash = (one.hash_one(&profile), other.hash_one(&profile));
        let by_profile = self.by_profile.lock();
        let mut by_profile = by_profile.unwrap_or_else(PoisonError::into_inner);
        if by_profile.len().is_multiple_of(FORGET_FROM) {
            by_profile.retain(|_, limiter| limiter.is_in_use() || !limiter.is_idle());
        }
        let limiter = by_profile.entry(hash);
        limiter
            .or_insert_with(|| ProfileLimiter::new(self.limit.clone()))
            .clone()
    }
}

/// Whenever the number of profiles is a multiple of this, limiters that nobody uses are looked for and dropped.
const FORGET_FROM: usize = 256;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_profile_has_one_limiter_in_every_clone_and_shares_it_with_no_other() {
        let limiters = Limiters::new(RateLimit::unlimited(), None);
        let profiles: Vec<_> = (0..200).map(Some).chain([None]).collect();
        let of = |limiters: &Limiters| {
            let all = profiles.iter().map(|profile| limiters.of_profile(profile));
            all.collect::<Vec<_>>()
        };
        let (first, again) = (of(&limiters), of(&limiters.clone()));
        for (place, limiter) in first.iter().enumerate() {
            let same = again.iter().map(|other| limiter.is_same_as(other));
            let same: Vec<_> = same.enumerate().filter(|(_, same)| *same).collect();
            assert_eq!(same, [(place, true)]);
        }
    }

    #[test]
    fn unused_idle_limiters_are_dropped() {
        let limiters = Limiters::new(RateLimit::unlimited(), None);
        let in_use: Vec<_> = (0..300)
            .map(|profile| limiters.of_profile(profile))
            .collect();
        for profile in 300..10_000 {
            limiters.of_profile(profile);
            let kept = limiters.by_profile.lock().unwrap().len();
            assert!(kept <= 2 * FORGET_FROM, "{kept} after {profile}");
        }
        let again = (0..300).map(|profile| limiters.of_profile(profile));
        assert!(
            again
                .zip(&in_use)
                .all(|(again, limiter)| again.is_same_as(limiter))
        );
    }
}
