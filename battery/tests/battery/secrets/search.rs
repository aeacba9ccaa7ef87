//! Looks for secrets in texts, and counts the texts.

use std::cell::RefCell;
use std::fmt::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Once;

use crate::logs::{self, shows_a_secret};

/// How many texts were looked at, and those among them that show a secret.
#[derive(Default)]
pub(crate) struct Search {
    looked: usize,
    found: Vec<String>,
}

impl Search {
    pub(crate) fn look(&mut self, what: &str, text: &str) {
        self.looked += 1;
        if shows_a_secret(text) {
            let text: String = text.chars().take(2_000).collect();
            self.found.push(format!("{what}: {text}"));
        }
    }

    /// Looks at all that has been logged so far, in this test and in others.
    pub(crate) fn logs(&mut self) {
        let (lines, found) = logs::heard();
        self.looked += lines;
        self.found.extend(found);
    }

    /// Fails if anything was found, or if so little was looked at that this means nothing.
    pub(crate) fn finish(&self, least: usize) {
        assert!(self.found.is_empty(), "{:#?}", self.found);
        assert!(self.looked >= least, "only {} texts", self.looked);
    }
}

/// What the panic of `act` prints.
pub(crate) fn caught(act: impl FnOnce()) -> String {
    thread_local!(static SAID: RefCell<Option<String>> = const { RefCell::new(None) });
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let ordinary = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            let is_ours = SAID.with_borrow_mut(|said| {
                let said = said.as_mut()?;
                let payload = panic.payload();
                let text = payload.downcast_ref::<String>().map(String::as_str);
                let text = text.or_else(|| payload.downcast_ref::<&str>().copied());
                write!(said, "{panic} {text:?}").ok()
            });
            if is_ours.is_none() {
                ordinary(panic);
            }
        }));
    });
    SAID.set(Some(String::new()));
    let result = catch_unwind(AssertUnwindSafe(act));
    let said = SAID.take().unwrap();
    assert!(
        result.is_err() && !said.is_empty(),
        "the act should have panicked"
    );
    said
}
