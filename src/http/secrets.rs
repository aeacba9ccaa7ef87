//! Secrets are checked when they come in, never shown, redacted from what a server writes, and zeroed when
//! they are dropped.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use zeroize::Zeroizing;

use crate::engine::finished::Finished;
use crate::model::text::{self, LONGEST_LABEL, LONGEST_MESSAGE};
use crate::model::{Error, Failure, Fate, NetworkResult, Outcome};

/// A key that can be sent in a header and is never shown.
#[derive(Clone)]
pub struct Secret(Arc<Zeroizing<String>>);

impl Secret {
    /// Checks a key. The error calls it `name`, and never repeats the key itself.
    pub fn new(name: &str, value: impl Into<Zeroizing<String>>) -> Result<Self, Error> {
        let value = value.into();
        let flaw = if value.trim().is_empty() {
            "is empty"
        } else if value.bytes().any(|byte| byte.is_ascii_whitespace()) {
            "has white space in it (a line's end from a file, or the word Bearer?): take it out"
        } else if !value.bytes().all(|byte| byte.is_ascii_graphic()) {
            "has a character in it that isn't printable ASCII"
        } else {
            return Ok(Self(Arc::new(value)));
        };
        Err(Error::invalid(format!("{name} {flaw}")))
    }

    pub(crate) fn expose(&self) -> &str {
        &self.0
    }

    /// The parts of a key, if it has several. Each part is a secret too.
    pub(crate) fn parts(&self, separator: char) -> impl Iterator<Item = Self> {
        // A key without a separator has no parts: its one part would be a second copy in memory.
        let is_part = |part: &&str| part.len() < self.0.len();
        let parts = self.expose().split(separator).filter(is_part);
        parts.map(|part| Self(Arc::new(Zeroizing::new(part.to_owned()))))
    }
}

impl Hash for Secret {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.expose().hash(state);
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[secret]")
    }
}

/// Redacts a client's secrets in what a server wrote. If a server quotes a header, its secret must not reach a
/// log.
///
/// The structs are destructured to the last field and the enums matched to the last variant, so that a
/// new field or variant doesn't compile until somebody decides whether it can hold a secret.
#[derive(Clone, Debug)]
pub(crate) struct Redactor(Vec<Secret>);

impl Redactor {
    /// Shorter secrets aren't redacted: no real key is that short, and messages would become unreadable.
    const SHORTEST: usize = 6;

    pub(crate) fn new(secrets: impl IntoIterator<Item = Secret>) -> Self {
        let mut secrets: Vec<_> = secrets.into_iter().collect();
        secrets.retain(|secret| secret.0.len() >= Self::SHORTEST);
        // A secret that contains another comes first. Otherwise the rest of it would stay.
        secrets.sort_by_key(|secret| std::cmp::Reverse(secret.0.len()));
        Self(secrets)
    }

    pub(crate) fn redact(&self, finished: &mut Finished) {
        let Finished {
            provider: _,
            is_about_one_post: _,
            is_repeatable: _,
            outcomes,
            raw: _, // the caller asks for the answer as it came
            failure,
            retry_after: _,
            attempts: _,
            is_uncertain: _,
            source: _, // the HTTP library's words, without the URL
        } = finished;
        let mut redaction = Redaction {
            secrets: &self.0,
            last_message: None,
            last_detail: None,
        };
        for outcome in outcomes {
            redaction.redact_outcome(outcome);
        }
        if let Some(failure) = failure {
            redaction.redact_failure(failure);
        }
    }
}

/// The redaction of one call's results. Outcomes share the texts of the failure that explains them, and they
/// still share them afterwards: the last text is remembered, with what came of it.
struct Redaction<'a> {
    secrets: &'a [Secret],
    last_message: Option<Redacted>,
    last_detail: Option<Redacted>,
}

/// A shared text before and after its redaction.
struct Redacted {
    before: Arc<str>,
    after: Arc<str>,
}

impl Redaction<'_> {
    fn redact_outcome(&mut self, outcome: &mut Outcome) {
        let Outcome {
            id: _, // the caller's own
            provider: _,
            fate,
            networks,
            attempts: _,
            unanswered: _,
            unknown_fate: _, // read from a line, and not from an answer
        } = outcome;
        match fate {
            Fate::Failed(failure) | Fate::Uncertain(failure) | Fate::NotAttempted(failure) => {
                self.redact_failure(failure);
            }
            Fate::Blocked { status } => self.redact_text(status, LONGEST_LABEL),
            Fate::Deleted
            | Fate::MarkedDeleted
            | Fate::AlreadyDeleted
            | Fate::NotFound
            | Fate::Partial
            | Fate::Unreported
            | Fate::Unknown => {}
        }
        for network in networks {
            self.redact_network(network);
        }
    }

    fn redact_network(&self, network: &mut NetworkResult) {
        let NetworkResult {
            network,
            status,
            id,
            code: _,
            message,
        } = network;
        self.redact_text(network, LONGEST_LABEL);
        self.redact_text(status, LONGEST_LABEL);
        if let Some(id) = id {
            self.redact_text(id, LONGEST_LABEL);
        }
        if let Some(message) = message {
            self.redact_text(message, LONGEST_MESSAGE);
        }
    }

    fn redact_failure(&mut self, failure: &mut Failure) {
        let Failure {
            kind: _,
            http_status: _,
            code,
            message,
            detail,
            retry_after: _,
            unknown_kind: _, // read from a line, and not from an answer
        } = failure;
        if let Some(code) = code {
            self.redact_text(code, LONGEST_LABEL);
        }
        if let Some(message) = message {
            redact_shared(self.secrets, message, &mut self.last_message);
        }
        if let Some(detail) = detail {
            redact_shared(self.secrets, detail, &mut self.last_detail);
        }
    }

    fn redact_text(&self, text: &mut String, most: usize) {
        if let Some(redacted) = redacted(self.secrets, text, most) {
            *text = redacted;
        }
    }
}

fn redact_shared(secrets: &[Secret], text: &mut Arc<str>, last: &mut Option<Redacted>) {
    if let Some(Redacted { before, after }) = last
        && Arc::ptr_eq(before, text)
    {
        *text = Arc::clone(after);
        return;
    }
    let before = Arc::clone(text);
    if let Some(redacted) = redacted(secrets, text, LONGEST_MESSAGE) {
        *text = redacted.into();
    }
    *last = Some(Redacted {
        before,
        after: Arc::clone(text),
    });
}

/// The text without secrets, at most this many bytes of it. `None` if it can stay as it is.
fn redacted(secrets: &[Secret], text: &str, most: usize) -> Option<String> {
    let mut changed: Option<String> = None;
    for secret in secrets {
        let text = changed.as_deref().unwrap_or(text);
        // Most texts are shorter than a key, so they needn't be searched.
        if secret.0.len() <= text.len() && text.contains(secret.expose()) {
            changed = Some(text.replace(secret.expose(), "[secret]"));
        }
    }
    // The decoders cut a long text before anybody looks for secrets in it. If the cut went through a secret, the
    // first part of the secret is at the end of what was kept.
    if let Some((kept, mark)) = text::split_mark(changed.as_deref().unwrap_or(text)) {
        let begun = secrets.iter().map(|secret| begun_at_the_end(kept, secret));
        let begun = begun.max().unwrap_or_default();
        if begun > 0 {
            let whole = kept.get(..kept.len() - begun).unwrap_or_default();
            changed = Some([whole, mark].concat());
        }
    }
    // What stands for a short secret is longer than the secret.
    if changed.as_deref().unwrap_or(text).len() > most {
        let text = changed.as_deref().unwrap_or(text);
        changed = Some(text::cut(text, most).into_owned());
    }
    changed
}

/// How many of the text's last bytes are the beginning of the secret.
fn begun_at_the_end(text: &str, secret: &Secret) -> usize {
    let secret = secret.expose().as_bytes();
    let longest = secret.len().min(text.len());
    let is_begun = |length: &usize| {
        (secret.get(..*length)).is_some_and(|begin| text.as_bytes().ends_with(begin))
    };
    (1..=longest).rev().find(is_begun).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{ErrorKind, Provider};

    const SECRET: &str = "s3cr3t-key-of-a-tenant";

    fn redactor() -> Redactor {
        Redactor::new([Secret::new("key", SECRET.to_owned()).unwrap()])
    }

    #[test]
    fn a_secret_that_the_cut_goes_through_is_not_shown_in_part() {
        for kept in 0..=SECRET.len() + 2 {
            // The cut leaves this many bytes of the secret, or the whole secret.
            let fill = "x".repeat(LONGEST_MESSAGE - "… [cut]".len() - kept);
            let text = text::message(&format!("{fill}{SECRET}{}", "y".repeat(100)));
            let secrets = redactor().0;
            let shown = redacted(&secrets, &text, LONGEST_MESSAGE).unwrap_or(text.to_string());
            assert!(
                !shown.contains("s3"),
                "{kept}: {}",
                shown.trim_start_matches('x')
            );
            assert!(shown.len() <= LONGEST_MESSAGE && shown.ends_with("… [cut]"));
        }
    }

    #[test]
    fn outcomes_that_share_a_message_share_it_redacted() {
        let mut failure = Failure::new(ErrorKind::Unauthorized);
        failure.message = Some(format!("no such key: {SECRET}").into());
        let fate = Fate::Failed(failure.clone());
        let outcome =
            |id: usize| Outcome::new(id.to_string(), Provider::from("acme"), fate.clone());
        let mut finished = Finished {
            provider: Provider::from("acme"),
            is_about_one_post: false,
            is_repeatable: true,
            outcomes: (0..20_000).map(outcome).collect(),
            raw: Vec::new(),
            failure: Some(failure),
            retry_after: None,
            attempts: 1,
            is_uncertain: false,
            source: None,
        };
        redactor().redact(&mut finished);
        let failures = finished
            .outcomes
            .iter()
            .filter_map(|outcome| outcome.fate.failure());
        let messages = failures
            .chain(&finished.failure)
            .filter_map(|failure| failure.message.as_ref());
        let messages: Vec<_> = messages.collect();
        assert_eq!(messages.len(), 20_001);
        assert_eq!(**messages[0], *"no such key: [secret]");
        assert!(
            messages
                .iter()
                .all(|message| Arc::ptr_eq(message, messages[0]))
        );
    }

    #[test]
    fn a_secret_is_shown_as_a_placeholder() {
        let secret = Secret::new("a key", "KEY-AND-MORE".to_owned()).unwrap();
        let shown = format!("{secret:?} {:?}", Redactor::new([secret.clone()]));
        assert_eq!(shown, "[secret] Redactor([[secret]])");
    }

    #[test]
    fn a_secret_that_begins_with_another_is_redacted_whole_and_a_text_as_short_as_a_word_is_not() {
        let secret = |text: &str| Secret::new("a key", text.to_owned()).unwrap();
        let redactor = Redactor::new([secret("KEY-ONE"), secret("KEY-ONE-MORE"), secret("short")]);
        for (text, redacted) in [
            ("KEY-ONE-MORE", "[secret]"),
            ("KEY-ONE", "[secret]"),
            (
                "a short text with KEY-ONE in it",
                "a short text with [secret] in it",
            ),
        ] {
            let shown = super::redacted(&redactor.0, text, LONGEST_MESSAGE);
            assert_eq!(shown.as_deref().unwrap_or(text), redacted);
        }
    }
}
