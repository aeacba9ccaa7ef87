//! HTTP/2 over TLS, frame by frame, because no server library can be made to send these frames.

use std::io;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::server::TlsStream;

use super::answers::success_json;
use super::row::{Row, Site};
use super::server::{ARRIVAL, Ends, Server, Tally};
use super::tls::{self, Certificate};

/// What a server does about one request.
#[derive(Clone, Copy)]
pub(crate) struct Act {
    /// Makes the frames of the answer on a stream.
    frames: fn(u32) -> Vec<u8>,
    ends: Ends,
}

const DATA: u8 = 0;
const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const PING: u8 = 6;
const GOAWAY: u8 = 7;

const ACK: u8 = 1;
const END_STREAM: u8 = 1;
const END_HEADERS: u8 = 4;

const MAX_CONCURRENT_STREAMS: u16 = 3;
const INITIAL_WINDOW_SIZE: u16 = 4;

const NO_ERROR: u32 = 0;
const INTERNAL_ERROR: u32 = 2;
const REFUSED_STREAM: u32 = 7;
const CANCEL: u32 = 8;
const ENHANCE_YOUR_CALM: u32 = 11;
const HTTP_1_1_REQUIRED: u32 = 13;

pub(crate) const ANSWER: Act = Act {
    frames: answer,
    ends: Ends::KeepAlive,
};

#[allow(clippy::too_many_lines, reason = "a table, a row at a time")]
pub(crate) fn rows() -> Vec<Row> {
    let keeps = |fault, frames| row(fault, [Act { frames, ..ANSWER }]);
    let then = |fault, frames, ends| row(fault, [Act { frames, ends }]);
    let next_call =
        |fault, frames| row(fault, [Act { frames, ..ANSWER }, ANSWER]).on_the_second_call();
    vec![
        row("answers", [ANSWER]).may_succeed(),
        keeps(
            "reads the request, then sends RST_STREAM (REFUSED_STREAM)",
            |stream| reset(stream, REFUSED_STREAM),
        ),
        keeps(
            "reads the request, then sends RST_STREAM (INTERNAL_ERROR)",
            |stream| reset(stream, INTERNAL_ERROR),
        ),
        keeps(
            "reads the request, then sends RST_STREAM (CANCEL)",
            |stream| reset(stream, CANCEL),
        ),
        keeps(
            "reads the request, then sends RST_STREAM (NO_ERROR)",
            |stream| reset(stream, NO_ERROR),
        ),
        keeps(
            "reads the request, then sends RST_STREAM (HTTP_1_1_REQUIRED)",
            |stream| reset(stream, HTTP_1_1_REQUIRED),
        ),
        keeps(
            "sends an answer without its end, then RST_STREAM (INTERNAL_ERROR)",
            |stream| [unfinished(stream), reset(stream, INTERNAL_ERROR)].concat(),
        ),
        then(
            "reads the request, then sends a GOAWAY that excludes it, and closes (FIN)",
            |_| goaway(0, NO_ERROR),
            Ends::Fin,
        ),
        then(
            "reads the request, then sends a GOAWAY that includes it, and closes (FIN)",
            |stream| goaway(stream, NO_ERROR),
            Ends::Fin,
        ),
        then(
            "reads the request, then sends GOAWAY (ENHANCE_YOUR_CALM), and closes (FIN)",
            |stream| goaway(stream, ENHANCE_YOUR_CALM),
            Ends::Fin,
        ),
        then(
            "reads the request, then sends GOAWAY, and still answers",
            |stream| [goaway(stream, NO_ERROR), answer(stream)].concat(),
            Ends::KeepAlive,
        )
        .may_succeed(),
        next_call(
            "answers, then sends GOAWAY on the idle connection: the next call",
            |stream| [answer(stream), goaway(stream, NO_ERROR)].concat(),
        )
        .may_succeed(),
        row(
            "answers, then resets the idle connection (RST): the next call",
            [
                Act {
                    ends: Ends::Rst,
                    ..ANSWER
                },
                ANSWER,
            ],
        )
        .on_the_second_call()
        .may_succeed(),
        then(
            "reads the request, then closes (FIN)",
            |_| Vec::new(),
            Ends::Fin,
        ),
        then(
            "reads the request, then resets (RST)",
            |_| Vec::new(),
            Ends::Rst,
        ),
        then(
            "reads the request, then stays silent",
            |_| Vec::new(),
            Ends::Silence,
        ),
        then(
            "sends the headers, then stalls",
            |stream| frame(HEADERS, END_HEADERS, stream, OK),
            Ends::Silence,
        ),
        then(
            "sends an answer without its end, then closes (FIN)",
            unfinished,
            Ends::Fin,
        ),
        keeps("sends headers that can't be decoded", |stream| {
            frame(HEADERS, END_HEADERS, stream, &[0xff; 8])
        }),
        keeps(
            "answers on a stream that the client didn't open",
            |stream| answer(stream + 2),
        ),
        next_call(
            "answers, then allows no further stream: the next call",
            |stream| [answer(stream), setting(MAX_CONCURRENT_STREAMS, 0)].concat(),
        ),
        next_call(
            "answers, then allows no further body to be sent: the next call",
            |stream| [answer(stream), setting(INITIAL_WINDOW_SIZE, 0)].concat(),
        ),
    ]
}

fn row<const N: usize>(fault: &str, acts: [Act; N]) -> Row {
    Row::at(fault, move || site(acts.to_vec()))
}

pub(crate) async fn site(acts: Vec<Act>) -> Site {
    let certificate = Certificate::of("127.0.0.1");
    let acceptor = tls::acceptor(&certificate, &[b"h2"]);
    let acts = Arc::new(acts);
    let server = Server::serve(move |stream, tally| {
        let (acceptor, acts) = (acceptor.clone(), Arc::clone(&acts));
        async move { perform(acceptor.accept(stream).await?, &acts, &tally).await }
    });
    Site::over(
        server.await,
        "https",
        Box::new(move |http| certificate.trusted(http)),
    )
}

async fn perform(mut stream: TlsStream<TcpStream>, acts: &[Act], tally: &Tally) -> io::Result<()> {
    const PREFACE: usize = 24;
    stream.read_exact(&mut [0; PREFACE]).await?;
    let act = || acts[tally.act.load(Ordering::SeqCst).min(acts.len() - 1)];
    stream.write_all(&frame(SETTINGS, 0, 0, &[])).await?;
    stream.flush().await?;
    loop {
        let mut head = [0; 9];
        stream.read_exact(&mut head).await?;
        let [a, b, c, kind, flags, ref id @ ..] = head;
        let id = u32::from_be_bytes(*id) & !(1 << 31);
        let mut payload = vec![0; u32::from_be_bytes([0, a, b, c]) as usize];
        stream.read_exact(&mut payload).await?;
        match kind {
            SETTINGS | PING if flags & ACK == 0 => {
                let payload = if kind == PING { payload } else { Vec::new() };
                stream.write_all(&frame(kind, ACK, 0, &payload)).await?;
            }
            HEADERS => tally.header_blocks.lock().unwrap().push(payload),
            DATA if flags & END_STREAM != 0 => {
                tally.requests.fetch_add(1, Ordering::SeqCst);
                let act = act();
                stream.write_all(&(act.frames)(id)).await?;
                stream.flush().await?;
                let socket = stream.get_mut().0;
                match act.ends {
                    Ends::KeepAlive | Ends::Silence => {}
                    Ends::Rst => {
                        tokio::time::sleep(ARRIVAL).await;
                        return socket.set_zero_linger();
                    }
                    Ends::Fin => {
                        socket.shutdown().await?;
                        while socket.read(&mut [0; 1024]).await? > 0 {}
                        return Ok(());
                    }
                }
            }
            _ => {}
        }
        stream.flush().await?;
    }
}

/// `:status: 200`, from HPACK's table.
const OK: &[u8] = &[0x88];

fn answer(stream: u32) -> Vec<u8> {
    let data = frame(DATA, END_STREAM, stream, success_json().as_bytes());
    [frame(HEADERS, END_HEADERS, stream, OK), data].concat()
}

/// An answer with all of its body, but without the end of the stream.
fn unfinished(stream: u32) -> Vec<u8> {
    let data = frame(DATA, 0, stream, success_json().as_bytes());
    [frame(HEADERS, END_HEADERS, stream, OK), data].concat()
}

fn reset(stream: u32, reason: u32) -> Vec<u8> {
    frame(RST_STREAM, 0, stream, &reason.to_be_bytes())
}

/// `last` is the last stream that the server has looked at.
fn goaway(last: u32, reason: u32) -> Vec<u8> {
    frame(
        GOAWAY,
        0,
        0,
        [last, reason].map(u32::to_be_bytes).as_flattened(),
    )
}

fn setting(name: u16, value: u32) -> Vec<u8> {
    let payload = [&name.to_be_bytes()[..], &value.to_be_bytes()].concat();
    frame(SETTINGS, 0, 0, &payload)
}

fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    let head = [&length[1..], &[kind, flags], &stream.to_be_bytes()].concat();
    [&head, payload].concat()
}
