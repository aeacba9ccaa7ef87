//! Secrets: checked when they come in, never shown, zeroed when they go.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use zeroize::Zeroizing;

use crate::model::Error;

/// A key that is fit for a header and is shown nowhere.
#[derive(Clone)]
pub(crate) struct Secret(Arc<Zeroizing<String>>);

impl Secret {
    /// Checks it; `name` is what the advice calls it, and the value is never repeated.
    pub(crate) fn new(name: &str, value: Zeroizing<String>) -> Result<Self, Error> {
        let flaw = if value.trim().is_empty() {
            "is empty"
        } else if value.bytes().any(|byte| byte.is_ascii_whitespace()) {
            "has white space in it (a line's end from a file, or the word Bearer?): trim it"
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

/// All the secrets of a client.
#[derive(Clone, Debug, Default)]
pub(crate) struct Secrets(Vec<Secret>);

impl Secrets {
    /// Shorter ones aren't looked for: no real key is, and they would garble messages.
    const SHORTEST: usize = 6;

    /// Takes the secrets out of what a server wrote: one that quotes a header back must not get it
    /// into a log.
    pub(crate) fn scrub<'a>(&self, texts: impl Iterator<Item = &'a mut String>) {
        for text in texts {
            for secret in &self.0 {
                // Most texts are shorter than a key, and needn't be searched.
                let may_hold = Self::SHORTEST..=text.len();
                if may_hold.contains(&secret.0.len()) && text.contains(secret.expose()) {
                    *text = text.replace(secret.expose(), "[secret]");
                }
            }
        }
    }
}

impl FromIterator<Secret> for Secrets {
    fn from_iter<I: IntoIterator<Item = Secret>>(secrets: I) -> Self {
        let mut secrets: Vec<_> = secrets.into_iter().collect();
        // A key of two halves may be quoted in part.
        let in_halves = secrets.iter().filter(|it| it.expose().contains('.'));
        let halves = in_halves.flat_map(|it| it.expose().split('.'));
        let halves = halves.map(|half| Secret(Arc::new(Zeroizing::new(half.to_owned()))));
        let halves: Vec<_> = halves.collect();
        secrets.extend(halves);
        // One that holds another goes first, or its rest would stay.
        secrets.sort_by_key(|secret| std::cmp::Reverse(secret.0.len()));
        Self(secrets)
    }
}
