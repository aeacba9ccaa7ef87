//! A proxy between the client and a mock. It does to each request what a schedule says.
//!
//! The proxy speaks HTTP/1.1 by hand over plain sockets, because no HTTP library can be made to stop in the
//! middle of a header.

use std::collections::BTreeSet;
use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::sleep;

use super::mishap::{Reply, asked_in};
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
    origin: String,
    revoke_key: Box<dyn Fn() + Send + Sync>,
    seen: Mutex<Seen>,
    /// How many requests the proxy still has to deliver or to answer.
    pending: AtomicUsize,
}

#[derive(Clone, Default)]
pub(super) struct Seen {
    pub(super) requests: usize,
    pub(super) named: BTreeSet<String>,
    /// How many `delete_all_scheduled` requests got no 429.
    pub(super) all_scheduled: usize,
    pub(super) throttled: usize,
}

impl Chaos {
    /// A proxy in front of the server at `origin`, which is `host:port`.
    pub(super) async fn in_front_of(
        origin: String,
        schedule: &Schedule,
        revoke_key: impl Fn() + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let shared = Arc::new(Shared {
            schedule: schedule.clone(),
            origin,
            revoke_key: Box::new(revoke_key),
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

    pub(super) fn address(&self) -> SocketAddr {
        self.address
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
            Acted::Before => Some(forward(&shared.origin, &request).await?),
            Acted::Late => {
                late(shared, &request);
                None
            }
        };
        sleep(Duration::from_millis(ms.into())).await;
        if let Mishap::Slow(_) = mishap {
            sleep(PATIENCE).await;
        }
        let answer = mishap.answer(own);
        shared.note_answer(&request, answer.as_ref());
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
fn late(shared: &Arc<Shared>, request: &Message) {
    let (pending, request) = (Pending::new(shared), request.clone());
    let origin = shared.origin.clone();
    #[expect(
        clippy::disallowed_methods,
        reason = "the task outlives the connection"
    )]
    tokio::spawn(async move {
        let _pending = pending;
        sleep(PATIENCE + Duration::from_millis(20)).await;
        drop(forward(&origin, &request).await);
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
        let (ids, _) = asked_in(&request.body);
        let mut seen = self.seen();
        let number = seen.requests;
        seen.requests += 1;
        seen.named.extend(ids);
        if self.schedule.is_revoked_at(number) {
            (self.revoke_key)();
        }
        (number, self.schedule.step(number))
    }

    fn note_answer(&self, request: &Message, answer: Option<&Reply>) {
        let throttled = answer.is_some_and(|reply| reply.status == 429);
        let mut seen = self.seen();
        seen.throttled += usize::from(throttled);
        seen.all_scheduled += usize::from(asked_in(&request.body).1 && !throttled);
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
