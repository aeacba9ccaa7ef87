use std::{
    io,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Instant,
};

use wiremock::{Mock, MockServer, ResponseTemplate, matchers};

use super::{
    reply::Reply,
    request::Request,
    router::{Router, Rules},
};

/// A [`Router`] behind a port on loopback. Only this file uses the server of `wiremock`.
pub(super) struct Server<R> {
    /// `None` for a mock that is used without HTTP.
    http: Option<MockServer>,
    router: Shared<R>,
}

pub(super) type Shared<R> = Arc<Mutex<Router<R>>>;

/// Locks the router. A poisoned lock is ignored: the panic has been reported, and the state is still valid.
pub(super) fn lock<R>(router: &Mutex<Router<R>>) -> MutexGuard<'_, Router<R>> {
    router.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<R: Rules> Server<R> {
    pub(super) async fn start(rules: R) -> Self {
        let router = Arc::new(Mutex::new(Router::new(rules)));
        // A server of `wiremock`'s pool would be used again on the same port, and a late request of one test
        // would reach the mock of the next test.
        let http = MockServer::builder()
            .disable_request_recording()
            .start()
            .await;

        // `wiremock` closes a connection only for an error, and the matcher has to choose the error before
        // the router answers.
        let (matching, closing) = (Arc::clone(&router), Arc::clone(&router));
        Mock::given(move |request: &wiremock::Request| {
            lock(&matching).would_hang_up(&parse(request))
        })
        .respond_with_err(move |request: &wiremock::Request| {
            receive(&closing, request);
            io::Error::from(io::ErrorKind::ConnectionAborted)
        })
        .with_priority(1)
        .mount(&http)
        .await;

        let answering = Arc::clone(&router);
        Mock::given(matchers::any())
            .respond_with(move |request: &wiremock::Request| render(receive(&answering, request)))
            .mount(&http)
            .await;

        Self {
            http: Some(http),
            router,
        }
    }

    /// A mock that listens on no port.
    #[cfg(feature = "internals")]
    pub(super) fn offline(rules: R) -> Self {
        Self {
            http: None,
            router: Arc::new(Mutex::new(Router::new(rules))),
        }
    }

    /// `http://127.0.0.1:PORT`. Without a server, nothing listens on the port.
    pub(super) fn origin(&self) -> String {
        match &self.http {
            Some(http) => http.uri(),
            None => "http://127.0.0.1:9".to_owned(),
        }
    }

    pub(super) fn router(&self) -> MutexGuard<'_, Router<R>> {
        lock(&self.router)
    }

    pub(super) fn shared(&self) -> Shared<R> {
        Arc::clone(&self.router)
    }
}

#[allow(
    clippy::disallowed_methods,
    reason = "the one place where a mock reads the clock"
)]
fn receive<R: Rules>(router: &Mutex<Router<R>>, request: &wiremock::Request) -> Reply {
    lock(router).receive(parse(request), Instant::now())
}

fn parse(request: &wiremock::Request) -> Request {
    let path = match request.url.query() {
        Some(query) => format!("{}?{query}", request.url.path()),
        None => request.url.path().to_owned(),
    };
    let headers = request
        .headers
        .iter()
        .map(|(name, value)| {
            (
                name.to_string(),
                String::from_utf8_lossy(value.as_bytes()).into_owned(),
            )
        })
        .collect();
    Request {
        method: request.method.to_string(),
        path,
        headers,
        body: String::from_utf8_lossy(&request.body).into_owned(),
        status: None,
    }
}

fn render(reply: Reply) -> ResponseTemplate {
    // The reply has no status if a hang-up was requested after the matcher looked for one.
    let mut template =
        ResponseTemplate::new(reply.status.unwrap_or(500)).set_body_bytes(reply.body);
    for (name, value) in &reply.headers {
        template = template.append_header(name.as_str(), value.as_str());
    }
    // A delay of zero would still wait for the timer.
    if !reply.delay.is_zero() {
        template = template.set_delay(reply.delay);
    }
    template
}
