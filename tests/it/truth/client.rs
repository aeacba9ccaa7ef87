//! What the truth test needs from the client of either provider.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use unpost::internals::Exchange;
use unpost::{
    Batch, DeletePosts, Error, Outcome, Provider as ProviderName, RateLimit, Retry, ayrshare,
    genviral,
};

use super::mishap::LARGEST_ANSWER;
use super::ms;
use super::provider::Provider;
use super::schedule::{Limit, Schedule};

/// How patient a client is.
pub(super) struct Patience {
    pub(super) attempt_timeout: Duration,
    pub(super) deadline: Duration,
    /// The shortest wait between two attempts, and the longest.
    pub(super) backoff: (Duration, Duration),
}

/// The settings of a client. Another process can read them.
#[derive(Serialize, Deserialize)]
pub(super) struct Settings {
    base_url: String,
    api_key: String,
    x_keys: Option<(String, String)>,
    attempts: u32,
    limit: Limit,
    /// The number of the process, which the client tells the provider in its user agent.
    process: usize,
}

impl Settings {
    /// The settings and keys that the schedule says, for a client that finds this provider at this URL.
    pub(super) fn of(provider: &Provider, base_url: &str, schedule: &Schedule) -> Self {
        let owned = |(api_key, api_secret): (&str, &str)| (api_key.into(), api_secret.into());
        Self {
            base_url: base_url.to_owned(),
            api_key: provider.api_key().to_owned(),
            x_keys: schedule.x_keys().map(owned),
            attempts: schedule.attempts,
            limit: schedule.limit,
            process: 0,
        }
    }

    pub(super) fn of_process(self, process: usize) -> Self {
        Self { process, ..self }
    }

    fn rate_limit(&self) -> RateLimit {
        let limit = &self.limit;
        let rate_limit = match limit.told {
            Some(requests) => RateLimit::new(requests, ms(limit.window_ms)),
            None => RateLimit::unlimited(),
        };
        rate_limit.max_throttled_per_day(limit.budget)
    }
}

pub(super) trait Client: Clone + DeletePosts {
    fn of(settings: &Settings, patience: &Patience) -> Self;

    /// The same client, its rate limit included, over another exchange.
    fn over(&self, exchange: impl Exchange) -> Self;

    /// The outcomes of `delete` for one post.
    fn delete_one(&self, id: String) -> impl Future<Output = Result<Vec<Outcome>, Error>>;

    /// `None` if the provider has no such request.
    fn delete_all_scheduled(&self) -> impl Future<Output = Option<Result<(), Error>>>;
}

/// The builders have the same settings, but no trait in common.
macro_rules! with_settings {
    ($builder:expr, $settings:expr, $patience:expr) => {
        $builder
            .base_url(&$settings.base_url)
            .user_agent_suffix(format!("process/{}", $settings.process))
            .attempt_timeout($patience.attempt_timeout)
            .deadline($patience.deadline)
            .retry(
                Retry::attempts($settings.attempts)
                    .backoff($patience.backoff.0, $patience.backoff.1),
            )
            .rate_limit($settings.rate_limit())
            .max_response_bytes(LARGEST_ANSWER)
            .http(without_root_certificates)
    };
}

/// Loading the system's root certificates takes longer than a schedule, and nothing here uses TLS.
fn without_root_certificates(http: reqwest::ClientBuilder) -> reqwest::ClientBuilder {
    #[cfg(feature = "rustls")]
    let http = http.tls_backend_rustls().tls_certs_only([]);
    http
}

impl Client for ayrshare::Client {
    fn of(settings: &Settings, patience: &Patience) -> Self {
        let builder = Self::builder(&*settings.api_key);
        let builder = with_settings!(builder, settings, patience);
        let builder = match &settings.x_keys {
            Some((api_key, api_secret)) => builder.x_keys(&**api_key, &**api_secret),
            None => builder,
        };
        builder.build().unwrap()
    }

    fn over(&self, exchange: impl Exchange) -> Self {
        Self::over(self, Arc::new(exchange))
    }

    async fn delete_one(&self, id: String) -> Result<Vec<Outcome>, Error> {
        let request = ayrshare::DeleteRequest::by_id(id);
        Ok(self.delete(request).await?.outcomes().to_vec())
    }

    async fn delete_all_scheduled(&self) -> Option<Result<(), Error>> {
        let request = ayrshare::DeleteRequest::delete_all_scheduled();
        Some(self.delete(request).await.map(drop))
    }
}

impl Client for genviral::Client {
    fn of(settings: &Settings, patience: &Patience) -> Self {
        let builder = Self::builder(&*settings.api_key);
        let builder = with_settings!(builder, settings, patience);
        builder.build().unwrap()
    }

    fn over(&self, exchange: impl Exchange) -> Self {
        Self::over(self, Arc::new(exchange))
    }

    async fn delete_one(&self, id: String) -> Result<Vec<Outcome>, Error> {
        let request = genviral::DeleteRequest::by_id(id);
        Ok(self.delete(request).await?.outcomes().to_vec())
    }

    async fn delete_all_scheduled(&self) -> Option<Result<(), Error>> {
        None
    }
}

/// A client whose batches are counted.
pub(super) struct Counted<P> {
    pub(super) client: P,
    pub(super) counts: Arc<Counts>,
}

#[derive(Default)]
pub(super) struct Counts {
    pub(super) batches: AtomicUsize,
    /// How many ids were in batches of more than one.
    pub(super) in_bulk: AtomicUsize,
}

impl<P: DeletePosts> DeletePosts for Counted<P> {
    fn provider(&self) -> ProviderName {
        self.client.provider()
    }

    fn batch_size(&self) -> usize {
        self.client.batch_size()
    }

    fn largest_batch(&self) -> usize {
        self.client.largest_batch()
    }

    fn records_attempts(&self) -> bool {
        self.client.records_attempts()
    }

    async fn delete_posts(&self, batch: Batch) -> Vec<Outcome> {
        let ids = batch.ids().len();
        let in_bulk = if ids > 1 { ids } else { 0 };
        self.counts.batches.fetch_add(1, Ordering::Relaxed);
        self.counts.in_bulk.fetch_add(in_bulk, Ordering::Relaxed);
        self.client.delete_posts(batch).await
    }
}
