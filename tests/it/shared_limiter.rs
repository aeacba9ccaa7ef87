//! A limiter that processes share: here, two clients of separate builders stand for two processes, and a table of
//! pacers as JSON for the database.

use std::collections::HashMap;
use std::error::Error;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use futures_util::future::join_all;
use tokio::time::Instant;
use unpost::ayrshare::{Client, DeleteRequest};
use unpost::{
    ErrorKind, Limiter, Pacer, Place, Provider, RateHeaders, RateLimit, Reservation, Usage, Window,
};

use crate::support::{Server, Step};

#[derive(Default)]
struct Table {
    rows: Mutex<HashMap<(Provider, String), String>>,
    settled: Mutex<Vec<Usage>>,
    is_down: AtomicBool,
}

impl Table {
    fn change<T>(
        &self,
        window: &Window,
        change: impl FnOnce(&mut Pacer, SystemTime) -> T,
    ) -> Result<T, Box<dyn Error + Send + Sync>> {
        if self.is_down.load(SeqCst) {
            return Err("the table is down".into());
        }
        let mut rows = self.rows.lock().unwrap();
        let key = (window.provider().clone(), window.profile().to_owned());
        let mut pacer = match rows.get(&key) {
            Some(row) => serde_json::from_str(row)?,
            None => Pacer::new(window.rate_limit().clone()),
        };
        #[expect(clippy::disallowed_methods, reason = "the clock of the database")]
        let result = change(&mut pacer, SystemTime::now());
        rows.insert(key, serde_json::to_string(&pacer)?);
        Ok(result)
    }

    fn settled(&self) -> Vec<Usage> {
        self.settled.lock().unwrap().clone()
    }
}

impl Limiter for Table {
    async fn reserve(&self, window: &Window) -> Result<Reservation, Box<dyn Error + Send + Sync>> {
        self.change(window, Reservation::from_pacer)
    }

    async fn settle(
        &self,
        window: &Window,
        place: &Place,
        usage: Usage,
        headers: &RateHeaders,
    ) -> Result<Duration, Box<dyn Error + Send + Sync>> {
        let closed_for = self.change(window, |pacer, now| {
            pacer.settle(now, place.sent_at(), usage, headers);
            pacer.closed_for(now)
        })?;
        self.settled.lock().unwrap().push(usage);
        Ok(closed_for)
    }
}

const WINDOW: Duration = Duration::from_millis(600);

fn success() -> Step {
    Step::json(200, r#"{"status":"success"}"#)
}

fn process(server: &Server, table: &Arc<Table>) -> Client {
    let builder = server.ayrshare().rate_limit(RateLimit::new(5, WINDOW));
    let builder = builder.limiter(Arc::clone(table)).profile_name("acme");
    builder.build().unwrap()
}

async fn delete(client: &Client) -> Result<(), unpost::Error> {
    let deleted = client.delete(DeleteRequest::by_id("a")).await;
    deleted.map(drop)
}

#[tokio::test]
async fn two_processes_share_one_window_of_a_profile_by_its_name() {
    let server = Server::start(vec![success(); 20]).await;
    let table = Arc::new(Table::default());
    let processes = [process(&server, &table), process(&server, &table)];
    let started = Instant::now();
    let calls = (0..20).map(|call| delete(&processes[call % 2]));
    assert!(join_all(calls).await.iter().all(Result::is_ok));
    // Five in a window: the last five begin after three windows.
    assert!(started.elapsed() >= 3 * WINDOW, "{:?}", started.elapsed());
    assert_eq!(table.settled(), [Usage::Answered; 20]);
    assert_eq!(table.rows.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn a_429_of_one_process_closes_the_window_of_the_other() {
    let throttled = Step::answer(429, &["retry-after: 600"], "");
    let server = Server::start([throttled]).await;
    let table = Arc::new(Table::default());
    let (one, other) = (process(&server, &table), process(&server, &table));
    for client in [&one, &other, &other] {
        let error = delete(client).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::RateLimited);
        assert!(error.retry_after().unwrap() > Duration::from_secs(500));
    }
    assert_eq!(server.count(), 1);
}

#[tokio::test]
async fn nothing_is_sent_while_the_limiter_fails_and_no_answer_is_forgotten() {
    let server = Server::start(vec![success(); 3]).await;
    let table = Arc::new(Table::default());
    let client = process(&server, &table);
    delete(&client).await.unwrap();
    table.is_down.store(true, SeqCst);
    let error = delete(&client).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Stopped, 0));
    let text = format!("{error:?}");
    assert!(text.contains("the table is down"), "{text}");
    table.is_down.store(false, SeqCst);
    delete(&client).await.unwrap();
    assert_eq!(server.count(), 2);
    assert_eq!(table.settled().len(), 2);
}

#[tokio::test]
async fn a_profile_without_a_name_cannot_use_a_shared_limiter() {
    let server = Server::start([success()]).await;
    let client = process(&server, &Arc::default());
    let tenant = client.for_profile("TENANT").unwrap();
    let error = delete(&tenant).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Invalid);
    assert!(error.to_string().contains("named"), "{error}");
    assert_eq!(server.count(), 0);
    assert!(delete(&tenant.named("tenant").unwrap()).await.is_ok());
}

#[test]
fn a_name_that_could_not_be_written_down_is_refused() {
    let client = Client::builder("API-KEY").build().unwrap();
    for name in ["", " ", "two\nlines", "a\0", &"é".repeat(129)] {
        assert_eq!(client.named(name).unwrap_err().kind(), ErrorKind::Invalid);
        let built = Client::builder("API-KEY").profile_name(name).build();
        assert_eq!(built.unwrap_err().kind(), ErrorKind::Invalid, "{name:?}");
    }
    assert!(client.named("Ä name, 256 bytes at most").is_ok());
}
