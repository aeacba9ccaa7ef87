//! Deletes thousands of posts through both providers while requests go wrong now and then. Shows the progress, until
//! when a run waits, and a summary. Ctrl-C stops both runs: what is under way is finished, and no outcome is lost. The
//! providers are the built-in mock servers: no key and no network needed.
//!
//! ```sh
//! cargo run --example delete_many
//! ```

#![allow(clippy::print_stdout, reason = "an example speaks to a person")]

use std::time::{Duration, SystemTime};

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use tokio::time::interval;
use unpost::mock::{self, Fault};
use unpost::{Fate, Outcomes, Progress, RateLimit, Retry, Summary};

const AYRSHARE_POSTS: usize = 1_500;
const GENVIRAL_POSTS: usize = 4_000;

/// How long a stopped run may take for what is under way.
const GRACE: Duration = Duration::from_secs(10);

#[tokio::main]
async fn main() -> unpost::Result<()> {
    let ayrshare = mock::Ayrshare::start().await;
    let genviral = mock::Genviral::start().await;
    let retry = Retry::attempts(3).backoff(Duration::from_millis(20), Duration::from_millis(200));

    // The real window is 300 requests in 5 minutes. This one is much shorter, so that the run fills it.
    let (requests, window) = (400, Duration::from_secs(2));
    ayrshare.window(requests, window);
    let first = ayrshare
        .client_builder()
        .rate_limit(RateLimit::new(requests, window))
        .retry(retry.clone())
        .build()?
        .delete_many(seed_ayrshare(&ayrshare))
        .concurrency(16)
        .run();
    let second = genviral
        .client_builder()
        .retry(retry)
        .build()?
        .delete_many(seed_genviral(&genviral))
        .run();

    println!(
        "Deleting through the built-in mock servers, which fail now and then. Ctrl-C stops.\n"
    );
    let handles = [first.handle(), second.handle()];
    let stopping = async {
        if tokio::signal::ctrl_c().await.is_ok() {
            for run in &handles {
                run.stop_within(GRACE);
            }
        }
        // The runs end by themselves.
        std::future::pending::<()>().await;
    };
    let bars = MultiProgress::new();
    let running = async {
        tokio::join!(
            watch("Ayrshare", AYRSHARE_POSTS, first, &bars, || trouble(
                |fault| {
                    ayrshare.fail_next(1, fault);
                }
            )),
            watch("Genviral", GENVIRAL_POSTS, second, &bars, || trouble(
                |fault| {
                    genviral.fail_next(1, fault);
                }
            )),
        )
    };
    let (first, second) = tokio::select! {
        summaries = running => summaries,
        () = stopping => return Ok(()),
    };

    for (name, requests, left, summary) in [
        (
            "Ayrshare",
            ayrshare.requests().len(),
            ayrshare.remaining(),
            first,
        ),
        (
            "Genviral",
            genviral.requests().len(),
            genviral.remaining(),
            second,
        ),
    ] {
        println!("\n{name}: {summary}");
        println!("  {requests} requests; {} posts are left", left.len());
        println!("  to retry: {}", summary.to_retry.len());
    }
    Ok(())
}

/// Reads a run to its end, and shows its progress ten times a second, also while it waits.
async fn watch(
    name: &str,
    posts: usize,
    mut outcomes: Outcomes<'_>,
    bars: &MultiProgress,
    mut disturb: impl FnMut(),
) -> Summary {
    let style = ProgressStyle::with_template("{prefix} {bar:30} {pos:>5}/{len}  {msg}");
    let bar = bars.add(ProgressBar::new(posts as u64).with_prefix(name.to_owned()));
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    let handle = outcomes.handle();
    let mut summary = Summary::default();
    let mut looks = interval(Duration::from_millis(100));
    loop {
        let outcome = tokio::select! {
            outcome = outcomes.next() => outcome,
            _ = looks.tick() => {
                show(&bar, &handle.progress());
                continue;
            }
        };
        let Some(outcome) = outcome else { break };
        summary.add(&outcome);
        if summary.total % (posts / 15) == 0 {
            disturb();
        }
        if matches!(outcome.fate, Fate::Failed(_)) {
            bar.println(format!("{name}: {}: {}", outcome.id, outcome.fate));
        }
    }
    summary.stopped_by = handle.stopped_by();
    show(&bar, &handle.progress());
    bar.finish();
    summary
}

fn show(bar: &ProgressBar, progress: &Progress) {
    let summary = &progress.summary;
    bar.set_position(summary.total as u64);
    let waits = progress.waiting_until.zip(progress.waiting_for);
    let waits = waits.map(|(until, reason)| {
        let wait = until.duration_since(now()).unwrap_or_default();
        format!("; waits {:.1} s: {reason}", wait.as_secs_f64())
    });
    bar.set_message(format!(
        "{} deleted, {} not deleted, {} unknown{}",
        summary.deleted,
        summary.blocked + summary.failed + summary.partial,
        summary.uncertain + summary.unreported,
        waits.unwrap_or_default(),
    ));
}

#[allow(clippy::disallowed_methods, reason = "a person looks at the calendar")]
fn now() -> SystemTime {
    SystemTime::now()
}

/// Makes the next request go wrong in one of four ways. In two of them, the post is deleted nevertheless.
fn trouble(mut fail_next: impl FnMut(Fault)) {
    fail_next(match fastrand::u8(0..4) {
        0 => Fault::status(503),
        1 => Fault::status(502)
            .body("<html>bad gateway</html>")
            .after_acting(),
        2 => Fault::hang_up(),
        _ => Fault::hang_up().after_acting(),
    });
}

fn seed_ayrshare(ayrshare: &mock::Ayrshare) -> Vec<String> {
    let ids: Vec<_> = (0..AYRSHARE_POSTS)
        .map(|n| format!("ayrshare-{n}"))
        .collect();
    for (n, id) in ids.iter().enumerate() {
        match n % 50 {
            0 => {} // never existed
            1 => drop(ayrshare.publish(id, ["instagram", "facebook"])),
            2 => drop(ayrshare.publish(id, ["twitter"])),
            n if n % 2 == 0 => drop(ayrshare.publish(id, ["facebook", "bluesky"])),
            _ => drop(ayrshare.schedule(id, ["linkedin"])),
        }
    }
    ids
}

fn seed_genviral(genviral: &mock::Genviral) -> Vec<String> {
    let ids: Vec<_> = (0..GENVIRAL_POSTS)
        .map(|n| format!("genviral-{n}"))
        .collect();
    for (n, id) in ids.iter().enumerate() {
        match n % 200 {
            0 => {}
            1 => drop(genviral.fail_delete(id, "the row is locked")),
            n if n % 20 == 0 => drop(genviral.seed(id, "posted")),
            _ => drop(genviral.seed(id, "scheduled")),
        }
    }
    ids
}
