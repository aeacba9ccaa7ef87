//! One type for all providers, and pointers to a provider.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use futures_core::future::BoxFuture;

use super::{Batch, DeletePosts};
use crate::journal::{Record, Scope};
use crate::model::{Error, Outcome, PostId, Provider};

/// Any [`DeletePosts`], as one type: for a list of several providers, or for a provider that is chosen while the program
/// runs. It is cheap to clone.
///
/// # Example
///
/// ```
/// use unpost::{AnyProvider, DeleteMany, DeletePosts};
///
/// async fn delete_everywhere(one: impl DeletePosts, other: impl DeletePosts) {
///     for provider in [AnyProvider::new(one), AnyProvider::new(other)] {
///         let summary = DeleteMany::new(provider.clone(), ["post-1", "post-2"]).run().summary().await;
///         println!("{}: {summary}", provider.provider());
///     }
/// }
/// ```
#[derive(Clone)]
pub struct AnyProvider(Arc<dyn Erased>);

impl AnyProvider {
    /// Hides the type of this provider.
    pub fn new(provider: impl DeletePosts) -> Self {
        Self(Arc::new(provider))
    }
}

impl fmt::Debug for AnyProvider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("AnyProvider")
            .field(&Erased::provider(&*self.0))
            .finish()
    }
}

/// [`DeletePosts`] with futures in boxes, so that `dyn Erased` is a type.
trait Erased: Send + Sync {
    fn provider(&self) -> Provider;
    fn batch_size(&self) -> usize;
    fn largest_batch(&self) -> usize;
    fn delete_posts(&self, batch: Batch) -> BoxFuture<'_, Vec<Outcome>>;
    fn records_attempts(&self) -> bool;
    fn body(&self, ids: &[PostId]) -> Option<String>;
    fn least_time(&self, requests: usize) -> Duration;
    fn scope(&self, salt: Option<&str>) -> Result<Scope, Error>;
    fn resume(&self, record: &Record);
}

impl<P: DeletePosts> Erased for P {
    fn provider(&self) -> Provider {
        DeletePosts::provider(self)
    }

    fn batch_size(&self) -> usize {
        DeletePosts::batch_size(self)
    }

    fn largest_batch(&self) -> usize {
        DeletePosts::largest_batch(self)
    }

    fn delete_posts(&self, batch: Batch) -> BoxFuture<'_, Vec<Outcome>> {
        Box::pin(DeletePosts::delete_posts(self, batch))
    }

    fn records_attempts(&self) -> bool {
        DeletePosts::records_attempts(self)
    }

    fn body(&self, ids: &[PostId]) -> Option<String> {
        DeletePosts::body(self, ids)
    }

    fn least_time(&self, requests: usize) -> Duration {
        DeletePosts::least_time(self, requests)
    }

    fn scope(&self, salt: Option<&str>) -> Result<Scope, Error> {
        DeletePosts::scope(self, salt)
    }

    fn resume(&self, record: &Record) {
        DeletePosts::resume(self, record);
    }
}

/// Passes everything on to `$inner`, by the methods of `$trait`.
macro_rules! pass_on {
    ($([$($generics:tt)*] $type:ty, $trait:ident: $self:ident => $inner:expr;)+) => {
        $(impl<$($generics)*> DeletePosts for $type {
            fn provider(&$self) -> Provider {
                $trait::provider($inner)
            }

            fn batch_size(&$self) -> usize {
                $trait::batch_size($inner)
            }

            fn largest_batch(&$self) -> usize {
                $trait::largest_batch($inner)
            }

            async fn delete_posts(&$self, batch: Batch) -> Vec<Outcome> {
                $trait::delete_posts($inner, batch).await
            }

            fn records_attempts(&$self) -> bool {
                $trait::records_attempts($inner)
            }

            fn body(&$self, ids: &[PostId]) -> Option<String> {
                $trait::body($inner, ids)
            }

            fn least_time(&$self, requests: usize) -> Duration {
                $trait::least_time($inner, requests)
            }

            fn scope(&$self, salt: Option<&str>) -> Result<Scope, Error> {
                $trait::scope($inner, salt)
            }

            fn resume(&$self, record: &Record) {
                $trait::resume($inner, record);
            }
        })+
    };
}

pass_on! {
    [] AnyProvider, Erased: self => &*self.0;
    [T: DeletePosts] Arc<T>, DeletePosts: self => &**self;
    [T: DeletePosts] Box<T>, DeletePosts: self => &**self;
}
