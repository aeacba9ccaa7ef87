//! One attempt: a request's body goes to the provider, and an answer comes back, or the reason why there
//! is none.

use std::error::Error as StdError;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use futures_core::future::BoxFuture;

use super::limiter::headers::RateHeaders;

/// Carries a request's body to the provider, once for each call of [`attempt`](Self::attempt).
pub trait Exchange: Send + Sync + 'static {
    /// Sends the body and reads the whole answer, however long that takes: the engine takes the time. `delivery`
    /// is told how far the attempt has come. The future borrows nothing, so an attempt can go on without its call.
    fn attempt(&self, body: Bytes, delivery: Arc<Delivery>) -> BoxFuture<'static, Attempted>;
}

/// How far an attempt has come. The engine asks this about an attempt that it doesn't wait for any longer.
#[derive(Debug, Default)]
pub struct Delivery {
    has_left: AtomicBool,
    head: OnceLock<Head>,
}

impl Delivery {
    /// Records that the body may be on its way. Before this, the provider can't have acted on the request.
    pub fn leaves(&self) {
        self.has_left.store(true, Ordering::Release);
    }

    /// Records what came before the answer's body.
    pub fn answers(&self, head: Head) {
        let _ = self.head.set(head);
    }

    /// Whether the body may have left.
    pub fn has_left(&self) -> bool {
        self.has_left.load(Ordering::Acquire)
    }

    /// The error of an attempt that broke off here.
    pub fn broken_off(&self, kind: TransportErrorKind, source: Option<BoxError>) -> TransportError {
        TransportError {
            kind: if self.has_left() {
                kind
            } else {
                TransportErrorKind::NotSent
            },
            head: self.head.get().copied(),
            source,
        }
    }
}

/// A whole answer, or the reason why there is none.
pub type Attempted = Result<Answer, TransportError>;

/// An answer that arrived whole.
#[derive(Debug)]
pub struct Answer {
    /// What came before the body.
    pub head: Head,
    /// The body, as it came.
    pub body: Vec<u8>,
}

/// What is read of an answer before its body.
#[derive(Clone, Copy, Debug, Default)]
pub struct Head {
    /// The HTTP status.
    pub status: u16,
    /// What the headers say of the rate limit.
    pub rate: RateHeaders,
}

/// Why no whole answer arrived.
#[derive(Debug)]
pub struct TransportError {
    /// What went wrong.
    pub kind: TransportErrorKind,
    /// What was read before the answer broke off.
    pub head: Option<Head>,
    /// The HTTP library's own error.
    pub source: Option<BoxError>,
}

/// What went wrong with an attempt on the way, and whether its body may have been sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TransportErrorKind {
    /// The request's body was never asked for, so the provider can't have acted on it.
    NotSent,
    /// The body may have left, and no answer came in time.
    Timeout,
    /// The body may have left, and the connection broke.
    Disconnected,
    /// The answer is larger than the client reads.
    TooLarge,
}

/// An error of any type.
pub type BoxError = Box<dyn StdError + Send + Sync>;

impl TransportError {
    /// The last error in the chain of sources. It is the most specific: "Connection refused", "invalid peer
    /// certificate".
    pub(crate) fn root_cause(&self) -> Option<&(dyn StdError + 'static)> {
        let mut root: &(dyn StdError + 'static) = self.source.as_deref()?;
        while let Some(cause) = root.source() {
            root = cause;
        }
        Some(root)
    }
}
