//! The simplest server that keeps a connection alive. It has a thread for each connection and no HTTP library,
//! so that the benchmarks measure the client.

use std::collections::HashSet;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use super::answers;

/// A server on a thread of this process, which counts its requests.
pub struct Responder {
    pub address: SocketAddr,
    received: Arc<AtomicUsize>,
}

impl Responder {
    /// `answer` gets the number of a request, from 1, and its body. If it returns `None`, the server hangs up.
    pub fn start<F>(answer: F) -> Self
    where
        F: Fn(usize, &str) -> Option<Vec<u8>> + Send + Sync + 'static,
    {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
        let address = listener.local_addr().expect("an address");
        let received = Arc::new(AtomicUsize::new(0));
        let (answer, counter) = (Arc::new(answer), Arc::clone(&received));
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (answer, counter) = (Arc::clone(&answer), Arc::clone(&counter));
                thread::spawn(move || converse(stream, &*answer, &counter));
            }
        });
        Self { address, received }
    }

    /// How many whole requests have arrived.
    pub fn received(&self) -> usize {
        self.received.load(Ordering::SeqCst)
    }
}

fn converse(
    stream: TcpStream,
    answer: &dyn Fn(usize, &str) -> Option<Vec<u8>>,
    counter: &AtomicUsize,
) -> Option<()> {
    stream.set_nodelay(true).ok()?;
    let mut writer = stream.try_clone().ok()?;
    let mut reader = BufReader::new(stream);
    let mut body = String::new();
    loop {
        read_request(&mut reader, &mut body)?;
        let number = counter.fetch_add(1, Ordering::SeqCst) + 1;
        writer.write_all(&answer(number, &body)?).ok()?;
    }
}

fn read_request(reader: &mut impl BufRead, body: &mut String) -> Option<()> {
    let (mut line, mut length) = (String::new(), 0);
    loop {
        line.clear();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        if line == "\r\n" {
            break;
        }
        if let Some((name, value)) = line.split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            length = value.trim().parse().ok()?;
        }
    }
    body.clear();
    let mut content = reader.take(length);
    content.read_to_string(body).ok()?;
    Some(())
}

/// A server in a child process, which ends when this value is dropped.
pub struct ServerProcess {
    pub address: SocketAddr,
    process: Child,
}

const RESPOND: &str = "respond";

impl ServerProcess {
    /// Starts this program again as the server. Its `main` must call [`respond_if_asked`] first.
    pub fn start(latency: Duration) -> Self {
        let program = std::env::current_exe().expect("this program's path");
        let mut process = Command::new(program)
            .args([RESPOND, &latency.as_millis().to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("a second process");
        let stdout = process.stdout.take().expect("its output");
        let mut address = String::new();
        let _ = BufReader::new(stdout).read_line(&mut address);
        Self {
            address: address.trim().parse().expect("its address"),
            process,
        }
    }
}

impl Drop for ServerProcess {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Runs the server and never returns, if this process was started for that.
#[allow(
    clippy::disallowed_methods,
    reason = "a server that takes its time, on a thread of its own"
)]
pub fn respond_if_asked() {
    let mut arguments = std::env::args().skip(1);
    if arguments.next().as_deref() != Some(RESPOND) {
        return;
    }
    let latency = arguments.next().and_then(|argument| argument.parse().ok());
    let latency = Duration::from_millis(latency.unwrap_or_default());
    let answer = answers::http(answers::ONE_POST);
    let responder = Responder::start(move |_, _| {
        if !latency.is_zero() {
            thread::sleep(latency);
        }
        Some(answer.clone())
    });
    println!("{}", responder.address);
    // Standard input ends when the process that started this one ends.
    let _ = std::io::copy(&mut std::io::stdin(), &mut std::io::sink());
    std::process::exit(0);
}

/// Which requests lose their answer: one in a hundred of the first `of`, drawn from a fixed seed.
pub fn one_in_a_hundred(seed: u64, of: usize) -> HashSet<usize> {
    let mut random = fastrand::Rng::with_seed(seed);
    (1..=of).filter(|_| random.u32(0..100) == 0).collect()
}
