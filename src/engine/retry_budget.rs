//! How many retries a whole run may cost.

use std::sync::atomic::{AtomicU32, Ordering};

/// Tokens that a run's retries use up and its successes refill: an outage costs a bounded number of
/// extra requests, while a lost answer now and then is always asked again.
#[derive(Debug)]
pub(crate) struct RetryBudget(AtomicU32);

impl RetryBudget {
    const FULL: u32 = 100;
    const RETRY: u32 = 5;
    const SUCCESS: u32 = 1;

    /// Takes the price of a retry, if there is enough left.
    pub(crate) fn spend(&self) -> bool {
        self.update(|left| left.checked_sub(Self::RETRY))
    }

    /// A batch got through.
    pub(crate) fn refund(&self) {
        self.update(|left| Some((left + Self::SUCCESS).min(Self::FULL)));
    }

    fn update(&self, change: impl Fn(u32) -> Option<u32>) -> bool {
        let order = Ordering::Relaxed;
        self.0.fetch_update(order, order, change).is_ok()
    }
}

impl Default for RetryBudget {
    fn default() -> Self {
        Self(AtomicU32::new(Self::FULL))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outage_costs_twenty_retries_and_five_successes_pay_for_one() {
        let budget = RetryBudget::default();
        let retries = (0..1_000).filter(|_| budget.spend()).count();
        assert_eq!(retries, 20);
        (0..5).for_each(|_| budget.refund());
        assert!(budget.spend());
        assert!(!budget.spend());
    }
}
