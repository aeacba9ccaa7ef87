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
    let limiter = InMemory::new(RateLimit::new(5, WINDOW));
    let made_at = limiter.clock.made_at;
    let before = |seconds: u32| made_at - seconds * SECOND;
    let two_at_once = [before(10), before(10)];
    for _ in 0..3 {
        limiter.restore(&two_at_once, &[]);
        limiter.restore(&[before(10), before(20)], &[before(20)]);
        limiter.restore(&[made_at + SECOND, before(301), before(u32::MAX)], &[]);
    }
    // Three of five places are taken.
    for _ in 0..2 {
        let sent = limiter.acquire(Duration::ZERO).await.unwrap();
        answered(&limiter, sent);
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
