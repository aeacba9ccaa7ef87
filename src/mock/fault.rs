use std::time::Duration;

use wiremock::http::{HeaderName, HeaderValue};

use super::reply::Reply;

/// How a mock fails, for [`Ayrshare::fail_next`](super::Ayrshare::fail_next) and
/// [`Genviral::fail_next`](super::Genviral::fail_next).
///
/// By default, [`status`](Fault::status) and [`hang_up`](Fault::hang_up) fail before the provider sees the
/// request: nothing is deleted, no key is checked, and the request doesn't count for the rate limit.
/// [`after_acting`](Fault::after_acting) changes that.
///
/// ```
/// use std::time::Duration;
/// use unpost::mock::{self, Fault};
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() {
/// let ayrshare = mock::Ayrshare::start().await;
/// ayrshare
///     // A gateway is down for three requests. Nothing is carried out.
///     .fail_next(3, Fault::status(503).header("Retry-After", "1"))
///     // The post is deleted, and the answer is lost.
///     .fail_next(1, Fault::hang_up().after_acting())
///     // The answer is a page and not JSON.
///     .fail_next(1, Fault::status(200).body("<html>Just a moment…</html>"))
///     // The ordinary answer comes late.
///     .fail_next(1, Fault::delay(Duration::from_secs(2)));
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Fault {
    kind: Kind,
    acts_first: bool,
    headers: Vec<(String, String)>,
    body: Option<Vec<u8>>,
    delay: Duration,
}

#[derive(Clone, Copy, Debug)]
enum Kind {
    /// The fault keeps the provider's answer.
    Ordinary,
    Status(u16),
    HangUp,
}

impl Fault {
    /// Answers with this status and an empty body. The request isn't carried out.
    ///
    /// # Panics
    ///
    /// Panics if the status is below 200 or above 999, because no final answer can have such a status.
    pub fn status(status: u16) -> Self {
        assert!(
            (200..=999).contains(&status),
            "{status} isn't the status of a final answer"
        );
        Self::new(Kind::Status(status))
    }

    /// Carries the request out at once, and gives the ordinary answer after `delay`.
    ///
    /// [`header`](Fault::header) and [`body`](Fault::body) change that part of the answer and keep the rest.
    ///
    /// A client that doesn't wait for so long gets a timeout, although the post is gone. Use
    /// [`status`](Fault::status) with [`delayed_by`](Fault::delayed_by) for a timeout after which the post
    /// still stands.
    pub fn delay(delay: Duration) -> Self {
        Self::new(Kind::Ordinary).after_acting().delayed_by(delay)
    }

    /// Closes the connection instead of answering. The request isn't carried out.
    pub fn hang_up() -> Self {
        Self::new(Kind::HangUp)
    }

    fn new(kind: Kind) -> Self {
        Self {
            kind,
            acts_first: false,
            headers: Vec::new(),
            body: None,
            delay: Duration::ZERO,
        }
    }

    /// Sets the body of the answer.
    #[must_use]
    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = Some(body.into());
        self
    }

    /// Adds a header to the answer. It replaces the header of that name in the ordinary answer. The mock sets
    /// `content-length` itself.
    ///
    /// # Panics
    ///
    /// Panics if HTTP doesn't allow the name or the value.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        let is_valid = HeaderName::try_from(name).is_ok() && HeaderValue::try_from(value).is_ok();
        assert!(
            is_valid,
            "{name:?} isn't a header name, or its value isn't a header value"
        );
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Carries the request out first, exactly as without the fault. The fault then replaces the ordinary
    /// answer.
    #[must_use]
    pub fn after_acting(mut self) -> Self {
        self.acts_first = true;
        self
    }

    /// Delays the answer. A fault that [closes the connection](Fault::hang_up) is never delayed.
    #[must_use]
    pub fn delayed_by(mut self, delay: Duration) -> Self {
        self.delay = delay;
        self
    }

    pub(super) fn hangs_up(&self) -> bool {
        matches!(self.kind, Kind::HangUp)
    }

    /// The answer with this fault. `act` carries the request out and returns the ordinary answer.
    pub(super) fn apply(self, act: impl FnOnce() -> Reply) -> Reply {
        let ordinary = self.acts_first.then(act);
        let mut reply = match self.kind {
            // There always is one: `delay` makes this kind, and it acts first.
            Kind::Ordinary => ordinary.unwrap_or_else(|| Reply::bare(500)),
            Kind::Status(status) => Reply::bare(status),
            Kind::HangUp => Reply::hang_up(),
        };
        let replaced = |name: &str| {
            self.headers
                .iter()
                .any(|(own, _)| own.eq_ignore_ascii_case(name))
        };
        reply.headers.retain(|(name, _)| !replaced(name));
        reply.headers.extend(self.headers);
        reply.body = self.body.unwrap_or(reply.body);
        reply.delay = self.delay;
        reply
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_delayed_answer_is_the_ordinary_one_except_for_what_the_fault_sets() {
        let ordinary = || {
            Reply::bare(200)
                .header("x-first", "1")
                .header("x-second", "2")
        };

        let reply = Fault::delay(Duration::from_secs(2))
            .header("X-First", "9")
            .apply(ordinary);

        let headers =
            [("x-second", "2"), ("X-First", "9")].map(|(name, value)| (name.into(), value.into()));
        assert_eq!(
            (reply.status, reply.delay),
            (Some(200), Duration::from_secs(2))
        );
        assert_eq!(reply.headers, headers);
    }
}
