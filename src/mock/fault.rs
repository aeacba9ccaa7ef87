use std::time::Duration;

use wiremock::http::{HeaderName, HeaderValue};

use super::reply::Reply;

/// How a mock is to fail: given to [`Ayrshare::fail_next`](super::Ayrshare::fail_next) and
/// [`Genviral::fail_next`](super::Genviral::fail_next).
///
/// Unless told [`after_acting`](Fault::after_acting), a fault with a status of its own strikes before the provider has seen
/// the request: nothing is deleted, no key is checked, no window is used up.
///
/// ```
/// use std::time::Duration;
/// use unpost::mock::{self, Fault};
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() {
/// let ayrshare = mock::Ayrshare::start().await;
/// ayrshare
///     // Three times a gateway that is down: nothing is carried out.
///     .fail_next(3, Fault::status(503).header("Retry-After", "1"))
///     // The post goes, and the answer that says so is lost.
///     .fail_next(1, Fault::hang_up().after_acting())
///     // A page where JSON was due.
///     .fail_next(1, Fault::status(200).body("<html>Just a moment…</html>"))
///     // The ordinary answer, late.
///     .fail_next(1, Fault::delay(Duration::from_secs(2)));
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Fault {
    kind: Kind,
    acts: bool,
    headers: Vec<(String, String)>,
    body: Option<Vec<u8>>,
    delay: Duration,
}

#[derive(Clone, Copy, Debug)]
enum Kind {
    /// The provider's own answer.
    Ordinary,
    Status(u16),
    HangUp,
}

impl Fault {
    /// Answers with this status and an empty body, carrying nothing out.
    ///
    /// # Panics
    ///
    /// If no final answer can have this status: below 200 or above 999.
    pub fn status(status: u16) -> Self {
        assert!(
            (200..=999).contains(&status),
            "{status} isn't the status of a final answer"
        );
        Self::new(Kind::Status(status))
    }

    /// Carries the request out at once and gives the ordinary answer, but only after `delay`.
    ///
    /// [`header`](Fault::header) and [`body`](Fault::body) change what they name of that answer and leave the rest.
    ///
    /// A client that doesn't wait so long gets a timeout for a post that is gone. For a timeout that leaves the post
    /// standing, say [`status`](Fault::status) and [`delayed_by`](Fault::delayed_by).
    pub fn delay(delay: Duration) -> Self {
        Self::new(Kind::Ordinary).after_acting().delayed_by(delay)
    }

    /// Closes the connection instead of answering, carrying nothing out.
    pub fn hang_up() -> Self {
        Self::new(Kind::HangUp)
    }

    fn new(kind: Kind) -> Self {
        Self {
            kind,
            acts: false,
            headers: Vec::new(),
            body: None,
            delay: Duration::ZERO,
        }
    }

    /// Gives the answer this body.
    #[must_use]
    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = Some(body.into());
        self
    }

    /// Gives the answer this header, instead of the ordinary one of that name. `content-length` is the mock's own affair.
    ///
    /// # Panics
    ///
    /// If HTTP has no such header name or value.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        let sendable = HeaderName::try_from(name).is_ok() && HeaderValue::try_from(value).is_ok();
        assert!(
            sendable,
            "{name:?} can't be sent as a header, or not with this value"
        );
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Has the request carried out first, exactly as without the fault; only then comes this answer instead of the
    /// ordinary one.
    #[must_use]
    pub fn after_acting(mut self) -> Self {
        self.acts = true;
        self
    }

    /// Holds the answer back for so long. A [hang-up](Fault::hang_up) is always immediate.
    #[must_use]
    pub fn delayed_by(mut self, delay: Duration) -> Self {
        self.delay = delay;
        self
    }

    pub(super) fn hangs_up(&self) -> bool {
        matches!(self.kind, Kind::HangUp)
    }

    /// The answer under this fault; `act` carries the request out and gives the ordinary one.
    pub(super) fn strike(self, act: impl FnOnce() -> Reply) -> Reply {
        let ordinary = self.acts.then(act);
        let mut reply = match self.kind {
            // An ordinary answer takes acting, and every constructor sees to that.
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
    fn a_late_answer_is_the_ordinary_one_but_for_what_the_fault_names() {
        let ordinary = || {
            Reply::bare(200)
                .header("x-first", "1")
                .header("x-second", "2")
        };

        let reply = Fault::delay(Duration::from_secs(2))
            .header("X-First", "9")
            .strike(ordinary);

        let headers =
            [("x-second", "2"), ("X-First", "9")].map(|(name, value)| (name.into(), value.into()));
        assert_eq!(
            (reply.status, reply.delay),
            (Some(200), Duration::from_secs(2))
        );
        assert_eq!(reply.headers, headers);
    }
}
