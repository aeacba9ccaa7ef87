use std::{fmt, time::Duration};

use wiremock::http::{HeaderName, HeaderValue};

use super::{reply::Reply, request::Request};

/// How a mock fails, for [`Ayrshare::fail_next`](super::Ayrshare::fail_next) and
/// [`Genviral::fail_next`](super::Genviral::fail_next).
///
/// By default, [`status`](Fault::status) and [`hang_up`](Fault::hang_up) fail before the provider sees the
/// request: nothing is deleted, no key is checked, and the request doesn't count for the rate limit.
/// [`after_acting`](Fault::after_acting) changes that.
///
/// # Which request fails
///
/// A fault applies to any request, unless [`for_post`](Fault::for_post) or
/// [`for_profile`](Fault::for_profile) aims it. Each request uses at most one fault: of those that apply to it,
/// the one that was set first. The others keep their places for later requests.
///
/// # Example
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
///     .fail_next(1, Fault::delay(Duration::from_secs(2)))
///     // One post of a run can't be deleted. The other requests don't use this fault.
///     .fail_next(3, Fault::status(500).for_post("post-7"));
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Fault {
    kind: Kind,
    acts_first: bool,
    headers: Vec<(String, String)>,
    body: Option<Vec<u8>>,
    delay: Duration,
    /// `None` if the fault is for any post.
    post: Option<String>,
    /// `None` if the fault is for any profile.
    profile: Option<ProfileKey>,
}

/// A `Profile-Key`, which `Debug` hides.
#[derive(Clone)]
struct ProfileKey(String);

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
            post: None,
            profile: None,
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

    /// Aims the fault at requests that name this post, alone or with others. The whole request fails.
    ///
    /// A request for all scheduled posts names none. Genviral's mock ignores the case of a UUID. A later call
    /// replaces the post.
    ///
    /// ```
    /// use unpost::{genviral::DeleteRequest, mock::{self, Fault}};
    ///
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> unpost::Result<()> {
    /// let genviral = mock::Genviral::start().await;
    /// genviral.seed("post-1", "draft").seed("post-2", "draft");
    /// genviral.fail_next(1, Fault::status(403).for_post("post-2"));
    ///
    /// let client = genviral.client()?;
    /// assert!(client.delete(DeleteRequest::by_id("post-1")).await.is_ok());
    /// assert!(client.delete(DeleteRequest::by_id("post-2")).await.is_err());
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn for_post(mut self, id: impl Into<String>) -> Self {
        self.post = Some(id.into());
        self
    }

    /// Aims the fault at requests with this `Profile-Key`, whether or not the mock knows the key. No request to
    /// Genviral has one.
    ///
    /// With [`for_post`](Fault::for_post), both must be true of a request. A later call replaces the key.
    ///
    /// ```
    /// use unpost::{ayrshare::DeleteRequest, mock::{self, Fault}};
    ///
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> unpost::Result<()> {
    /// let ayrshare = mock::Ayrshare::start().await;
    /// ayrshare.schedule("post-1", ["bluesky"]).profile("TENANT-KEY").schedule("post-2", ["bluesky"]);
    /// ayrshare.fail_next(1, Fault::status(403).for_profile("TENANT-KEY"));
    ///
    /// let client = ayrshare.client()?;
    /// let tenant = client.for_profile("TENANT-KEY")?;
    /// assert!(client.delete(DeleteRequest::by_id("post-1")).await.is_ok());
    /// assert!(tenant.delete(DeleteRequest::by_id("post-2")).await.is_err());
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn for_profile(mut self, key: impl Into<String>) -> Self {
        self.profile = Some(ProfileKey(key.into()));
        self
    }

    /// Whether the request is one that the fault is aimed at. `names_post` tells whether the request names a
    /// post.
    pub(super) fn applies_to(
        &self,
        request: &Request,
        names_post: impl FnOnce(&str) -> bool,
    ) -> bool {
        let has_key = |ProfileKey(key): &ProfileKey| request.profile_key() == Some(key);
        self.profile.as_ref().is_none_or(has_key) && self.post.as_deref().is_none_or(names_post)
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

impl fmt::Debug for ProfileKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("[redacted]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_hides_the_profile_key_that_a_fault_is_aimed_at() {
        let shown = format!("{:?}", Fault::hang_up().for_profile("s3cret"));
        assert!(
            shown.contains("redacted") && !shown.contains("s3cret"),
            "{shown}"
        );
    }

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
