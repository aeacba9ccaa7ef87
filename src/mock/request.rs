use std::fmt;

/// Headers whose values never reach a log or a failed assertion.
const SECRET: [&str; 6] = [
    "authorization",
    "cookie",
    "profile-key",
    "proxy-authorization",
    "x-twitter-oauth1-api-key",
    "x-twitter-oauth1-api-secret",
];

/// A request as it arrived at a mock, and how it was answered.
///
/// Its `Debug` names the headers that carry credentials but hides their values; [`header`](Request::header) gives them.
///
/// ```
/// # use unpost::mock;
/// # #[tokio::main(flavor = "current_thread")] async fn main() {
/// let genviral = mock::Genviral::start().await;
/// // … have the code under test delete something …
/// for request in genviral.requests() {
///     assert_eq!(request.method(), "POST");
///     assert_eq!(request.header("content-type"), Some("application/json"));
/// }
/// # }
/// ```
#[derive(Clone)]
pub struct Request {
    pub(super) method: String,
    pub(super) path: String,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: String,
    pub(super) status: Option<u16>,
}

impl Request {
    /// The method, such as `DELETE`.
    pub fn method(&self) -> &str {
        &self.method
    }

    /// The path, with the query if there is one.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The first value of a header; `name` in any case.
    pub fn header(&self, name: &str) -> Option<&str> {
        let (_, value) = self
            .headers
            .iter()
            .find(|(header, _)| header.eq_ignore_ascii_case(name))?;
        Some(value)
    }

    /// The `Profile-Key` it was sent with: `None` means the primary profile.
    pub fn profile_key(&self) -> Option<&str> {
        self.header("profile-key")
    }

    /// The key of its `Authorization`, if that has the form the providers ask for.
    pub(super) fn bearer(&self) -> Option<&str> {
        self.header("authorization")?.strip_prefix("Bearer ")
    }

    /// The body as it came.
    pub fn body(&self) -> &str {
        &self.body
    }

    /// The HTTP status it was answered with; `None` if the mock [hung up](super::Fault::hang_up) instead.
    pub fn status(&self) -> Option<u16> {
        self.status
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Request")
            .field("method", &self.method)
            .field("path", &self.path)
            .field("headers", &Redacted(&self.headers))
            .field("body", &self.body)
            .field("status", &self.status)
            .finish()
    }
}

struct Redacted<'a>(&'a [(String, String)]);

impl fmt::Debug for Redacted<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = self.0.iter().map(|(name, value)| {
            let secret = SECRET
                .iter()
                .any(|secret| name.eq_ignore_ascii_case(secret));
            (name, if secret { "[redacted]" } else { value })
        });
        formatter.debug_map().entries(shown).finish()
    }
}

#[cfg(any(test, feature = "internals"))]
impl Request {
    /// A request that came without a socket.
    pub(super) fn new(method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Self {
        let headers = headers
            .iter()
            .map(|(name, value)| ((*name).into(), (*value).into()))
            .collect();
        Self {
            method: method.into(),
            path: path.into(),
            headers,
            body: body.into(),
            status: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_names_the_credentials_headers_but_hides_their_values() {
        let headers: Vec<_> = SECRET.iter().map(|name| (*name, "s3cret")).collect();
        let shown = format!("{:?}", Request::new("DELETE", "/api/post", &headers, "{}"));

        assert!(SECRET.iter().all(|name| shown.contains(name)), "{shown}");
        assert!(!shown.contains("s3cret"), "{shown}");
    }
}
