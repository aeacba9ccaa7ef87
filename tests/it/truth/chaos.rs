//! A proxy between the client and a mock. It does to each request what a schedule says.
//!
//! The proxy speaks HTTP/1.1 by hand over plain sockets, because no HTTP library can be made to stop in the
//! middle of a header.

use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};

use super::mishap::{Reply, asked_in};
use super::provider::Provider;
use super::schedule::{Acted, Mishap, Schedule, Step};

/// How long the client waits for an answer.
pub(super) const PATIENCE: Duration = Duration::from_millis(400);

pub(super) struct Chaos {
    address: SocketAddr,
    shared: Arc<Shared>,
    /// Ends with the proxy.
    _listening: JoinSet<()>,
}

struct Shared {
    schedule: Schedule,
    provider: Arc<Provider>,
    on_request: Box<dyn Fn(&Arrival) + Send + Sync>,
    seen: Mutex<Seen>,
    /// How many requests the proxy still has to deliver or to answer.
    pending: AtomicUsize,
}

/// The requests that arrived, in order.
#[derive(Clone, Default)]
pub(super) struct Seen(pub(super) Vec<Arrival>);

/// A request that arrived whole.
#[derive(Clone, Debug)]
pub(super) struct Arrival {
    pub(super) at: Instant,
    /// The number of the process that sent it.
    pub(super) process: usize,
    /// The posts that it names.
    pub(super) ids: Vec<String>,
    is_for_all: bool,
    pub(super) mishap: Mishap,
    /// The provider's own answer, once the request is carried out, and when it came.
    pub(super) own: Option<(Reply, Instant)>,
    /// The status of the answer, whole or not, if the client was sent one.
    pub(super) status: Option<u16>,
}

impl Seen {
    pub(super) fn requests(&self) -> usize {
        self.0.len()
    }

    /// Whether a request names this post.
    pub(super) fn named(&self, id: &str) -> bool {
        self.naming(id).next().is_some()
    }

    /// The requests that name this post.
    pub(super) fn naming(&self, id: &str) -> impl Iterator<Item = &Arrival> {
        let names = move |arrival: &&Arrival| arrival.ids.iter().any(|named| named == id);
        self.0.iter().filter(names)
    }

    /// How many answers were a 429.
    pub(super) fn throttled(&self) -> usize {
        self.0
            .iter()
            .filter(|arrival| arrival.is_throttled())
            .count()
    }

    /// How many `delete_all_scheduled` requests got no 429.
    pub(super) fn all_scheduled(&self) -> usize {
        let acts = |arrival: &&Arrival| arrival.is_for_all && !arrival.is_throttled();
        self.0.iter().filter(acts).count()
    }
}

impl Arrival {
    pub(super) fn is_throttled(&self) -> bool {
        self.status == Some(429)
    }
}

impl Chaos {
    /// A proxy in front of the provider's server. `on_request` is called with each request that arrives, before
    /// anything happens to it.
    pub(super) async fn in_front_of(
        provider: Arc<Provider>,
        schedule: &Schedule,
        on_request: impl Fn(&Arrival) + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let shared = Arc::new(Shared {
            schedule: schedule.clone(),
            provider,
            on_request: Box::new(on_request),
            seen: Mutex::default(),
            pending: AtomicUsize::new(0),
        });
        let mut listening = JoinSet::new();
        let address = listener.local_addr().unwrap();
        listening.spawn(listen(listener, Arc::clone(&shared)));
        Self {
            address,
            shared,
            _listening: listening,
        }
    }

    pub(super) fn base_url(&self) -> String {
        let (_, path) = split(self.shared.provider.base_url());
        format!("http://{}/{path}", self.address)
    }

    pub(super) fn seen(&self) -> Seen {
        self.shared.seen().clone()
    }

    /// Waits until no request is pending any more.
    pub(super) async fn settle(&self) {
        sleep(Duration::from_millis(5)).await;
        while self.shared.pending.load(Ordering::SeqCst) > 0 {
            sleep(Duration::from_millis(2)).await;
        }
    }
}

async fn listen(listener: TcpListener, shared: Arc<Shared>) {
    let mut connections = JoinSet::new();
    while let Ok((client, _)) = listener.accept().await {
        let shared = Arc::clone(&shared);
        // Connections are supposed to break here.
        connections.spawn(async move { drop(serve(client, &shared).await) });
    }
}

async fn serve(mut client: TcpStream, shared: &Arc<Shared>) -> io::Result<()> {
    client.set_nodelay(true)?;
    while let Some(request) = read_message(&mut client).await? {
        let _pending = Pending::new(shared);
        let (number, Step(mishap, ms)) = shared.note(&request);
        let own = match mishap.acted() {
            Acted::Never => None,
            Acted::Before => Some(shared.forward(number, &request).await?),
            Acted::Late => {
                late(shared, number, &request);
                None
            }
        };
        sleep(Duration::from_millis(ms.into())).await;
        if let Mishap::Slow(_) = mishap {
            sleep(PATIENCE).await;
        }
        let answer = mishap.answer(own);
        shared.seen().0[number].status = answer.as_ref().map(|reply| reply.status);
        let Some(answer) = answer else {
            return hang_up(&client, number);
        };
        let bytes = answer.to_bytes();
        if let Mishap::Cut(percent) = mishap {
            let some = bytes.len() * usize::from(percent) / 100;
            client.write_all(&bytes[..some]).await?;
            return hang_up(&client, number);
        }
        client.write_all(&bytes).await?;
    }
    Ok(())
}

/// Delivers a request after its client has given up on it.
fn late(shared: &Arc<Shared>, number: usize, request: &Message) {
    let (pending, request) = (Pending::new(shared), request.clone());
    let shared = Arc::clone(shared);
    #[expect(
        clippy::disallowed_methods,
        reason = "the task outlives the connection"
    )]
    tokio::spawn(async move {
        let _pending = pending;
        sleep(PATIENCE + Duration::from_millis(20)).await;
        drop(shared.forward(number, &request).await);
    });
}

/// Lets the connection close or, for every second request, resets it.
fn hang_up(client: &TcpStream, number: usize) -> io::Result<()> {
    if number.is_multiple_of(2) {
        client.set_zero_linger()?;
    }
    Ok(())
}

impl Shared {
    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap()
    }

    fn note(&self, request: &Message) -> (usize, Step) {
        let (ids, is_for_all) = asked_in(&request.body);
        let mut seen = self.seen();
        let number = seen.requests();
        let step = self.schedule.step(number);
        let arrival = Arrival {
            at: Instant::now(),
            process: request.process(),
            ids,
            is_for_all,
            mishap: step.0,
            own: None,
            status: None,
        };
        (self.on_request)(&arrival);
        seen.0.push(arrival);
        if self.schedule.is_revoked_at(number) {
            self.provider.revoke_key();
        }
        (number, step)
    }

    /// Has the provider carry the request out.
    async fn forward(&self, number: usize, request: &Message) -> io::Result<Reply> {
        let (origin, _) = split(self.provider.base_url());
        let reply = forward(origin, request).await?;
        self.seen().0[number].own = Some((reply.clone(), Instant::now()));
        Ok(reply)
    }
}

struct Pending(Arc<Shared>);

impl Pending {
    fn new(shared: &Arc<Shared>) -> Self {
        shared.pending.fetch_add(1, Ordering::SeqCst);
        Self(Arc::clone(shared))
    }
}

impl Drop for Pending {
    fn drop(&mut self) {
        self.0.pending.fetch_sub(1, Ordering::SeqCst);
    }
}

/// A request or a response, as far as a proxy has to understand it.
#[derive(Clone)]
struct Message {
    /// The first line and the headers, with the empty line after them.
    head: Vec<u8>,
    body: Vec<u8>,
}

impl Message {
    /// The number of the process that the user agent names.
    fn process(&self) -> usize {
        let mut headers = headers(&self.head);
        let agent = headers.find(|(name, _)| name.eq_ignore_ascii_case("user-agent"));
        let process = agent.and_then(|(_, value)| value.split_once("process/"));
        process.unwrap().1.parse().unwrap()
    }
}

/// `host:port` and the path of a URL.
fn split(base_url: &str) -> (&str, &str) {
    let rest = base_url.strip_prefix("http://").unwrap();
    rest.split_once('/').unwrap()
}

/// The next whole message, or `None` if the other side has closed the connection.
async fn read_message(stream: &mut TcpStream) -> io::Result<Option<Message>> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read_u8().await {
            Ok(byte) => head.push(byte),
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
            Err(error) => return Err(error),
        }
    }
    let length = headers(&head).find(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    let length = length.map_or(0, |(_, value)| value.parse().unwrap());
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await?;
    Ok(Some(Message { head, body }))
}

async fn forward(origin: &str, request: &Message) -> io::Result<Reply> {
    let mut server = TcpStream::connect(origin).await?;
    server
        .write_all(&[request.head.as_slice(), &request.body].concat())
        .await?;
    let response = read_message(&mut server).await?;
    let response = response.ok_or(io::ErrorKind::UnexpectedEof)?;
    let status = std::str::from_utf8(&response.head[9..12]).unwrap();
    let headers = headers(&response.head).filter(|(name, _)| name.starts_with("x-"));
    Ok(Reply {
        status: status.parse().unwrap(),
        headers: headers
            .map(|(name, value)| (name.into(), value.into()))
            .collect(),
        body: response.body,
    })
}

fn headers(head: &[u8]) -> impl Iterator<Item = (&str, &str)> {
    let head = std::str::from_utf8(head).unwrap();
    head.lines()
        .skip(1)
        .filter_map(|line| line.split_once(": "))
}

impl Reply {
    fn to_bytes(&self) -> Vec<u8> {
        let mut head = format!(
            "HTTP/1.1 {} Said\r\ncontent-length: {}\r\n",
            self.status,
            self.body.len()
        );
        for (name, value) in &self.headers {
            head.extend([name, ": ", value, "\r\n"]);
        }
        head.push_str("\r\n");
        [head.into_bytes(), self.body.clone()].concat()
    }
}
