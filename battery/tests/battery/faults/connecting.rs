//! No connection, or one that must not be used.

use std::future::pending;
use std::io;
use std::net::Ipv4Addr;
use std::time::Duration;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use tokio::net::{TcpSocket, TcpStream};

use super::answers::success;
use super::row::{Http, Row, Site, plain};
use super::server::{Act, Ends, Layer, Server};
use super::tls::Certificate;

pub(crate) fn rows() -> Vec<Row> {
    let mut rows = vec![
        Row::at("refuses the connection", || async {
            // The socket is bound but never listens, so that no other server gets this port meanwhile.
            let socket = TcpSocket::new_v4().unwrap();
            socket.bind((Ipv4Addr::LOCALHOST, 0).into()).unwrap();
            let address = socket.local_addr().unwrap();
            Site {
                kept: Box::new(socket),
                ..Site::unreachable(format!("http://{address}"), plain())
            }
        }),
        resolved_by("has a name that DNS doesn't know", Dns::Fails),
        resolved_by("has a name without an address", Dns::FindsNothing),
        resolved_by("has a name for which DNS never answers", Dns::IsSilent),
    ];
    if cfg!(target_os = "linux") {
        rows.push(Row::at("doesn't answer the SYN (a black hole)", black_hole));
    }
    rows.extend([
        Row::at("speaks plain HTTP where the client expects TLS", || async {
            let acts = vec![Act::read_a_byte(Ends::Fin), success()];
            let server = Server::start(Layer::Tcp, acts).await;
            Site::over(server, "https", plain())
        }),
        Row::at(
            "accepts the connection, then stays silent where the client expects TLS",
            || async {
                let server = Server::start(Layer::Tcp, vec![Act::accept(Ends::Silence)]).await;
                Site::over(server, "https", plain())
            },
        ),
        Row::at("speaks TLS where the client expects plain HTTP", || async {
            let layer = Layer::Tls(Certificate::of("127.0.0.1"));
            let server = Server::start(layer, vec![success()]).await;
            Site::over(server, "http", plain())
        }),
        Row::at(
            "presents a certificate that the client doesn't trust",
            || async {
                let (shown, trusted) = (Certificate::of("127.0.0.1"), Certificate::of("127.0.0.1"));
                certified(shown, trusted).await
            },
        ),
        Row::at("presents a certificate for another name", || async {
            let shown = Certificate::of("elsewhere.example");
            certified(shown.clone(), shown).await
        }),
        Row::new(
            "accepts the connection, then closes it (FIN)",
            [Act::accept(Ends::Fin)],
        )
        .races(),
        Row::new(
            "accepts the connection, then resets it (RST)",
            [Act::accept(Ends::Rst)],
        )
        .races(),
        Row::new(
            "accepts the connection, then stays silent",
            [Act::accept(Ends::Silence)],
        ),
    ]);
    rows
}

/// A listener whose queue is full: Linux answers no further SYN.
async fn black_hole() -> Site {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind((Ipv4Addr::LOCALHOST, 0).into()).unwrap();
    let listener = socket.listen(0).unwrap();
    let address = listener.local_addr().unwrap();
    let mut queue = Vec::new();
    let connect = || tokio::time::timeout(Duration::from_millis(200), TcpStream::connect(address));
    while let Ok(connection) = connect().await {
        queue.push(connection.unwrap());
    }
    Site {
        kept: Box::new((listener, queue)),
        ..Site::unreachable(format!("http://{address}"), plain())
    }
}

async fn certified(shown: Certificate, trusted: Certificate) -> Site {
    let server = Server::start(Layer::Tls(shown), vec![success()]).await;
    Site::over(server, "https", Box::new(move |http| trusted.trusted(http)))
}

/// A resolver of the test's own, so that nothing leaves the machine.
#[derive(Clone, Copy)]
enum Dns {
    Fails,
    FindsNothing,
    IsSilent,
}

impl Resolve for Dns {
    fn resolve(&self, _: Name) -> Resolving {
        match self {
            Self::Fails => Box::pin(async { Err(io::Error::other("no such name").into()) }),
            Self::FindsNothing => Box::pin(async { Ok(Box::new(std::iter::empty()) as Addrs) }),
            Self::IsSilent => Box::pin(pending()),
        }
    }
}

fn resolved_by(fault: &str, dns: Dns) -> Row {
    Row::at(fault, move || async move {
        let http: Http = Box::new(move |http| plain()(http).dns_resolver(dns));
        Site::unreachable("https://provider.example/api", http)
    })
}
