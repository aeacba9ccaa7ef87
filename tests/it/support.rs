//! A server on loopback that follows a script, one step for each request, and records the requests.
//! Unlike the mock kit, this server can cut an answer short, send it slowly, stall, and reset a connection.
//! And a file for a journal.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use unpost::{JsonLines, Retry, ayrshare, genviral};

pub(crate) struct Server {
    address: SocketAddr,
    seen: Arc<Seen>,
}

#[derive(Default)]
struct Seen {
    closes_idle_after: Option<Duration>,
    connections: AtomicUsize,
    requests: Mutex<Vec<Request>>,
    script: Mutex<VecDeque<Step>>,
}

/// A request that arrived whole.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    /// The first line, then the headers.
    pub(crate) head: Vec<String>,
    pub(crate) body: String,
}

/// What one request is answered with.
#[derive(Clone)]
pub(crate) struct Step {
    bytes: Vec<u8>,
    /// The pause before the answer.
    pause: Duration,
    /// How many bytes are written at a time, and the pause after each piece.
    drip: (usize, Duration),
    then: Then,
}

#[derive(Clone, Copy)]
enum Then {
    AwaitTheNext,
    Close,
    Reset,
    Stall,
}

impl Server {
    /// Answers each whole request with the next step of the script. After the last step the answer is
    /// 501, which no client takes for a provider's answer.
    pub(crate) async fn start(script: impl IntoIterator<Item = Step>) -> Self {
        Self::on(TcpListener::bind("127.0.0.1:0").await.unwrap(), script)
    }

    pub(crate) fn on(listener: TcpListener, script: impl IntoIterator<Item = Step>) -> Self {
        Self::serve(listener, script, None)
    }

    /// The same, and closes every connection on which no request begins for so long.
    pub(crate) async fn closing_idle(
        after: Duration,
        script: impl IntoIterator<Item = Step>,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        Self::serve(listener, script, Some(after))
    }

    #[expect(clippy::disallowed_methods, reason = "a server is a task of its own")]
    fn serve(
        listener: TcpListener,
        script: impl IntoIterator<Item = Step>,
        closes_idle_after: Option<Duration>,
    ) -> Self {
        let seen = Arc::new(Seen {
            closes_idle_after,
            ..Seen::default()
        });
        *seen.script.lock().unwrap() = script.into_iter().collect();
        let address = listener.local_addr().unwrap();
        let shared = Arc::clone(&seen);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                shared.connections.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(converse(stream, Arc::clone(&shared)));
            }
        });
        Self { address, seen }
    }

    /// Replaces the script and forgets the recorded requests. Building a client takes longer than most
    /// tests do, so a test with a table of answers uses one client for all of them.
    pub(crate) fn tell(&self, script: impl IntoIterator<Item = Step>) {
        *self.seen.script.lock().unwrap() = script.into_iter().collect();
        self.seen.requests.lock().unwrap().clear();
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn requests(&self) -> Vec<Request> {
        self.seen.requests.lock().unwrap().clone()
    }

    /// How many whole requests arrived.
    pub(crate) fn count(&self) -> usize {
        self.requests().len()
    }

    pub(crate) fn bodies(&self) -> Vec<String> {
        self.requests()
            .into_iter()
            .map(|request| request.body)
            .collect()
    }

    pub(crate) fn connections(&self) -> usize {
        self.seen.connections.load(Ordering::SeqCst)
    }

    pub(crate) fn ayrshare(&self) -> ayrshare::ClientBuilder {
        ayrshare::Client::builder("API-KEY")
            .base_url(self.url())
            .retry(quick())
    }

    pub(crate) fn genviral(&self) -> genviral::ClientBuilder {
        genviral::Client::builder("public.secret")
            .base_url(self.url())
            .retry(quick())
    }
}

/// The default number of attempts, with hardly any wait between them.
pub(crate) fn quick() -> Retry {
    Retry::attempts(3).backoff(Duration::from_millis(1), Duration::from_millis(5))
}

impl Request {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.iter().skip(1).find_map(|line| {
            let (its_name, value) = line.split_once(": ")?;
            its_name.eq_ignore_ascii_case(name).then_some(value)
        })
    }
}

impl Step {
    pub(crate) fn json(status: u16, body: &str) -> Self {
        Self::answer(status, &["content-type: application/json"], body)
    }

    pub(crate) fn answer(status: u16, headers: &[&str], body: impl AsRef<[u8]>) -> Self {
        let body = body.as_ref();
        let length = format!("content-length: {}", body.len());
        let lines: Vec<_> = headers.iter().copied().chain([&*length]).collect();
        let head = format!("HTTP/1.1 {status} Told\r\n{}\r\n\r\n", lines.join("\r\n"));
        Self::raw([head.as_bytes(), body].concat())
    }

    pub(crate) fn raw(bytes: impl Into<Vec<u8>>) -> Self {
        let (bytes, drip) = (bytes.into(), (usize::MAX, Duration::ZERO));
        Self {
            bytes,
            pause: Duration::ZERO,
            drip,
            then: Then::AwaitTheNext,
        }
    }

    /// Closes the connection without an answer.
    pub(crate) fn hang_up() -> Self {
        Self::raw("").then(Then::Close)
    }

    /// Resets the connection without an answer.
    pub(crate) fn reset() -> Self {
        Self::raw("").then(Then::Reset)
    }

    /// Never answers.
    pub(crate) fn stall() -> Self {
        Self::raw("").then(Then::Stall)
    }

    /// Leaves out the last `missing` bytes of the answer and closes the connection.
    pub(crate) fn cut(mut self, missing: usize) -> Self {
        self.bytes.truncate(self.bytes.len() - missing);
        self.then(Then::Close)
    }

    /// Answers after this time.
    pub(crate) fn after(mut self, pause: Duration) -> Self {
        self.pause = pause;
        self
    }

    pub(crate) fn drip(mut self, bytes: usize, pause: Duration) -> Self {
        self.drip = (bytes, pause);
        self
    }

    fn then(mut self, then: Then) -> Self {
        self.then = then;
        self
    }
}

async fn converse(stream: TcpStream, seen: Arc<Seen>) -> Option<()> {
    let mut stream = BufReader::new(stream);
    let idle = seen.closes_idle_after.unwrap_or(Duration::MAX);
    loop {
        let began = tokio::time::timeout(idle, stream.fill_buf()).await;
        began.ok()?.ok()?;
        let request = read_request(&mut stream).await?;
        seen.requests.lock().unwrap().push(request);
        let step = seen.script.lock().unwrap().pop_front();
        let step = step.unwrap_or_else(|| Step::json(501, "unscripted"));
        let Step {
            bytes,
            pause,
            drip,
            then,
        } = step;
        if !pause.is_zero() {
            tokio::time::sleep(pause).await;
        }
        for piece in bytes.chunks(drip.0) {
            stream.get_mut().write_all(piece).await.ok()?;
            if !drip.1.is_zero() {
                tokio::time::sleep(drip.1).await;
            }
        }
        match then {
            Then::AwaitTheNext => {}
            Then::Close => return None,
            Then::Reset => return stream.get_ref().set_zero_linger().ok(),
            Then::Stall => std::future::pending().await,
        }
    }
}

async fn read_request(stream: &mut BufReader<TcpStream>) -> Option<Request> {
    let mut head = Vec::new();
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).await.ok()?;
        match line.strip_suffix("\r\n")? {
            "" => break,
            line => head.push(line.to_owned()),
        }
    }
    let mut request = Request {
        head,
        body: String::new(),
    };
    let length = request.header("content-length")?.parse().ok()?;
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.ok()?;
    request.body = String::from_utf8(body).ok()?;
    Some(request)
}

/// A file that is removed at the end.
pub(crate) struct Scratch(PathBuf);

impl Scratch {
    pub(crate) fn new() -> Self {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("unpost-run-{}-{number}.jsonl", std::process::id());
        Self(std::env::temp_dir().join(name))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    pub(crate) fn journal(&self) -> JsonLines {
        JsonLines::open(&self.0).unwrap()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}
