//! The blocking client, outside a runtime and inside one.

#[cfg(target_os = "linux")]
use std::cell::RefCell;
use std::thread;
use std::time::{Duration, SystemTime};

use tokio::runtime::{Builder, Runtime};
use unpost::mock::{Ayrshare, Genviral};
use unpost::{ErrorKind, RateLimit, Retry, WaitingFor, ayrshare, blocking, genviral};

use crate::support::{Server, Step, quick};

const SUCCESS: &str = r#"{"status":"success"}"#;

/// A server with a runtime of its own, and a client of it. The client gives up early and tries nothing twice.
fn served(server: impl Future<Output = Server>) -> (Runtime, Server, ayrshare::Client) {
    let runtime = Runtime::new().unwrap();
    let server = runtime.block_on(server);
    let client = server.ayrshare().retry(Retry::never());
    let client = client.attempt_timeout(Duration::from_secs(2));
    let client = client.rate_limit(RateLimit::unlimited()).build();
    (runtime, server, client.unwrap())
}

fn successes(requests: usize) -> Vec<Step> {
    vec![Step::json(200, SUCCESS); requests]
}

#[test]
fn a_program_without_a_runtime_deletes_posts_and_gets_errors() {
    let runtime = Runtime::new().unwrap();
    let (ayrshare, genviral) = runtime.block_on(async {
        let (ayrshare, genviral) = (Ayrshare::start().await, Genviral::start().await);
        ayrshare
            .profile("TENANT-KEY")
            .schedule("post-1", ["bluesky"]);
        genviral.seed("post-2", "scheduled");
        (ayrshare, genviral)
    });

    let client = blocking::Client::new(ayrshare.client().unwrap()).unwrap();
    let error = client
        .delete(ayrshare::DeleteRequest::by_id("post-1"))
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    let tenant = client.for_profile("TENANT-KEY").unwrap();
    tenant
        .delete(ayrshare::DeleteRequest::by_id("post-1"))
        .unwrap();

    let client = blocking::Client::new(genviral.client().unwrap()).unwrap();
    client
        .delete(genviral::DeleteRequest::by_id("post-2"))
        .unwrap();
    let mut run = client
        .delete_many(["post-2", "post-3"])
        .batch_size(1)
        .concurrency(1)
        .run();
    assert!(run.next().is_some());
    run.stop();
    assert_eq!(run.summary().not_attempted, 1);
}

#[test]
#[allow(
    clippy::disallowed_methods,
    reason = "a watcher waits and looks at the calendar"
)]
fn a_handle_shows_until_when_a_blocking_run_waits_and_stops_it() {
    let (_runtime, server, _) = served(Server::start(successes(9)));
    let half_an_hour = Duration::from_secs(1_800);
    let client = server
        .ayrshare()
        .rate_limit(RateLimit::new(1, half_an_hour))
        .build();
    let client = blocking::Client::new(client.unwrap()).unwrap();
    let run = client.delete_many(["a", "b", "c"]).run();
    let handle = run.handle();
    let watching = thread::spawn(move || {
        // The second request waits for the window.
        let progress = loop {
            let progress = handle.progress();
            if progress.waiting_until.is_some() && progress.summary.total == 1 {
                break progress;
            }
            thread::sleep(Duration::from_millis(1));
        };
        handle.stop();
        (progress, SystemTime::now())
    });
    let summary = run.summary();
    assert_eq!((summary.deleted, summary.not_attempted), (1, 2));
    let (progress, now) = watching.join().unwrap();
    assert_eq!(progress.waiting_for, Some(WaitingFor::RateLimit));
    let wait = progress.waiting_until.unwrap().duration_since(now).unwrap();
    assert!(wait > half_an_hour / 2 && wait <= half_an_hour, "{wait:?}");
    assert_eq!((progress.requests, progress.in_flight), (1, 2));
}

#[test]
#[allow(clippy::disallowed_methods, reason = "this thread waits for an answer")]
fn a_429_that_comes_after_the_last_blocking_client_is_gone_is_still_heard() {
    let throttled = Step::answer(429, &["retry-after: 60"], "{}");
    let late = throttled.after(Duration::from_millis(200));
    let (runtime, server, client) = served(Server::start(vec![late; 2]));
    let blocking = blocking::Client::new(client.clone()).unwrap();
    let mut run = blocking.delete_many(["a"]).run();
    assert!(run.next_timeout(Duration::from_millis(50)).is_err());
    drop((run, blocking));
    thread::sleep(Duration::from_millis(500));
    let hasty = client.with_deadline(Duration::from_secs(1));
    let call = hasty.delete(ayrshare::DeleteRequest::by_id("b"));
    let error = runtime.block_on(call).unwrap_err();
    assert_eq!((error.kind(), server.count()), (ErrorKind::RateLimited, 1));
}

#[tokio::test]
async fn a_blocking_client_works_and_is_dropped_inside_a_runtime_without_a_panic() {
    let genviral = Genviral::start().await;
    genviral.seed("post-1", "scheduled");
    let client = blocking::Client::new(genviral.client().unwrap()).unwrap();
    let delete = || client.delete(genviral::DeleteRequest::by_id("post-1"));
    delete().unwrap();
    // The task around has a budget, and gets no new one before this ends.
    for _ in 0..200 {
        assert_eq!(delete().unwrap_err().kind(), ErrorKind::NotFound);
    }
}

/// `delete_all_scheduled` is never sent again once it may have left, so it can't hide a lost request.
#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "this thread has nothing to do meanwhile"
)]
fn after_a_pause_a_request_goes_out_on_no_connection_that_the_server_has_closed() {
    let idle = Duration::from_millis(100);
    let (_runtime, server, client) = served(Server::closing_idle(idle, successes(100)));
    // On a busy machine, a connection may be closed before its first request. That request surely isn't sent.
    let client = client.with_retry(quick());
    thread::scope(|scope| {
        for number in 0..10 {
            let client = blocking::Client::new(client.clone()).unwrap();
            let delete = move || {
                for _ in 0..10 {
                    let request = ayrshare::DeleteRequest::delete_all_scheduled();
                    client.delete(request).unwrap();
                    thread::sleep(idle + Duration::from_millis(150));
                }
            };
            scope.spawn(move || match number % 2 {
                0 => delete(),
                _ => Runtime::new().unwrap().block_on(async { delete() }),
            });
        }
    });
    assert_eq!(server.count(), 100);
}

#[test]
fn clients_made_from_one_client_share_it_in_any_mixture_without_a_hang_or_a_lost_connection() {
    let (_runtime, server, client) = served(Server::start(successes(1000)));
    let one = blocking::Client::new(client.clone()).unwrap();
    let two = blocking::Client::new(client.clone()).unwrap();
    let multi = Runtime::new().unwrap();
    let single = Builder::new_current_thread().enable_all().build().unwrap();

    let request = || ayrshare::DeleteRequest::by_id("post-1");
    let blocks = |client: &blocking::Client<ayrshare::Client>| client.delete(request()).map(drop);
    let awaits = |runtime: &Runtime| runtime.block_on(client.delete(request())).map(drop);
    let (one, two) = (&one, &two);
    let ways: [(&str, &(dyn Fn() -> unpost::Result<()> + Sync)); 9] = [
        ("blocking", &|| blocks(one)),
        ("another blocking client", &|| blocks(two)),
        ("async", &|| awaits(&multi)),
        ("async, in a runtime of one thread", &|| awaits(&single)),
        ("blocking, in a runtime", &|| {
            multi.block_on(async { blocks(one) })
        }),
        ("blocking, in a task", &|| {
            let two = two.clone();
            let task = multi.spawn(async move { two.delete(request()).map(drop) });
            multi.block_on(task).unwrap()
        }),
        ("blocking, in a runtime of one thread", &|| {
            single.block_on(async { blocks(two) })
        }),
        ("blocking, beside a runtime's handle", &|| {
            let _entered = single.enter();
            blocks(one)
        }),
        ("blocking, in another thread", &|| {
            thread::scope(|scope| scope.spawn(|| blocks(two)).join().unwrap())
        }),
    ];
    for (first, way) in ways {
        for (second, other) in ways {
            way().unwrap_or_else(|error| panic!("{first}, before {second}: {error}"));
            other().unwrap_or_else(|error| panic!("{second}, after {first}: {error}"));
        }
    }
    // There are three runtimes. A request that comes right after another may open one more connection, because the
    // first one isn't back in the pool yet.
    let connections = server.connections();
    assert!((3..20).contains(&connections), "{connections}");

    thread::scope(|scope| {
        for (name, way) in &ways {
            scope.spawn(move || {
                for _ in 0..20 {
                    way().unwrap_or_else(|error| panic!("{name}, at the same time: {error}"));
                }
            });
        }
    });
    assert_eq!(server.count(), 2 * 81 + 9 * 20);
}

#[test]
fn blocking_and_async_calls_of_one_client_share_one_window() {
    let runtime = Runtime::new().unwrap();
    let server = runtime.block_on(Server::start(successes(3)));
    let client = server.ayrshare().deadline(Duration::from_secs(9));
    let client = client.rate_limit(RateLimit::new(2, Duration::from_secs(3600)));
    let client = client.build().unwrap();
    let request = || ayrshare::DeleteRequest::by_id("post-1");

    let first = blocking::Client::new(client.clone()).unwrap();
    first.delete(request()).unwrap();
    let second = blocking::Client::new(client.clone()).unwrap();
    second.delete(request()).unwrap();
    let third = runtime.block_on(client.delete(request())).unwrap_err();
    assert_eq!(third.kind(), ErrorKind::RateLimited);
    assert_eq!(server.count(), 2);
}

#[test]
fn an_outcome_that_is_not_there_in_time_is_not_lost() {
    let slow = Step::json(200, SUCCESS).drip(60, Duration::from_millis(200));
    let (_runtime, _server, client) = served(Server::start([slow]));
    let client = blocking::Client::new(client).unwrap();
    let mut run = client.delete_many(["post-1"]).run();
    assert_eq!(run.next_timeout(Duration::ZERO), Err(blocking::TimedOut));
    let patience = Duration::from_millis(50);
    assert_eq!(run.next_timeout(patience), Err(blocking::TimedOut));
    let outcome = run.next_timeout(Duration::MAX).unwrap().unwrap();
    assert_eq!(outcome.fate, unpost::Fate::Deleted);
    assert_eq!(run.next_timeout(patience), Ok(None));
}

/// Runs this test again in a child process, in which no other test has a blocking client.
#[test]
#[cfg(target_os = "linux")]
fn one_thread_serves_all_blocking_clients_and_is_gone_after_the_last() {
    const NAME: &str =
        "blocking::one_thread_serves_all_blocking_clients_and_is_gone_after_the_last";
    const ALONE: &str = "UNPOST_TEST_ALONE";
    thread_local!(static KEPT: RefCell<Option<blocking::Client<ayrshare::Client>>> = const { RefCell::new(None) });
    if std::env::var_os(ALONE).is_none() {
        let mut child = std::process::Command::new(std::env::current_exe().unwrap());
        let child = child.args(["--exact", NAME]).env(ALONE, "1");
        let output = child.output().unwrap();
        let passed = output.status.success();
        assert!(
            passed && String::from_utf8_lossy(&output.stdout).contains("1 passed"),
            "{output:?}"
        );
        return;
    }
    let (runtime, _server, client) = served(Server::start(successes(100)));
    let start = || blocking::Client::new(client.clone()).unwrap();
    let delete = |client: &blocking::Client<ayrshare::Client>| {
        let request = ayrshare::DeleteRequest::by_id("post-1");
        client.delete(request).unwrap();
    };
    assert_eq!(threads_named("unpost"), 0);
    for round in 0..20 {
        let (one, two) = (start(), start());
        delete(&one);
        delete(&two);
        assert_eq!(threads_named("unpost"), 1);
        let mut run = one.delete_many(["post-1", "post-2"]).run();
        drop((one, two));
        assert!(run.next().is_some(), "a run needs no client");
        match round % 3 {
            0 => drop(run),
            1 => runtime.block_on(async { drop(run) }),
            _ => {
                let client = start();
                delete(&client);
                drop(run);
                let keep = || KEPT.with(|kept| kept.replace(Some(client)));
                thread::scope(|scope| scope.spawn(keep).join().unwrap());
            }
        }
        let patience = tokio::time::Instant::now();
        while threads_named("unpost") > 0 {
            assert!(patience.elapsed() < Duration::from_secs(5), "{round}");
            thread::yield_now();
        }
    }
}

#[cfg(target_os = "linux")]
fn threads_named(wanted: &str) -> usize {
    let threads = std::fs::read_dir("/proc/self/task").unwrap();
    // A thread may end meanwhile.
    let names = threads
        .flatten()
        .map(|thread| std::fs::read_to_string(thread.path().join("comm")));
    names
        .flatten()
        .filter(|name| name.trim_end() == wanted)
        .count()
}
