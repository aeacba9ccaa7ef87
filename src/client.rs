//! What the clients of all providers share: they make calls and redact secrets from the results.

use std::fmt;
use std::sync::Arc;

use crate::engine::call::{CallConfig, call};
use crate::engine::exchange::Exchange;
use crate::engine::finished::Finished;
use crate::engine::limiter::Limiters;
use crate::engine::operation::Operation;
use crate::engine::run::RunContext;
use crate::engine::tally::EarlierAttempts;
use crate::http::credentials::{Credential, Credentials};
use crate::http::secrets::Redactor;
use crate::http::settings::Settings;
use crate::http::transport::{Endpoint, Transport};
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
        let limiters = Limiters::new(rate_limit);
        Ok(Self {
            transport,
            stand_in: None,
            config: CallConfig {
                attempt_timeout: settings.attempt_timeout,
                deadline: settings.deadline,
                retry: settings.retry,
                limiter: limiters.of_profile(credentials.profile()),
            },
            limiters,
            redactor: credentials.redactor(),
            credentials,
        })
    }

    /// The client of another profile. It shares the connections and the table of limiters.
    pub fn for_profile(&self, profile: Credential) -> Result<Self, Error> {
        let credentials = self.credentials.of_profile(profile);
        let mut core = self.clone();
        core.transport = core.transport.for_credentials(&credentials)?;
        core.config.limiter = core.limiters.of_profile(credentials.profile());
        core.redactor = credentials.redactor();
        core.credentials = credentials;
        Ok(core)
    }

    /// Makes a call that belongs to no run.
    pub async fn call<O: Operation>(&self, operation: &O) -> Finished {
        self.call_in(None, operation, EarlierAttempts::default())
            .await
    }

    /// Makes a call that may belong to a run. `earlier` counts the attempts that earlier calls made for the same posts.
    pub async fn call_in<O: Operation>(
        &self,
        run: Option<&RunContext>,
        operation: &O,
        earlier: EarlierAttempts,
    ) -> Finished {
        let exchange = self.stand_in.as_deref().unwrap_or(&self.transport);
        let mut finished = call(operation, exchange, &self.config, run, earlier).await;
        self.redactor.redact(&mut finished);
        finished
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
