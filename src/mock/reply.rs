use std::time::Duration;

use serde_json::Value;

/// The answer of a mock, independent of any HTTP library.
#[derive(Debug)]
pub(super) struct Reply {
    /// `None` if the connection is closed without an answer.
    pub(super) status: Option<u16>,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
    pub(super) delay: Duration,
}

impl Reply {
    pub(super) fn bare(status: u16) -> Self {
        Self {
            status: Some(status),
            headers: Vec::new(),
            body: Vec::new(),
            delay: Duration::ZERO,
        }
    }

    pub(super) fn hang_up() -> Self {
        Self {
            status: None,
            ..Self::bare(0)
        }
    }

    pub(super) fn json(status: u16, body: &Value) -> Self {
        Self {
            body: body.to_string().into_bytes(),
            ..Self::bare(status)
        }
        .header("content-type", "application/json")
    }

    pub(super) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }
}

#[cfg(test)]
impl Reply {
    /// The status and the body, for tests of the rules.
    pub(super) fn parts(&self) -> (u16, Value) {
        (
            self.status.unwrap(),
            serde_json::from_slice(&self.body).unwrap(),
        )
    }
}
