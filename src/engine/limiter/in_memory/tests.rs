use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

use super::*;

const SECOND: Duration = Duration::from_secs(1);
const WINDOW: Duration = Duration::from_secs(300);

fn answered(limiter: &InMemory, sent: SystemTime) {
    limiter.settle(sent, Usage::Answered, &RateHeaders::default());
}

#[tokio::test(start_paused = true)]
async fn an_answer_lets_a_waiting_request_go_at_once() {
    let limiter = InMemory::new(RateLimit::new(300, WINDOW));
    let started = Instant::now();
    let first = limiter.acquire(60 * SECOND).await.unwrap();
    let answer = async {
        tokio::time::sleep(Duration::from_millis(7)).await;
        answered(&limiter, first);
    };
    let (second, ()) = tokio::join!(limiter.acquire(60 * SECOND), answer);
    assert!(second.is_ok());
    assert_eq!(started.elapsed(), Duration::from_millis(7));
}

#[tokio::test(start_paused = true)]
async fn a_request_waits_for_the_window_as_long_as_it_may_and_no_moment_longer() {
    let limiter = InMemory::new(RateLimit::new(1, SECOND));
    let first = limiter.acquire(Duration::ZERO).await.unwrap();
    answered(&limiter, first);
    let started = Instant::now();
    let rejected = limiter.acquire(Duration::from_millis(999)).await;
    assert_eq!(started.elapsed(), Duration::ZERO);
    let wait = rejected.unwrap_err().wait.unwrap();
    assert!(Duration::from_micros(999_998) < wait, "{wait:?}");
    assert!(limiter.acquire(SECOND).await.is_ok());
    assert_eq!(started.elapsed(), SECOND);
}

#[tokio::test(start_paused = true)]
async fn those_who_wait_are_let_through_in_the_order_in_which_they_came() {
    let limiter = InMemory::new(RateLimit::new(1, SECOND));
    let order = Mutex::new(Vec::new());
    let callers = (0..20).map(|caller| {
        let (limiter, order) = (&limiter, &order);
        async move {
            let sent = limiter.acquire(60 * SECOND).await.unwrap();
            order.lock().unwrap().push(caller);
            answered(limiter, sent);
        }
    });
    futures_util::future::join_all(callers).await;
    assert!(order.lock().unwrap().is_sorted());
}

#[tokio::test(start_paused = true)]
async fn a_caller_whose_future_is_not_polled_holds_up_no_other() {
    let limiter = InMemory::new(RateLimit::new(300, WINDOW));
    let first = limiter.acquire(SECOND).await.unwrap();
    let mut asleep: Vec<_> = (0..5)
        .map(|_| Box::pin(limiter.acquire(60 * SECOND)))
        .collect();
    for caller in &mut asleep {
        assert!(futures_util::poll!(caller).is_pending());
    }
    let started = Instant::now();
    let (awake, ()) = tokio::join!(limiter.acquire(60 * SECOND), async {
        answered(&limiter, first);
    });
    assert!(awake.is_ok());
    assert!(started.elapsed() < 5 * SECOND, "{:?}", started.elapsed());
    // When they are polled again, they are let through as well.
    answered(&limiter, awake.unwrap());
    for caller in asleep {
        answered(&limiter, caller.await.unwrap());
    }
}

#[tokio::test(start_paused = true)]
async fn a_429_that_closes_the_window_for_long_ends_the_wait_of_those_who_cannot_wait_that_long() {
    let limiter = InMemory::new(RateLimit::new(300, WINDOW));
    let first = limiter.acquire(SECOND).await.unwrap();
    let started = Instant::now();
    let closes = async {
        let headers = RateHeaders {
            retry_after: Some(100 * SECOND),
            ..RateHeaders::default()
        };
        limiter.settle(first, Usage::Throttled, &headers);
    };
    let (patient, impatient, ()) = tokio::join!(
        async {
            limiter.acquire(200 * SECOND).await.unwrap();
            started.elapsed()
        },
        async {
            limiter.acquire(50 * SECOND).await.unwrap_err();
            started.elapsed()
        },
        closes
    );
    assert_eq!((patient, impatient), (100 * SECOND, Duration::ZERO));
}

#[tokio::test(start_paused = true)]
async fn requests_of_an_earlier_process_are_added_once_and_those_of_this_one_never() {
    let limiter = InMemory::new(RateLimit::new(6, WINDOW));
    let made_at = limiter.clock.made_at;
    let before = |seconds: u32| made_at - seconds * SECOND;
    let two_at_once = [before(10), before(10)];
    for _ in 0..3 {
        limiter.restore(&two_at_once, &[]);
        limiter.restore(&[before(10), before(20)], &[before(20)]);
        limiter.restore(&[made_at + SECOND, before(301), before(u32::MAX)], &[]);
    }
    // Four of six places are taken. The last of these requests was sent after the limiter was made.
    for _ in 0..2 {
        let sent = limiter.acquire(Duration::ZERO).await.unwrap();
        answered(&limiter, sent);
        // A record has whole milliseconds.
        limiter.restore(&[whole_millis(sent)], &[]);
    }
    let rejected = limiter.acquire(Duration::ZERO).await.unwrap_err();
    assert!(rejected.wait.unwrap() > 200 * SECOND, "{rejected:?}");
}

#[tokio::test(start_paused = true)]
async fn the_time_at_which_the_window_opens_is_told_with_its_reason() {
    let limiter = InMemory::new(RateLimit::new(1, WINDOW));
    assert_eq!(limiter.opens_at(), None);
    let sent = limiter.acquire(Duration::ZERO).await.unwrap();
    assert_eq!(limiter.opens_at().unwrap().1, WaitingFor::Answer);
    answered(&limiter, sent);
    let (at, waiting_for) = limiter.opens_at().unwrap();
    assert_eq!(waiting_for, WaitingFor::RateLimit);
    assert_eq!(
        limiter
            .clock
            .instant(at)
            .duration_since(Instant::now())
            .as_secs(),
        299
    );
    let headers = RateHeaders {
        retry_after: Some(1_000 * SECOND),
        ..RateHeaders::default()
    };
    limiter.settle(sent, Usage::Throttled, &headers);
    assert_eq!(limiter.opens_at().unwrap().1, WaitingFor::Throttled);
}

/// Makes 20,000 tasks wait for a full window for a while. Returns how often they were polled.
async fn polls_of_20_000_who_wait(time: Duration) -> usize {
    let limiter = Arc::new(InMemory::new(RateLimit::new(1, WINDOW)));
    let first = limiter.acquire(SECOND).await.unwrap();
    answered(&limiter, first);
    let polls = Arc::new(AtomicUsize::new(0));
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..20_000 {
        let (limiter, polls) = (Arc::clone(&limiter), Arc::clone(&polls));
        tasks.spawn(async move {
            let mut caller = std::pin::pin!(limiter.acquire(400 * SECOND));
            std::future::poll_fn(|context| {
                polls.fetch_add(1, SeqCst);
                caller.as_mut().poll(context).map(drop)
            })
            .await;
        });
    }
    tokio::time::sleep(time).await;
    polls.load(SeqCst)
}

#[tokio::test(start_paused = true)]
async fn those_who_wait_look_again_rarely_and_are_not_polled_in_between() {
    let polls = polls_of_20_000_who_wait(60 * SECOND).await;
    // Each of them is polled when it comes, and looks again after half a minute or more. Those who came first looked a few times
    // more, because they were few.
    assert!(polls <= 20_000 * 5, "{polls}");
}

/// `cargo test --release --lib -- --ignored --nocapture share_of_a_core`, on Linux.
#[tokio::test]
#[ignore = "a measurement"]
#[allow(clippy::print_stdout, reason = "it shows what it measured")]
async fn share_of_a_core_that_20_000_take_who_wait() {
    let cpu = || {
        let stat = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
        let nanos = stat.split(' ').next().unwrap().parse().unwrap();
        Duration::from_nanos(nanos)
    };
    let begin = cpu();
    polls_of_20_000_who_wait(Duration::from_millis(100)).await;
    let setup = cpu().saturating_sub(begin);
    let begin = cpu();
    let time = 20 * SECOND;
    polls_of_20_000_who_wait(time).await;
    let spent = cpu().saturating_sub(begin).saturating_sub(setup);
    let share = spent.div_duration_f64(time);
    println!("{:.2} % of a core, {setup:?} to begin", share * 100.0);
    assert!(share < 0.02);
}
