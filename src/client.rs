//! What the clients of all providers share: they make calls and redact secrets from the results.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::engine::call::{CallConfig, CallContext, call};
use crate::engine::exchange::Exchange;
use crate::engine::finished::Finished;
use crate::engine::limiter::{Limiters, RateLimit};
use crate::engine::operation::Operation;
use crate::engine::recorder::Recorder;
use crate::engine::tally::EarlierAttempts;
use crate::http::credentials::{Credential, Credentials};
use crate::http::secrets::Redactor;
use crate::http::settings::{Settings, profile_name};
use crate::http::transport::{Endpoint, Transport};
use crate::journal::{DynJournal, Journal, OperationKind, Record, Scope};
use crate::model::Error;

/// The inside of every provider's client. It never changes, so a clone can't begin to act for another
/// tenant.
#[derive(Clone)]
pub struct Core {
    transport: Transport,
    /// Makes the attempts instead of the transport, in this crate's own tests.
    stand_in: Option<Arc<dyn Exchange>>,
    config: CallConfig,
    limiters: Limiters,
    /// The name of the profile, for the limiter and for people.
    name: Option<Arc<str>>,
    endpoint: &'static Endpoint,
    rate_limit: RateLimit,
    credentials: Credentials,
    redactor: Redactor,
}

impl Core {
    /// Checks the settings and makes the client. Nothing is sent.
    pub fn new(
        endpoint: &'static Endpoint,
        credentials: Credentials,
        mut settings: Settings,
    ) -> Result<Self, Error> {
        let transport = Transport::new(endpoint, &credentials, &mut settings)?;
        let rate_limit = settings.rate_limit.unwrap_or_else(endpoint.rate_limit);
        let limiters = Limiters::new(rate_limit.clone(), settings.limiter.take());
        let name = settings.profile_name.take();
        let name = name.map(profile_name).transpose()?;
        Ok(Self {
            transport,
            stand_in: None,
            config: CallConfig {
                attempt_timeout: settings.attempt_timeout,
                deadline: settings.deadline,
                retry: settings.retry,
                limiter: limiters.of(&endpoint.provider, name.as_ref(), credentials.profile()),
            },
            limiters,
            name,
            endpoint,
            rate_limit,
            redactor: credentials.redactor(),
            credentials,
        })
    }

    /// The client of another profile. It shares the connections and the table of limiters.
    pub fn for_profile(&self, profile: Credential) -> Result<Self, Error> {
        let credentials = self.credentials.of_profile(profile);
        let mut core = self.clone();
        core.transport = core.transport.for_credentials(&credentials)?;
        core.redactor = credentials.redactor();
        core.credentials = credentials;
        core.rename(None);
        Ok(core)
    }

    /// The same client with other settings for its calls. It shares the connections and the limiter.
    pub(crate) fn with(&self, change: impl FnOnce(&mut CallConfig)) -> Self {
        let mut core = self.clone();
        change(&mut core.config);
        core
    }

    /// The same client under a name for its profile.
    pub fn named(&self, name: String) -> Result<Self, Error> {
        let name = profile_name(name)?;
        let mut core = self.clone();
        core.rename(Some(name));
        Ok(core)
    }

    fn rename(&mut self, name: Option<Arc<str>>) {
        let (provider, profile) = (&self.endpoint.provider, self.credentials.profile());
        self.config.limiter = self.limiters.of(provider, name.as_ref(), profile);
        self.name = name;
    }

    /// What a journal calls the requests of this client's profile.
    pub fn scope(&self, operation: OperationKind, salt: Option<&str>) -> Result<Scope, Error> {
        let profile = match (self.name.as_deref(), salt) {
            (Some(name), _) => name.to_owned(),
            (None, Some(salt)) => self.credentials.fingerprint(salt),
            (None, None) => {
                return Err(Error::invalid(
                    "this journal can't tell a profile without a name from others: give the profile one, with \
                     `profile_name` of the builder or `named` of the client",
                ));
            }
        };
        Ok(Scope::new(
            operation,
            self.endpoint.provider.clone(),
            profile,
        ))
    }

    /// Counts the requests on record for the rate limit.
    pub fn resume(&self, record: &Record) {
        let limiter = &self.config.limiter;
        limiter.restore(record.sent_at(), record.throttled_at());
    }

    /// Makes a call that belongs to no run.
    pub async fn call<O: Operation>(&self, operation: &O) -> Finished {
        self.call_in(CallContext::default(), operation).await
    }

    /// Makes a call that is kept on record, and goes on from what is on record. A request that names no post is sent only if
    /// none of its kind may have been carried out.
    pub(crate) async fn call_journaled<O: Operation>(
        &self,
        operation: &O,
        kind: OperationKind,
        journal: impl Journal,
    ) -> Result<Finished, Error> {
        let journal: Arc<dyn DynJournal> = Arc::new(journal);
        let scope = self.scope(kind, journal.salt())?;
        let recorder = Arc::new(Recorder::new(journal, scope));
        let failed = |failure| Error::unsent(O::PROVIDER, failure);
        let record = recorder.load().await.map_err(failed)?;
        self.resume(&record);
        let posts = operation.posts();
        if posts.is_empty() && record.is_carried_out() {
            return Ok(Finished::of_an_earlier_call(O::PROVIDER));
        }
        if posts.is_empty() && record.may_have_acted() {
            return Err(Error::unsure(O::PROVIDER));
        }
        let known: Vec<_> = posts.iter().map(|id| record.settled(id)).collect();
        let earlier = posts.iter().map(|id| record.earlier(id).into());
        let earlier: Vec<EarlierAttempts> = earlier.collect();
        let context = CallContext {
            run: None,
            recorder: Some(Arc::clone(&recorder)),
            earlier: &earlier,
            known: &known,
        };
        let finished = self.call_in(context, operation).await;
        if finished.attempts > 0 && (!posts.is_empty() || finished.failure.is_none()) {
            // If this fails, the record still says that the request may have been carried out.
            let _ = recorder.settled(&finished.outcomes).await;
        }
        Ok(finished)
    }

    /// Makes a call that may belong to a run.
    pub async fn call_in<O: Operation>(&self, context: CallContext<'_>, operation: &O) -> Finished {
        let exchange = self.stand_in.as_deref().unwrap_or(&self.transport);
        let mut finished = call(operation, exchange, &self.config, context).await;
        self.redactor.redact(&mut finished);
        finished
    }

    /// The least time that the profile's rate limit allows for so many requests.
    pub fn least_time(&self, requests: usize) -> Duration {
        self.rate_limit.least_time(requests)
    }

    /// The base URL, without a slash at its end.
    pub fn base_url(&self) -> &str {
        self.transport.base_url()
    }

    /// The credentials that are sent.
    #[cfg(test)]
    pub(crate) fn credentials(&self) -> &Credentials {
        &self.credentials
    }

    /// The same client with the same limiter. `exchange` makes its attempts, instead of HTTP.
    #[cfg(feature = "internals")]
    pub(crate) fn over(&self, exchange: Arc<dyn Exchange>) -> Self {
        Self {
            stand_in: Some(exchange),
            ..self.clone()
        }
    }
}

impl fmt::Debug for Core {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("url", &self.transport.url.as_str())
            .field("attempt_timeout", &self.config.attempt_timeout)
            .field("deadline", &self.config.deadline)
            .field("retry", &self.config.retry)
            .finish_non_exhaustive()
    }
}

/// The methods that make the same client with other options, for a provider's client with a field `core`.
///
/// The argument is the name of the provider's module, for the examples.
macro_rules! other_options {
    ($module:literal) => {
        /// The same client with other options, for one call or one run. They share the connections, the credentials and
        /// the rate limit with this client, and cost nothing to make.
        impl Client {
            #[doc = concat!("The same client with another [`deadline`](crate::", $module, "::ClientBuilder::deadline).")]
            /// With a deadline of 0, nothing is sent, and a call ends with [`Timeout`](crate::ErrorKind::Timeout).
            ///
            /// ```
            /// # #[tokio::main(flavor = "current_thread")]
            /// # async fn main() -> unpost::Result<()> {
            /// use std::time::Duration;
            #[doc = concat!("use unpost::", $module, "::{Client, DeleteRequest};")]
            ///
            /// async fn delete_at_once(client: &Client) -> unpost::Result<()> {
            ///     let hasty = client.with_deadline(Duration::from_secs(5));
            ///     hasty.delete(DeleteRequest::by_id("post-1")).await?;
            ///     Ok(())
            /// }
            /// # Ok(())
            /// # }
            /// ```
            #[must_use]
            pub fn with_deadline(&self, deadline: std::time::Duration) -> Self {
                Self {
                    core: self.core.with(|config| config.deadline = deadline),
                }
            }

            #[doc = concat!("The same client with another [`attempt_timeout`](crate::", $module, "::ClientBuilder::attempt_timeout).")]
            /// A timeout of 0 leaves no time for an answer: nothing is sent, and a call ends with
            /// [`Invalid`](crate::ErrorKind::Invalid).
            ///
            /// ```
            #[doc = concat!("# fn patient(client: &unpost::", $module, "::Client) {")]
            /// use std::time::Duration;
            ///
            /// let patient = client.with_attempt_timeout(Duration::from_secs(120));
            /// # }
            /// ```
            #[must_use]
            pub fn with_attempt_timeout(&self, timeout: std::time::Duration) -> Self {
                Self {
                    core: self.core.with(|config| config.attempt_timeout = timeout),
                }
            }

            #[doc = concat!("The same client with another [`retry`](crate::", $module, "::ClientBuilder::retry).")]
            ///
            /// ```
            #[doc = concat!("# fn once(client: &unpost::", $module, "::Client) {")]
            /// let once = client.with_retry(unpost::Retry::never());
            /// # }
            /// ```
            #[must_use]
            pub fn with_retry(&self, retry: crate::engine::retry::Retry) -> Self {
                Self {
                    core: self.core.with(|config| config.retry = retry),
                }
            }
        }
    };
}
pub(crate) use other_options;
