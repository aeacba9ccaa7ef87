use std::fmt;

/// A request that a mock received, and the status of its answer.
///
/// The `Debug` output names the headers with credentials and hides their values. [`header`](Request::header)
/// returns the values.
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
    /// The HTTP method, such as `DELETE`.
    pub fn method(&self) -> &str {
        &self.method
    }

    /// The path, with the query if the request has one.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The first value of a header. The case of `name` doesn't matter.
    pub fn header(&self, name: &str) -> Option<&str> {
        let (_, value) = self
            .headers
            .iter()
            .find(|(header, _)| header.eq_ignore_ascii_case(name))?;
        Some(value)
    }

    /// The value of the header `Profile-Key`. `None` means the primary profile.
    pub fn profile_key(&self) -> Option<&str> {
        self.header("profile-key")
    }

    /// The API key in the header `Authorization`, if the header has the form `Bearer KEY`.
    pub(super) fn bearer(&self) -> Option<&str> {
        self.header("authorization")?.strip_prefix("Bearer ")
    }

    /// The body of the request.
    pub fn body(&self) -> &str {
        &self.body
    }

    /// The HTTP status of the answer. `None` if the mock [closed the connection](super::Fault::hang_up)
    /// instead.
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

/// Headers whose values `Debug` hides, so that they don't get into a log or a failed assertion.
const SECRETS: [&str; 6] = [
    "authorization",
    "cookie",
    "profile-key",
    "proxy-authorization",
    "x-twitter-oauth1-api-key",
    "x-twitter-oauth1-api-secret",
];

struct Redacted<'a>(&'a [(String, String)]);

impl fmt::Debug for Redacted<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = self.0.iter().map(|(name, value)| {
            let is_secret = SECRETS
                .iter()
                .any(|secret| name.eq_ignore_ascii_case(secret));
            (name, if is_secret { "[redacted]" } else { value })
        });
        formatter.debug_map().entries(shown).finish()
    }
}

#[cfg(any(test, feature = "internals"))]
impl Request {
    /// A request that didn't come over HTTP.
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
    fn debug_names_the_headers_with_credentials_and_hides_their_values() {
        let headers: Vec<_> = SECRETS.iter().map(|name| (*name, "s3cret")).collect();
        let shown = format!("{:?}", Request::new("DELETE", "/api/post", &headers, "{}"));

        assert!(SECRETS.iter().all(|name| shown.contains(name)), "{shown}");
        assert!(!shown.contains("s3cret"), "{shown}");
    }
}
