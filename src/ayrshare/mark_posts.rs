//! Marks the batches of a run as manually deleted.

use std::fmt;
use std::time::Duration;

use super::request::DeleteRequest;
use crate::client::Core;
use crate::delete_posts::{Batch, DeletePosts};
use crate::engine::operation::first_body;
use crate::journal::{OperationKind, Record, Scope};
use crate::model::{Error, Outcome, PostId, Provider};

/// Marks posts as manually deleted, instead of deleting them: what [`Client::mark_many`](super::Client::mark_many) runs
/// on.
///
/// ```
/// # fn main() -> unpost::Result<()> {
/// use unpost::{DeleteMany, ayrshare};
///
/// let client = ayrshare::Client::builder("API_KEY").build()?;
/// let marks: DeleteMany<'_, ayrshare::MarkPosts> = client.mark_many(["post-1", "post-2"]);
/// # let _ = marks;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct MarkPosts {
    core: Core,
}

impl MarkPosts {
    pub(super) fn new(core: Core) -> Self {
        Self { core }
    }
}

impl DeletePosts for MarkPosts {
    fn provider(&self) -> Provider {
        Provider::Ayrshare
    }

    fn batch_size(&self) -> usize {
        1
    }

    fn records_attempts(&self) -> bool {
        true
    }

    fn scope(&self, salt: Option<&str>) -> Result<Scope, Error> {
        self.core.scope(OperationKind::MarkManualDeleted, salt)
    }

    fn resume(&self, record: &Record) {
        self.core.resume(record);
    }

    async fn delete_posts(&self, batch: Batch) -> Vec<Outcome> {
        let mut outcomes = Vec::with_capacity(batch.ids().len());
        for id in batch.ids() {
            let request = DeleteRequest::mark_manual_deleted(id);
            let finished = batch.call(&self.core, &request).await;
            outcomes.extend(finished.outcomes);
        }
        outcomes
    }

    fn body(&self, ids: &[PostId]) -> Option<String> {
        let id = ids.first()?;
        first_body(&DeleteRequest::mark_manual_deleted(id))
    }

    fn least_time(&self, requests: usize) -> Duration {
        self.core.least_time(requests)
    }
}

impl fmt::Debug for MarkPosts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("MarkPosts").field(&self.core).finish()
    }
}
