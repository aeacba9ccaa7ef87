use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use serde::{Serialize, Serializer};

use super::error_kind::ErrorKind;
use super::failure::Failure;
use super::outcome::Outcome;
use super::post_id::PostId;
use super::provider::Provider;
use super::text::Excerpt;

/// `Result` with this crate's [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a call failed, and what is known of its posts all the same.
///
/// [`kind`](Error::kind) says what went wrong, [`is_uncertain`](Error::is_uncertain) whether the provider
/// may have acted, and [`outcomes`](Error::outcomes) what became of each post.
///
/// An error holds no secret of the client. If a provider's message quotes one, the secret is replaced by
/// `[secret]`.
/// Cloning an error is cheap.
///
/// `Display` writes one line. `Debug` writes what a `main` that returns the error should print: that line, the first
/// of the outcomes, and the causes.
///
/// # In JSON
///
/// An error can be serialized, but not deserialized. It is an object with the members of its [`Failure`], and
/// these:
///
/// | member | |
/// |---|---|
/// | `provider` | the provider's name; left out if the client itself refused the call |
/// | `post_id` | the post of a request about a single post; left out for other requests |
/// | `attempts`, `uncertain`, `retryable` | what [`attempts`](Error::attempts), [`is_uncertain`](Error::is_uncertain) and [`is_retryable`](Error::is_retryable) return |
/// | `outcomes` | what is known of each post |
///
/// # Example
///
/// ```
/// use unpost::Error;
///
/// fn report(error: &Error) {
///     eprintln!("{error}");
///     for outcome in error.outcomes() {
///         eprintln!("  {}: {}", outcome.id, outcome.fate);
///     }
///     if let Some(wait) = error.retry_after() {
///         eprintln!("  try again in {} s", wait.as_secs_f64().ceil());
///     }
/// }
/// ```
#[derive(Clone, thiserror::Error)]
#[error(transparent)]
pub struct Error(Arc<Parts>);

/// What an error is made of.
#[derive(thiserror::Error)]
pub(crate) struct Parts {
    pub(crate) failure: Failure,
    pub(crate) provider: Option<Provider>,
    pub(crate) post_id: Option<PostId>,
    pub(crate) outcomes: Vec<Outcome>,
    pub(crate) attempts: u32,
    pub(crate) uncertain: bool,
    /// Whether carrying the same request out twice is harmless.
    pub(crate) repeatable: bool,
    pub(crate) source: Option<Box<dyn StdError + Send + Sync>>,
}

impl Error {
    /// The cause: the kind, the HTTP status, the provider's code and message, and the wait. The outcomes hold values
    /// of the same type. The error of the HTTP library is the [`source`](StdError::source).
    pub fn failure(&self) -> &Failure {
        &self.0.failure
    }

    /// The provider that was asked. `None` if the client itself refused the call, so that nothing was sent.
    ///
    /// ```
    /// use unpost::{ErrorKind, Failure, Provider, mock};
    ///
    /// let error = mock::error(Failure::new(ErrorKind::Server)).provider(Provider::from("acme"));
    /// assert_eq!(error.build().provider(), Some(Provider::from("acme")));
    /// ```
    pub fn provider(&self) -> Option<Provider> {
        self.0.provider.clone()
    }

    /// What kind of thing went wrong.
    pub fn kind(&self) -> ErrorKind {
        self.0.failure.kind
    }

    /// The HTTP status of the last answer, if there was one.
    pub fn http_status(&self) -> Option<u16> {
        self.0.failure.http_status
    }

    /// The code in the answer, if this provider was asked.
    pub(crate) fn code_of(&self, provider: &Provider) -> Option<&str> {
        let code = self.0.failure.code.as_deref();
        code.filter(|_| self.0.provider.as_ref() == Some(provider))
    }

    /// The provider's own words, at most 4 KiB of them. They may change at any time, so show them, but don't
    /// decide by them.
    pub fn message(&self) -> Option<&str> {
        self.0.failure.message.as_deref()
    }

    /// The post that a request about a single post named.
    pub fn post_id(&self) -> Option<&PostId> {
        self.0.post_id.as_ref()
    }

    /// What is known of each post: one outcome for each distinct id of the request, in the order given. Empty
    /// for a request that names no post.
    pub fn outcomes(&self) -> &[Outcome] {
        &self.0.outcomes
    }

    /// The same outcomes, for a caller that keeps them. They aren't copied unless a clone of the error is alive.
    ///
    /// ```
    /// use unpost::{ErrorKind, Failure, Fate, Outcome, Provider, mock};
    ///
    /// let outcome = Outcome::new("post-1", Provider::from("acme"), Fate::Unreported);
    /// let error = mock::error(Failure::new(ErrorKind::Server)).outcomes([outcome.clone()]);
    /// assert_eq!(error.build().into_outcomes(), [outcome]);
    /// ```
    pub fn into_outcomes(mut self) -> Vec<Outcome> {
        match Arc::get_mut(&mut self.0) {
            Some(parts) => std::mem::take(&mut parts.outcomes),
            None => self.0.outcomes.clone(),
        }
    }

    /// How long to wait before the next request, at most 24 hours. The provider asked for this wait, or this
    /// client's rate limit allows no request until then. `None` if no wait is known.
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.failure.retry_after
    }

    /// How many attempts were made. Attempts that found no connection count too. 0 if nothing was
    /// attempted.
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }

    /// Whether making the same call again may help and can do no harm.
    ///
    /// `true` usually means that an outage or a limit outlasted the attempts of this call. `false` means that
    /// the request would be refused again. It also means that a request to delete all scheduled posts may have
    /// been carried out: a second one would delete posts that were scheduled since.
    pub fn is_retryable(&self) -> bool {
        let outcomes = self.outcomes();
        let should_retry = |outcome: &Outcome| outcome.fate.should_retry();
        let something_is_left = outcomes.is_empty() || outcomes.iter().any(should_retry);
        self.kind().is_transient() && something_is_left && (self.0.repeatable || !self.0.uncertain)
    }

    /// Whether the provider may have acted although no trustworthy answer says so. The post may or
    /// may not be gone.
    pub fn is_uncertain(&self) -> bool {
        self.0.uncertain
    }

    /// The error of a call that the client itself refuses. `advice` says what is wrong and what to do.
    pub(crate) fn invalid(advice: impl Into<Arc<str>>) -> Self {
        Self::refused(advice, Vec::new(), None)
    }

    /// The error of a call that sends nothing, because the record of its earlier ones can't be used.
    pub(crate) fn unsent(provider: Provider, failure: Failure) -> Self {
        Self::on_record(provider, failure, false)
    }

    /// The error of a call that sends nothing, because an earlier one like it may have been carried out.
    pub(crate) fn unsure(provider: Provider) -> Self {
        let advice = "a request like this is on record as sent, and its answer was lost: it isn't sent again, because that \
                      could delete what came later";
        Self::on_record(
            provider,
            Failure::detailed(ErrorKind::Stopped, advice),
            true,
        )
    }

    fn on_record(provider: Provider, failure: Failure, uncertain: bool) -> Self {
        Self::from(Parts {
            failure,
            provider: Some(provider),
            post_id: None,
            outcomes: Vec::new(),
            attempts: 0,
            uncertain,
            repeatable: false,
            source: None,
        })
    }

    /// The same, with the outcomes of its posts.
    pub(crate) fn invalid_posts(advice: impl Into<Arc<str>>, outcomes: Vec<Outcome>) -> Self {
        Self::refused(advice, outcomes, None)
    }

    /// The HTTP client or its TLS could not be set up.
    pub(crate) fn setup(source: impl StdError + Send + Sync + 'static) -> Self {
        let advice = "the HTTP client could not be set up as asked";
        Self::refused(advice, Vec::new(), Some(Box::new(source)))
    }

    fn refused(
        advice: impl Into<Arc<str>>,
        outcomes: Vec<Outcome>,
        source: Option<Box<dyn StdError + Send + Sync>>,
    ) -> Self {
        Self::from(Parts {
            failure: Failure::detailed(ErrorKind::Invalid, advice),
            provider: None,
            post_id: None,
            outcomes,
            attempts: 0,
            uncertain: false,
            repeatable: true,
            source,
        })
    }
}

impl From<Parts> for Error {
    fn from(parts: Parts) -> Self {
        Self(Arc::new(parts))
    }
}

impl fmt::Display for Parts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Parts {
            failure,
            provider,
            attempts,
            uncertain,
            ..
        } = self;
        if let Some(provider) = provider {
            write!(f, "{provider}: ")?;
        }
        write!(f, "{failure}")?;
        if *attempts > 1 {
            write!(f, ", after {attempts} attempts")?;
        }
        failure.write_wait(f)?;
        if *uncertain {
            f.write_str("; the provider may have acted")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Error {
    /// This is what `main` prints, so it is short and made for people.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const MOST_OUTCOMES: usize = 5;
        const MOST_NETWORKS: usize = 20;
        write!(f, "{self}")?;
        let outcomes = self.outcomes();
        for outcome in outcomes.iter().take(MOST_OUTCOMES) {
            write!(f, "\n  {}: {}", Excerpt(outcome.id.as_str()), outcome.fate)?;
            let mut before = " (";
            for result in outcome.networks.iter().take(MOST_NETWORKS) {
                let (network, status) = (Excerpt(&result.network), Excerpt(&result.status));
                write!(f, "{before}{network}: {status}")?;
                before = ", ";
            }
            if !outcome.networks.is_empty() {
                f.write_str(")")?;
            }
        }
        if outcomes.len() > MOST_OUTCOMES {
            write!(f, "\n  … and {} more", outcomes.len() - MOST_OUTCOMES)?;
        }
        let mut cause = self.source();
        while let Some(source) = cause {
            write!(f, "\ncaused by: {}", Excerpt(&source.to_string()))?;
            cause = source.source();
        }
        Ok(())
    }
}

impl fmt::Debug for Parts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// An error as it is written.
#[derive(Serialize)]
struct Written<'a> {
    #[serde(flatten)]
    failure: &'a Failure,
    #[serde(skip_serializing_if = "Option::is_none")]
    provider: Option<&'a Provider>,
    #[serde(skip_serializing_if = "Option::is_none")]
    post_id: Option<&'a PostId>,
    attempts: u32,
    uncertain: bool,
    retryable: bool,
    outcomes: &'a [Outcome],
}

impl Serialize for Error {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let written = Written {
            failure: self.failure(),
            provider: self.0.provider.as_ref(),
            post_id: self.post_id(),
            attempts: self.attempts(),
            uncertain: self.is_uncertain(),
            retryable: self.is_retryable(),
            outcomes: self.outcomes(),
        };
        written.serialize(serializer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_one_word_wide_and_travels_between_threads() {
        fn travels<T: Clone + Send + Sync + 'static>() {}
        travels::<Error>();
        assert_eq!(size_of::<Error>(), size_of::<usize>());
        assert_eq!(size_of::<Result<()>>(), size_of::<usize>());
    }
}
