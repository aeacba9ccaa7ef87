//! A server that speaks HTTP/1 byte by byte, over TCP or TLS, on loopback.

use std::future::pending;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use super::tls::{self, Certificate};

/// What a server does about one request.
#[derive(Clone, Debug)]
pub(crate) struct Act {
    reads: Reads,
    parts: Vec<Part>,
    ends: Ends,
    /// What the server does instead on a connection without an earlier request.
    on_a_fresh_connection: Option<Box<Act>>,
}

/// How much is read before anything is written.
#[derive(Clone, Copy, Debug)]
enum Reads {
    Nothing,
    FirstByte,
    Request,
}

#[derive(Clone, Debug)]
enum Part {
    Bytes(Vec<u8>),
    /// These bytes again and again, with this pause in between.
    Forever(Vec<u8>, Duration),
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Ends {
    KeepAlive,
    Fin,
    Rst,
    Silence,
}

impl Act {
    pub(crate) fn accept(ends: Ends) -> Self {
        Self {
            reads: Reads::Nothing,
            parts: Vec::new(),
            ends,
            on_a_fresh_connection: None,
        }
    }

    pub(crate) fn read_a_byte(ends: Ends) -> Self {
        Self {
            reads: Reads::FirstByte,
            ..Self::accept(ends)
        }
    }

    /// Reads a whole request and writes these bytes.
    pub(crate) fn write(bytes: impl Into<Vec<u8>>, ends: Ends) -> Self {
        Self {
            reads: Reads::Request,
            parts: vec![Part::Bytes(bytes.into())],
            ..Self::accept(ends)
        }
    }

    pub(crate) fn answer(bytes: impl Into<Vec<u8>>) -> Self {
        Self::write(bytes, Ends::KeepAlive)
    }

    /// Reads a whole request, writes `first`, and then writes `then` again and again.
    pub(crate) fn write_forever(
        first: impl Into<Vec<u8>>,
        then: impl Into<Vec<u8>>,
        every: Duration,
    ) -> Self {
        let mut act = Self::write(first, Ends::Silence);
        act.parts.push(Part::Forever(then.into(), every));
        act
    }

    pub(crate) fn but_on_a_fresh_connection(mut self, act: Self) -> Self {
        self.on_a_fresh_connection = Some(Box::new(act));
        self
    }
}

/// After this time, the client has read what was written.
pub(crate) const ARRIVAL: Duration = Duration::from_millis(50);

/// How a server speaks below HTTP.
#[derive(Clone, Debug)]
pub(crate) enum Layer {
    Tcp,
    Tls(Certificate),
}

/// A server, which ends when this value is dropped.
#[derive(Debug)]
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    pub(crate) tally: Arc<Tally>,
    _tasks: JoinSet<()>,
}

#[derive(Debug, Default)]
pub(crate) struct Tally {
    /// The number of the act that the server performs now.
    pub(crate) act: AtomicUsize,
    /// How many whole requests arrived.
    pub(crate) requests: AtomicU32,
    /// The headers of each HTTP/2 request, as HPACK has them.
    pub(crate) header_blocks: Mutex<Vec<Vec<u8>>>,
}

impl Server {
    /// Starts a server that answers every request with the act that the tally names.
    pub(crate) async fn start(layer: Layer, acts: Vec<Act>) -> Self {
        let acts = Arc::new(acts);
        Self::serve(move |stream, tally| {
            let (layer, acts) = (layer.clone(), Arc::clone(&acts));
            async move {
                match layer {
                    Layer::Tcp => perform(stream, |tcp| tcp, &acts, &tally).await,
                    Layer::Tls(certificate) => {
                        let acceptor = tls::acceptor(&certificate, &[b"http/1.1"]);
                        let stream = acceptor.accept(stream).await?;
                        perform(stream, |tls| tls.get_mut().0, &acts, &tally).await
                    }
                }
            }
        })
        .await
    }

    /// Starts a server that hands each connection to `connection`.
    pub(crate) async fn serve<C, F>(connection: C) -> Self
    where
        C: Fn(TcpStream, Arc<Tally>) -> F + Send + 'static,
        F: Future<Output = io::Result<()>> + Send + 'static,
    {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let tally = Arc::<Tally>::default();
        let mut tasks = JoinSet::new();
        let counted = Arc::clone(&tally);
        tasks.spawn(async move {
            let mut connections = JoinSet::new();
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let served = connection(stream, Arc::clone(&counted));
                // The client may hang up at any time.
                connections.spawn(async move { drop(served.await) });
            }
        });
        Self {
            address,
            tally,
            _tasks: tasks,
        }
    }
}

async fn perform<S>(
    mut stream: S,
    socket: impl Fn(&mut S) -> &mut TcpStream,
    acts: &[Act],
    tally: &Tally,
) -> io::Result<()>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let mut served = 0;
    let mut unread = Vec::new();
    loop {
        // A connection may be idle before its first request and before every later one, so the act is
        // chosen only when a request comes.
        let waits = served > 0 || !matches!(current(acts, tally).reads, Reads::Nothing);
        if waits && unread.is_empty() && stream.read_buf(&mut unread).await? == 0 {
            return Ok(());
        }
        let act = current(acts, tally);
        let act = match &act.on_a_fresh_connection {
            Some(other) if served == 0 => other,
            _ => act,
        };
        match act.reads {
            Reads::Nothing | Reads::FirstByte => {}
            Reads::Request => {
                read_request(&mut stream, &mut unread).await?;
                tally.requests.fetch_add(1, Ordering::SeqCst);
            }
        }
        for part in &act.parts {
            match part {
                Part::Bytes(bytes) => stream.write_all(bytes).await?,
                Part::Forever(bytes, every) => loop {
                    stream.write_all(bytes).await?;
                    stream.flush().await?;
                    tokio::time::sleep(*every).await;
                },
            }
        }
        stream.flush().await?;
        served += 1;
        match act.ends {
            Ends::KeepAlive => {}
            Ends::Fin => {
                // This closes the connection below TLS, without TLS's own farewell. The server reads on,
                // because closing a socket that has unread bytes resets the connection.
                let socket = socket(&mut stream);
                socket.shutdown().await?;
                while socket.read_buf(&mut unread).await? > 0 {
                    unread.clear();
                }
                return Ok(());
            }
            Ends::Rst => {
                // A reset may overtake what was written, and then the client never gets that.
                if !act.parts.is_empty() {
                    tokio::time::sleep(ARRIVAL).await;
                }
                return socket(&mut stream).set_zero_linger();
            }
            Ends::Silence => pending().await,
        }
    }
}

fn current<'a>(acts: &'a [Act], tally: &Tally) -> &'a Act {
    &acts[tally.act.load(Ordering::SeqCst).min(acts.len() - 1)]
}

/// Removes one request from the front of what was read. Reads on until that request is whole.
async fn read_request<S>(stream: &mut S, unread: &mut Vec<u8>) -> io::Result<()>
where
    S: AsyncRead + Unpin,
{
    loop {
        if let Some(length) = whole_request(unread) {
            unread.drain(..length);
            return Ok(());
        }
        if stream.read_buf(unread).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
}

fn whole_request(bytes: &[u8]) -> Option<usize> {
    const BLANK_LINE: &[u8] = b"\r\n\r\n";
    let head = bytes
        .windows(BLANK_LINE.len())
        .position(|bytes| bytes == BLANK_LINE)?;
    let lines = std::str::from_utf8(&bytes[..head]).unwrap().lines();
    let length: usize = lines
        .filter_map(|line| line.split_once(':'))
        .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
        .map_or(0, |(_, length)| length.trim().parse().unwrap());
    let whole = head + BLANK_LINE.len() + length;
    (bytes.len() >= whole).then_some(whole)
}
