//! What the journal's file says, read without the library.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Mutex;

use serde::Deserialize;
use unpost::Outcome;

use crate::support::Scratch;
use crate::truth::chaos::Arrival;

/// Checks of each request that arrives whether it is on record by then.
pub(super) struct Witness {
    journal: PathBuf,
    /// How many requests have named each post.
    named: Mutex<BTreeMap<String, usize>>,
    missing: Mutex<Option<String>>,
}

impl Witness {
    pub(super) fn of(journal: &Scratch) -> Self {
        Self {
            journal: journal.path().to_owned(),
            named: Mutex::default(),
            missing: Mutex::default(),
        }
    }

    pub(super) fn check(&self, arrival: &Arrival) {
        let written = std::fs::read_to_string(&self.journal).unwrap_or_default();
        let is_sending = |line: &&str| line.contains(r#""about_to_send":"#);
        let sendings: Vec<_> = written.lines().filter(is_sending).collect();
        let mut named = self.named.lock().unwrap();
        for id in &arrival.ids {
            let times = named.entry(id.clone()).or_default();
            *times += 1;
            let quoted = format!("\"{id}\"");
            let on_record = sendings.iter().filter(|line| line.contains(&quoted));
            if on_record.count() < *times {
                *self.missing.lock().unwrap() = Some(id.clone());
            }
        }
    }

    /// A post that was asked for by a request that wasn't on record.
    pub(super) fn missing(&self) -> Option<String> {
        self.missing.lock().unwrap().clone()
    }
}

/// How many answers of 429 are on record.
pub(super) fn throttled(journal: &Scratch) -> usize {
    let written = std::fs::read_to_string(journal.path()).unwrap_or_default();
    written.matches(r#""kind":"throttled"#).count()
}

/// The outcomes on record that settle their post, in order.
pub(super) fn settled(journal: &Scratch) -> Vec<Outcome> {
    #[derive(Deserialize)]
    struct Line {
        settled: Option<Outcome>,
    }
    let written = std::fs::read_to_string(journal.path()).unwrap_or_default();
    let lines = written
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok());
    let outcomes = lines.filter_map(|line: Line| line.settled);
    outcomes
        .filter(|outcome| !outcome.fate.should_retry())
        .collect()
}
