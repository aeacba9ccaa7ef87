//! A client written without this crate. It has no rate limit and no retries, and reads only successes.

use std::collections::HashMap;
use std::net::SocketAddr;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use serde::{Deserialize, Serialize};
use unpost::{Fate, NetworkResult, Outcome, Provider};

use reqwest::Url;
use reqwest::header::HeaderValue;

use super::API_KEY;

/// This header is made only once, as in the crate.
fn authorization() -> HeaderValue {
    HeaderValue::try_from(format!("Bearer {API_KEY}")).expect("a header")
}

#[derive(Serialize)]
struct Body<'a> {
    id: &'a str,
}

#[derive(Deserialize)]
pub struct AyrsharePost {
    pub status: String,
    pub id: Option<String>,
    pub twitter: Option<Network>,
    pub facebook: Option<Network>,
}

#[derive(Deserialize)]
pub struct Network {
    pub status: String,
    pub id: Option<String>,
    pub code: Option<u32>,
    pub message: Option<String>,
}

#[derive(Deserialize)]
pub struct GenviralAnswer {
    pub ok: bool,
    pub code: u16,
    pub message: String,
    pub data: GenviralLists,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct GenviralLists {
    pub deleted_ids: Vec<String>,
    pub blocked_statuses: Vec<Blocked>,
    pub skipped: Vec<String>,
    pub errors: HashMap<String, String>,
}

#[derive(Deserialize)]
pub struct Blocked {
    pub id: String,
    pub status: String,
}

impl AyrsharePost {
    fn into_outcome(self, id: &str) -> Option<Outcome> {
        if self.status != "success" {
            return None;
        }
        let mut outcome = Outcome::new(id, Provider::Ayrshare, Fate::Deleted);
        let networks = [("twitter", self.twitter), ("facebook", self.facebook)];
        let networks = networks.into_iter().filter_map(|(name, network)| {
            let network = network?;
            let mut result = NetworkResult::new(name, network.status);
            result.id = network.id;
            result.code = network.code;
            result.message = network.message;
            Some(result)
        });
        outcome.networks = networks.collect();
        Some(outcome)
    }
}

pub struct Reqwest {
    http: reqwest::Client,
    url: Url,
    authorization: HeaderValue,
}

impl Reqwest {
    pub fn new(address: SocketAddr) -> Self {
        Self {
            http: reqwest::Client::builder()
                .no_proxy()
                .build()
                .expect("a client"),
            url: format!("http://{address}/api/post").parse().expect("a URL"),
            authorization: authorization(),
        }
    }

    pub async fn delete(&self, id: &str) -> Option<Outcome> {
        let request = self.http.delete(self.url.as_str()).bearer_auth(API_KEY);
        send(request, id).await
    }

    /// The same with the URL and the credentials prepared, as in the crate.
    pub async fn delete_prepared(&self, id: &str) -> Option<Outcome> {
        let request = self.http.delete(self.url.clone());
        let request = request.header("authorization", self.authorization.clone());
        send(request, id).await
    }
}

async fn send(request: reqwest::RequestBuilder, id: &str) -> Option<Outcome> {
    let body = serde_json::to_vec(&Body { id }).ok()?;
    let request = request
        .header("content-type", "application/json")
        .body(body);
    let response = request.send().await.ok()?.error_for_status().ok()?;
    let answer = response.bytes().await.ok()?;
    let post: AyrsharePost = serde_json::from_slice(&answer).ok()?;
    post.into_outcome(id)
}

/// One connection and nothing around it: no pool, no timeout, no URL.
pub struct Hyper {
    connection: SendRequest<Full<Bytes>>,
    host: String,
    authorization: HeaderValue,
}

impl Hyper {
    pub async fn connect(address: SocketAddr) -> Self {
        let stream = tokio::net::TcpStream::connect(address)
            .await
            .expect("a connection");
        stream.set_nodelay(true).expect("a connection");
        let (connection, driver) = handshake(TokioIo::new(stream)).await.expect("HTTP");
        #[allow(
            clippy::disallowed_methods,
            reason = "hyper leaves it to its caller to drive the connection"
        )]
        tokio::spawn(driver);
        Self {
            connection,
            host: address.to_string(),
            authorization: authorization(),
        }
    }

    pub async fn delete(&mut self, id: &str) -> Option<Outcome> {
        let body = serde_json::to_vec(&Body { id }).ok()?;
        let request = hyper::Request::delete("/api/post")
            .header("host", &self.host)
            .header("authorization", self.authorization.clone())
            .header("content-type", "application/json")
            .body(Full::from(body))
            .ok()?;
        self.connection.ready().await.ok()?;
        let response = self.connection.send_request(request).await.ok()?;
        if !response.status().is_success() {
            return None;
        }
        let answer = response.into_body().collect().await.ok()?.to_bytes();
        let post: AyrsharePost = serde_json::from_slice(&answer).ok()?;
        post.into_outcome(id)
    }
}
