//! One HTTP attempt: where it may go, how its answer is read, and whether anything was sent.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use unpost::ayrshare::{Client, ClientBuilder, DeleteRequest};
use unpost::{Error, ErrorKind, Fate, Retry};

use crate::support::{Server, Step};

const SUCCESS: &str = r#"{"status":"success"}"#;

async fn delete(builder: ClientBuilder) -> Result<(), Error> {
    let client = builder.retry(Retry::never()).build()?;
    client.delete(DeleteRequest::by_id("a")).await.map(drop)
}

/// The error of an attempt that this step answers. Asserts that the server got only one request.
async fn error_after(step: Step) -> Error {
    let server = Server::start([step]).await;
    let error = delete(server.ayrshare()).await.unwrap_err();
    assert_eq!(server.count(), 1);
    error
}

fn assert_uncertain(error: &Error, kind: ErrorKind, case: &str) {
    assert_eq!(error.kind(), kind, "{case}");
    assert!(error.is_uncertain(), "{case}");
    let fate = &error.outcomes()[0].fate;
    assert!(
        matches!(fate, Fate::Uncertain(failure) if failure.kind == kind),
        "{case}: {fate:?}"
    );
}

fn assert_nothing_was_sent(error: &Error, case: &str) {
    assert_eq!(error.kind(), ErrorKind::Connect, "{case}");
    assert!(!error.is_uncertain() && error.is_retryable(), "{case}");
    let fate = &error.outcomes()[0].fate;
    assert!(matches!(fate, Fate::NotAttempted(_)), "{case}: {fate:?}");
    assert!(std::error::Error::source(error).is_some(), "{case}");
}

#[test]
fn only_https_or_loopback_is_spoken_to() {
    let build = |url: &str| Client::builder("KEY").base_url(url).build();
    for url in [
        "https://api.ayrshare.com/api",
        "HTTPS://gateway.example/a/b/",
        "https://10.0.0.1:8443",
        "http://localhost:8080",
        "http://LocalHost",
        "http://127.0.0.1:1/api",
        "http://127.8.9.10",
        "http://[::1]:8080",
        "http://[::ffff:127.0.0.1]",
    ] {
        assert!(build(url).is_ok(), "{url}");
    }
    for url in [
        "http://api.ayrshare.com/api",
        "http://10.0.0.1",
        "http://0.0.0.0",
        "http://[::]",
        "http://128.0.0.1",
        "http://localhost.example",
        "http://example.localhost",
        "http://127.0.0.1.example",
        "http://127.0.0.1@example.com",
        "http://[::ffff:10.0.0.1]",
        "https://user@api.ayrshare.com",
        "https://user:password@api.ayrshare.com",
        "https://api.ayrshare.com/api?key=1",
        "https://api.ayrshare.com/api#there",
        "https://api.ayrshare.com:0",
        "http://localhost:0/api",
        "ftp://localhost",
        "file:///etc/hosts",
        "unix:/run/socket",
        "api.ayrshare.com",
        "/api",
        "https://",
        "",
    ] {
        let error = build(url).expect_err(url);
        assert_eq!(error.kind(), ErrorKind::Invalid, "{url}");
    }
    let error = build("http://api.ayrshare.com/api").unwrap_err();
    assert!(error.to_string().contains("use HTTPS"), "{error}");
}

/// A URL parser strips tabs and line breaks, and reads `\` as `/`: the host that it finds is another one than
/// the text shows.
#[test]
fn a_base_url_with_white_space_a_control_character_or_a_backslash_is_refused_before_it_is_parsed() {
    let build = |url: &str| Client::builder("KEY").base_url(url).build();
    let base = "https://user:PASSWORD@api.ayrshare.com";
    for (found, words) in [
        ("\t.evil.example", "white space"),
        ("\n.evil.example", "white space"),
        ("\r\n", "white space"),
        (" ", "white space"),
        ("/a b", "white space"),
        ("\u{a0}", "white space"),
        ("\u{2028}", "white space"),
        ("\u{feff}", "invisible"),
        ("\u{200b}", "invisible"),
        ("/\0", "control character"),
        ("/\u{7f}", "control character"),
        ("\\.evil.example", "backslash"),
        ("/api\\", "backslash"),
    ] {
        for url in [format!("{base}{found}"), format!("{found}{base}")] {
            let error = build(&url).expect_err(&url);
            assert_eq!(error.kind(), ErrorKind::Invalid, "{url:?}");
            let text = format!("{error} {error:?}");
            assert!(text.contains(words), "{url:?}: {text}");
            assert!(!text.contains("PASSWORD"), "{url:?}: {text}");
        }
    }
}

#[test]
fn a_base_url_whose_host_is_not_the_one_that_a_person_reads_is_refused() {
    for url in [
        "https://\u{ff41}pi.ayrshare.com/api",
        "https://api.ayrshare.com\u{3002}evil.example",
        "https://%61pi.ayrshare.com",
        "https:///api.ayrshare.com",
        "https:api.ayrshare.com",
        "https://1.2.3",
    ] {
        let error = Client::builder("KEY").base_url(url).build();
        let error = error.expect_err(url).to_string();
        assert!(error.contains("names its host"), "{url}: {error}");
    }
    for url in [
        "https://API.ayrshare.com:8443/a@b",
        "http://[0:0:0:0:0:0:0:1]:80",
    ] {
        Client::builder("KEY").base_url(url).build().expect(url);
    }
}

#[test]
fn an_attempt_timeout_of_zero_is_refused_when_the_client_is_built() {
    let builder = unpost::ayrshare::Client::builder("KEY").attempt_timeout(Duration::ZERO);
    assert_eq!(builder.build().unwrap_err().kind(), ErrorKind::Invalid);
}

#[tokio::test]
async fn a_redirect_is_an_answer_and_the_other_origin_gets_nothing() {
    for status in [301, 302, 303, 307, 308] {
        let other = Server::start([Step::json(200, SUCCESS)]).await;
        let location = format!("location: {}/post", other.url());
        // The body reads as a success, which must not count.
        let server = Server::start([Step::answer(status, &[&location], SUCCESS)]).await;
        let eager = server.ayrshare().profile_key("PROFILE").http(|http| {
            let follow = reqwest::redirect::Policy::limited(10);
            http.redirect(follow)
        });
        let error = delete(eager).await.unwrap_err();
        assert_uncertain(&error, ErrorKind::UnexpectedResponse, &status.to_string());
        assert_eq!(error.http_status(), Some(status));
        assert_eq!((server.count(), other.connections()), (1, 0), "{status}");
    }
}

#[tokio::test]
async fn an_answer_past_the_limit_is_an_error_and_one_at_the_limit_is_read() {
    let padded = |length| format!("{SUCCESS:length$}");
    let chunked = |body: String| {
        let (one, two) = body.split_at(50);
        Step::raw(format!(
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n32\r\n{one}\r\n{:x}\r\n{two}\r\n0\r\n\r\n",
            two.len()
        ))
    };
    let limited = |server: &Server| server.ayrshare().max_response_bytes(100);
    for (case, fits, too_large) in [
        (
            "with a length",
            Step::json(200, &padded(100)),
            Step::json(200, &padded(101)),
        ),
        ("in chunks", chunked(padded(100)), chunked(padded(101))),
    ] {
        let server = Server::start([fits]).await;
        delete(limited(&server)).await.expect(case);
        let server = Server::start([too_large]).await;
        let error = delete(limited(&server)).await.unwrap_err();
        assert_uncertain(&error, ErrorKind::UnexpectedResponse, case);
    }
    // The default limit is 8 MiB. A longer `content-length` is an error before any of the body arrives.
    let length = 8 * 1024 * 1024 + 1;
    let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n");
    let error = error_after(Step::raw(head)).await;
    assert_uncertain(&error, ErrorKind::UnexpectedResponse, "8 MiB and a byte");
}

#[tokio::test]
async fn a_compressed_answer_is_not_unpacked() {
    // `{"status":"success"}`, compressed with gzip.
    let gzipped = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\xabV*.I,)-V\xb2R*.MNN-.V\xaa\x05\x00\x98A\xd2}\x14\x00\x00\x00";
    let error = error_after(Step::answer(200, &["content-encoding: gzip"], gzipped)).await;
    assert_uncertain(&error, ErrorKind::UnexpectedResponse, "gzip");
}

#[tokio::test]
async fn an_answer_that_is_not_the_providers_is_uncertain_and_ends_the_call() {
    for (case, step) in [
        (
            "a page",
            Step::answer(
                200,
                &["content-type: text/html"],
                "<html>All is well</html>",
            ),
        ),
        ("no content", Step::raw("HTTP/1.1 204 No Content\r\n\r\n")),
        ("an empty body", Step::answer(200, &[], "")),
        (
            "half of a JSON text",
            Step::json(200, r#"{"status":"success""#),
        ),
        (
            "more than one JSON text",
            Step::json(200, r#"{"status":"success"}{}"#),
        ),
        (
            "not UTF-8",
            Step::answer(200, &[], b"{\"status\":\"success\",\"a\":\"\xff\"}"),
        ),
        (
            "a redirect, and cut",
            Step::answer(302, &["location: /"], "elsewhere").cut(1),
        ),
        (
            "a cached answer's validation",
            Step::raw("HTTP/1.1 304 Not Modified\r\n\r\n"),
        ),
    ] {
        let server = Server::start([step]).await;
        let client = server.ayrshare().build().unwrap();
        let error = client.delete(DeleteRequest::by_id("a")).await.unwrap_err();
        assert_uncertain(&error, ErrorKind::UnexpectedResponse, case);
        assert_eq!((server.count(), error.attempts()), (1, 1), "{case}");
    }
}

#[tokio::test]
async fn an_answer_that_is_lost_or_cut_is_disconnected_and_uncertain() {
    let chunks = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n14\r\n{\"status\":\"success\"}\r\n0\r\n\r\n";
    let answer = Step::json(200, SUCCESS);
    for (case, step, status) in [
        ("hung up on", Step::hang_up(), None),
        ("reset", Step::reset(), None),
        ("cut in its head", answer.clone().cut(30), None),
        ("cut in its body", answer.clone().cut(1), Some(200)),
        (
            "cut in its last chunk's end",
            Step::raw(chunks).cut(5),
            Some(200),
        ),
        ("not HTTP", Step::raw("\0\0nonsense\r\n\r\n"), None),
    ] {
        let error = error_after(step).await;
        assert_uncertain(&error, ErrorKind::Disconnected, case);
        assert_eq!(error.http_status(), status, "{case}");
    }
}

#[tokio::test]
async fn the_attempt_timeout_covers_the_body_too() {
    let slow = Step::json(200, SUCCESS).drip(8, Duration::from_millis(100));
    for (case, step) in [("stalled", Step::stall()), ("dripping", slow.clone())] {
        let server = Server::start([step]).await;
        let hurried = server
            .ayrshare()
            .attempt_timeout(Duration::from_millis(100));
        let error = delete(hurried).await.unwrap_err();
        assert_uncertain(&error, ErrorKind::Timeout, case);
        assert_eq!(server.count(), 1, "{case}");
    }
    let server = Server::start([slow]).await;
    delete(server.ayrshare()).await.unwrap();
}

#[tokio::test]
async fn without_a_connection_nothing_was_sent_whatever_the_failure_is_called() {
    // A port that is bound but not listened on refuses connections.
    let refusing = TcpSocket::new_v4().unwrap();
    refusing.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let address = refusing.local_addr().unwrap();
    let at = |url: String| Client::builder("KEY").base_url(url);
    let error = delete(at(format!("http://{address}"))).await.unwrap_err();
    assert_nothing_was_sent(&error, "refused");

    // The timeout passes during the TLS handshake. reqwest's error looks like that of any other timeout.
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = silent.local_addr().unwrap();
    let hurried = at(format!("https://{address}")).attempt_timeout(Duration::from_millis(100));
    let error = delete(hurried).await.unwrap_err();
    assert_nothing_was_sent(&error, "stalled in the handshake");

    let plain = Server::start([]).await;
    let error = delete(at(plain.url().replace("http:", "https:"))).await;
    assert_nothing_was_sent(&error.unwrap_err(), "no TLS at the other end");
}

/// The time is simulated. It jumps to the next timeout whenever nothing is left to do, so nothing else may be
/// expected to happen.
#[tokio::test(start_paused = true)]
async fn connecting_may_take_ten_seconds_and_no_more_of_an_attempts_time() {
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://{}", silent.local_addr().unwrap());
    for (timeout, ends_after) in [(60, 10), (4, 4)] {
        let client = Client::builder("KEY").base_url(&url);
        let started = tokio::time::Instant::now();
        let error = delete(client.attempt_timeout(Duration::from_secs(timeout))).await;
        assert_nothing_was_sent(&error.unwrap_err(), "stalled in the handshake");
        assert_eq!(started.elapsed().as_secs(), ends_after);
    }
}

#[tokio::test]
async fn a_servers_control_characters_are_escaped_wherever_an_error_or_a_fate_is_displayed() {
    let hostile = r#"{"status":"error","code":101,
        "message":"gone\u001b[2J\r\n2026-01-01 INFO all is well\u0000\u009b1m\u007f"}"#;
    let error = error_after(Step::json(400, hostile)).await;
    let fate = error.outcomes()[0].fate.to_string();
    for shown in [error.to_string(), fate] {
        assert!(!shown.contains(char::is_control), "{shown:?}");
        assert!(shown.contains("all is well"), "{shown:?}");
    }
}

/// Makes one attempt over HTTP/2 against a server that refuses each stream. Returns the error, and the
/// header block of each request that the server got.
async fn over_http2() -> (Error, Vec<Vec<u8>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let client = Client::builder("KEY").base_url(url);
    let client = client.http(reqwest::ClientBuilder::http2_prior_knowledge);
    let mut blocks = Vec::new();
    tokio::select! {
        result = delete(client) => (result.unwrap_err(), blocks),
        _ = refuse_streams(listener, &mut blocks) => panic!("the server gave up"),
    }
}

#[tokio::test]
async fn the_http_library_sends_nothing_again_by_itself() {
    // A refused stream means that nothing was done. Left to itself, reqwest sends such a request again.
    let (error, blocks) = over_http2().await;
    assert_eq!(blocks.len(), 1);
    assert_uncertain(&error, ErrorKind::Disconnected, "HTTP/2");
}

#[tokio::test]
async fn keys_are_marked_sensitive_so_that_http2_remembers_none() {
    let (_, blocks) = over_http2().await;
    // RFC 7541: `authorization` is entry 23 of the static table, and a literal that is never indexed
    // begins with the bits 0001.
    let never_indexed = |bytes: &[u8]| bytes == [0x1f, 23 - 15];
    assert!(blocks[0].windows(2).any(never_indexed), "{blocks:02x?}");
}

/// Speaks just enough HTTP/2 to refuse every request that arrives whole.
async fn refuse_streams(listener: TcpListener, blocks: &mut Vec<Vec<u8>>) -> std::io::Result<()> {
    const SETTINGS: &[u8] = &[0, 0, 0, 4, 0, 0, 0, 0, 0];
    const ACKNOWLEDGED: &[u8] = &[0, 0, 0, 4, 1, 0, 0, 0, 0];
    let refuse = |id: &[u8]| [&[0, 0, 4, 3, 0], id, &[0, 0, 0, 7]].concat();
    let mut connection: TcpStream = listener.accept().await?.0;
    connection
        .read_exact(&mut [0; b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".len()])
        .await?;
    connection.write_all(SETTINGS).await?;
    loop {
        let mut head = [0; 9];
        connection.read_exact(&mut head).await?;
        let length = u32::from_be_bytes([0, head[0], head[1], head[2]]);
        let mut payload = vec![0; length as usize];
        connection.read_exact(&mut payload).await?;
        match (head[3], head[4] & 1) {
            (0, 1) => connection.write_all(&refuse(&head[5..])).await?,
            (1, _) => blocks.push(payload),
            (4, 0) => connection.write_all(ACKNOWLEDGED).await?,
            _ => {}
        }
    }
}

#[tokio::test]
async fn a_proxy_is_used_where_the_caller_names_one_but_never_for_loopback() {
    let proxy = Server::start([]).await;
    let url = proxy.url();
    let server = Server::start([Step::json(200, SUCCESS)]).await;
    let through = move |http: reqwest::ClientBuilder| {
        let all = reqwest::Proxy::all(&url);
        http.proxy(all.unwrap())
    };

    delete(server.ayrshare().http(through.clone()))
        .await
        .unwrap();
    assert_eq!((proxy.connections(), server.count()), (0, 1));

    let far = Client::builder("KEY").base_url("https://gateway.invalid");
    let error = delete(far.http(through)).await.unwrap_err();
    assert_nothing_was_sent(&error, "the proxy hangs up");
    assert_eq!((proxy.connections(), proxy.count()), (1, 0));
}

/// Runs this test again in a child process with its own environment, because all tests of this process
/// share one.
#[tokio::test]
async fn a_new_builder_from_the_caller_brings_no_proxy_of_the_environment_back_and_keeps_the_callers_own()
 {
    const NAME: &str = concat!(
        "transport::a_new_builder_from_the_caller_",
        "brings_no_proxy_of_the_environment_back_and_keeps_the_callers_own"
    );
    // Nobody listens at this proxy, so no request would arrive if it were used.
    const PROXY: &str = "http://127.0.0.1:1";
    const VARIABLES: [&str; 4] = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];
    if !VARIABLES
        .iter()
        .all(|name| std::env::var_os(name).is_some_and(|value| value == PROXY))
    {
        let mut child = std::process::Command::new(std::env::current_exe().unwrap());
        child
            .args(["--exact", NAME])
            .envs(VARIABLES.map(|name| (name, PROXY)));
        let output = child
            .env_remove("NO_PROXY")
            .env_remove("no_proxy")
            .output()
            .unwrap();
        let passed = output.status.success();
        assert!(
            passed && String::from_utf8_lossy(&output.stdout).contains("1 passed"),
            "{output:?}"
        );
        return;
    }
    let server = Server::start([]).await;
    let secured = server.url().replace("http:", "https:");
    let secured = server
        .ayrshare()
        .base_url(secured)
        .http(|_| reqwest::Client::builder());
    delete(secured).await.unwrap_err();
    assert_eq!(
        server.connections(),
        1,
        "the server speaks no TLS, but it is reached"
    );

    let proxy = Server::start([]).await;
    let own = reqwest::Proxy::https(proxy.url()).unwrap();
    let far = Client::builder("KEY").base_url("https://gateway.invalid");
    let far = far.http(move |_| reqwest::Client::builder().proxy(own.clone()));
    assert_nothing_was_sent(&delete(far).await.unwrap_err(), "the proxy hangs up");
    assert_eq!(proxy.connections(), 1);
}

#[tokio::test]
async fn the_user_agent_is_this_crates_with_the_callers_words_after_it() {
    const OWN: &str = concat!("unpost/", env!("CARGO_PKG_VERSION"));
    let server = Server::start(vec![Step::json(200, SUCCESS); 3]).await;
    let fresh = |_| reqwest::Client::builder().user_agent("another/1");
    for builder in [
        server.ayrshare().http(fresh),
        server.ayrshare().user_agent_suffix(" acme/2 "),
        server.ayrshare().user_agent_suffix(""),
    ] {
        delete(builder).await.unwrap();
    }
    let requests = server.requests();
    let sent = requests
        .iter()
        .map(|request| request.header("user-agent").unwrap());
    assert_eq!(
        sent.collect::<Vec<_>>(),
        [OWN, &format!("{OWN} acme/2"), OWN]
    );

    let broken = Client::builder("KEY")
        .user_agent_suffix("acme\r\nx: y")
        .build();
    assert_eq!(broken.unwrap_err().kind(), ErrorKind::Invalid);
}

#[tokio::test]
async fn localhost_is_this_machine_whatever_a_resolver_of_the_callers_says() {
    let server = Server::start([Step::json(200, SUCCESS)]).await;
    // Nobody listens there.
    let misled = "127.0.0.2:0".parse().unwrap();
    let named = server.url().replace("127.0.0.1", "localhost");
    let client = server.ayrshare().base_url(named);
    let client = client.http(move |http| http.resolve("localhost", misled));
    delete(client).await.unwrap();
    assert_eq!(server.count(), 1);
}

#[tokio::test]
async fn a_connection_is_kept_for_the_next_request_through_successes_and_refusals() {
    let refusal = Step::json(400, r#"{"status":"error","code":114}"#);
    let page = Step::answer(503, &[], "<html>".repeat(100));
    let steps = [
        Step::json(200, SUCCESS),
        refusal,
        page,
        Step::json(200, SUCCESS),
    ];
    let server = Server::start(steps).await;
    let client = server.ayrshare().retry(Retry::never()).build().unwrap();
    for _ in 0..4 {
        let _ = client.delete(DeleteRequest::by_id("a")).await;
    }
    assert_eq!((server.count(), server.connections()), (4, 1));
}

#[tokio::test]
async fn an_idle_connection_is_given_up_before_a_server_would_close_it() {
    let server = Server::start([Step::json(200, SUCCESS), Step::json(200, SUCCESS)]).await;
    let client = server.ayrshare().build().unwrap();
    client.delete(DeleteRequest::by_id("a")).await.unwrap();
    // Node's servers close an idle connection after 5 s.
    tokio::time::sleep(Duration::from_millis(4_200)).await;
    client.delete(DeleteRequest::by_id("b")).await.unwrap();
    assert_eq!(server.connections(), 2);
}

/// A runtime with one thread doesn't look at its sockets between two calls of `block_on`, or while a task keeps
/// its thread busy. `delete_all_scheduled` is never sent again once it may have left, so it can't hide a lost
/// request.
#[test]
#[expect(clippy::disallowed_methods, reason = "the thread stands still")]
fn a_runtime_that_stood_still_sends_on_no_connection_that_the_server_has_closed_meanwhile() {
    const ROUNDS: usize = 20;
    let elsewhere = tokio::runtime::Runtime::new().unwrap();
    let single = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let one_worker = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap();
    for (case, runtime, in_a_task) in [
        ("one thread", &single, false),
        ("a task on one thread", &single, true),
        ("a task on one worker", &one_worker, true),
    ] {
        let idle = Duration::from_millis(50);
        let server = Server::closing_idle(idle, vec![Step::json(200, SUCCESS); ROUNDS]);
        let server = elsewhere.block_on(server);
        let client = server.ayrshare().build().unwrap();
        let stand_still = move || std::thread::sleep(idle + Duration::from_millis(20));
        for round in 0..ROUNDS {
            let client = client.clone();
            let delete = async move {
                stand_still();
                client.delete(DeleteRequest::delete_all_scheduled()).await
            };
            let result = if in_a_task {
                runtime.block_on(runtime.spawn(delete)).unwrap()
            } else {
                runtime.block_on(delete)
            };
            result.unwrap_or_else(|error| panic!("{case}, round {round}: {error}"));
        }
    }
}

#[test]
fn each_runtime_has_its_own_connections_and_neither_waits_for_another() {
    let elsewhere = tokio::runtime::Runtime::new().unwrap();
    let server = elsewhere.block_on(Server::start(vec![Step::json(200, SUCCESS); 300]));
    let made = Arc::new(AtomicUsize::new(0));
    let client = server.ayrshare().http({
        let made = Arc::clone(&made);
        move |http| {
            made.fetch_add(1, Ordering::SeqCst);
            http
        }
    });
    let client = client.attempt_timeout(Duration::from_secs(2));
    let client = client.retry(Retry::never()).build().unwrap();
    let single = || {
        let mut builder = tokio::runtime::Builder::new_current_thread();
        builder.enable_all().build().unwrap()
    };
    let delete = |runtime: &tokio::runtime::Runtime| {
        let delete = client.delete(DeleteRequest::by_id("a"));
        runtime.block_on(delete).unwrap();
    };
    let (one, two, three) = (single(), single(), tokio::runtime::Runtime::new().unwrap());
    for _ in 0..3 {
        for runtime in [&one, &two, &three] {
            delete(runtime);
        }
    }
    assert_eq!((server.connections(), made.load(Ordering::SeqCst)), (3, 3));

    std::thread::scope(|scope| {
        for runtime in [&one, &two, &three, &three] {
            scope.spawn(|| (0..10).for_each(|_| delete(runtime)));
        }
    });
    assert_eq!(made.load(Ordering::SeqCst), 3);

    // Far more runtimes than are kept in mind.
    for _ in 0..100 {
        delete(&single());
    }
    assert_eq!(server.count(), 9 + 40 + 100);
}

#[test]
fn connections_that_a_later_runtime_cannot_have_are_an_error_of_a_request_that_was_not_sent() {
    let elsewhere = tokio::runtime::Runtime::new().unwrap();
    let server = elsewhere.block_on(Server::start(vec![Step::json(200, SUCCESS); 2]));
    let calls = AtomicUsize::new(0);
    let client = server.ayrshare().http(move |http| {
        let is_first = calls.fetch_add(1, Ordering::SeqCst) == 0;
        http.user_agent(if is_first { "fine" } else { "bro\nken" })
    });
    let client = client.retry(Retry::never()).build().unwrap();
    let delete = || client.delete(DeleteRequest::by_id("a"));
    elsewhere.block_on(delete()).unwrap();
    let later = tokio::runtime::Runtime::new().unwrap();
    let error = later.block_on(delete()).unwrap_err();
    assert_nothing_was_sent(&error, "a header that can't be sent");
    elsewhere.block_on(delete()).unwrap();
}

#[test]
fn attempts_and_calls_have_a_time_limit_by_default() {
    let builder = Client::builder("KEY");
    for shown in [
        format!("{builder:?}"),
        format!("{:?}", builder.build().unwrap()),
    ] {
        assert!(shown.contains("attempt_timeout: 60s"), "{shown}");
        assert!(shown.contains("deadline: 300s"), "{shown}");
    }
}
