//! One attempt: a request's body goes to the provider, and an answer comes back, or the reason why there
//! is none.

use std::error::Error as StdError;
use std::sync::atomic::{AtomicU8, Ordering};
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

/// How far an attempt has come. The body leaves, or the engine withdraws it, whichever is first.
#[derive(Debug, Default)]
pub struct Delivery {
    /// One of the three constants below.
    body: AtomicU8,
    head: OnceLock<Head>,
}

const HELD: u8 = 0;
const LEFT: u8 = 1;
const WITHDRAWN: u8 = 2;

impl Delivery {
    /// Records that the body is about to leave, and returns whether it may. Before this, the provider can't have acted on
    /// the request.
    pub fn leaves(&self) -> bool {
        self.change_to(LEFT) != WITHDRAWN
    }

    /// Records what came before the answer's body.
    pub fn answers(&self, head: Head) {
        let _ = self.head.set(head);
    }

    /// Keeps the body from leaving, and returns whether that is still possible.
    pub(crate) fn withdraw(&self) -> bool {
        self.change_to(WITHDRAWN) != LEFT
    }

    /// Whether the body may have left.
    pub(crate) fn has_left(&self) -> bool {
        self.body.load(Ordering::Acquire) == LEFT
    }

    /// The error of an attempt that broke off here.
    pub fn broken_off(&self, kind: TransportErrorKind, source: Option<BoxError>) -> TransportError {
        TransportError {
            kind: if self.withdraw() {
                TransportErrorKind::NotSent
            } else {
                kind
            },
            head: self.head.get().copied(),
            source,
        }
    }

    /// Changes the state if it is still `HELD`. Returns the state that it had before.
    fn change_to(&self, state: u8) -> u8 {
        let (success, failure) = (Ordering::AcqRel, Ordering::Acquire);
        match self.body.compare_exchange(HELD, state, success, failure) {
            Ok(before) | Err(before) => before,
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
