//! A process that carries out a run with a journal, and prints each outcome as soon as it has it.

use std::io::{Read as _, Write as _};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use serde::{Deserialize, Serialize};
use tokio::task::{JoinHandle, spawn_blocking};
use unpost::{DeleteMany, JsonLines, Outcome, ayrshare, genviral};

use super::PATIENCE;
use crate::truth::client::{Client, Settings};

/// The environment variable with the errand in JSON.
const ERRAND: &str = "UNPOST_TRUTH_ERRAND";
/// The test harness prints too, so each line of ours begins with one of these words.
const OUTCOME: &str = "outcome ";
const DONE: &str = "done";

/// What a process has to do.
#[derive(Serialize, Deserialize)]
pub(super) struct Errand {
    pub(super) is_genviral: bool,
    pub(super) settings: Settings,
    pub(super) journal: PathBuf,
    pub(super) ids: Vec<String>,
    pub(super) batch: usize,
    pub(super) concurrency: usize,
    pub(super) seed: u8,
}

pub(super) struct Process {
    child: Child,
    /// Reads all that the process prints.
    printed: JoinHandle<String>,
}

impl Process {
    /// Starts this test binary again, as a process that does nothing else.
    pub(super) fn start(errand: &Errand) -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args([
                "--exact",
                "truth::killed::child",
                "--ignored",
                "--nocapture",
            ])
            .env(ERRAND, serde_json::to_string(errand).unwrap())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut output = child.stdout.take().unwrap();
        let printed = spawn_blocking(move || {
            let mut printed = String::new();
            output.read_to_string(&mut printed).unwrap();
            printed
        });
        Self { child, printed }
    }

    /// Kills the process when its time is up, unless it ends before, and returns the outcomes that it printed. Returns
    /// an error if it ends otherwise than in one of these two ways, or if it may not be killed and has to be.
    pub(super) async fn end(
        mut self,
        time_is_up: impl Future<Output = ()>,
        may_be_killed: bool,
    ) -> Result<Vec<Outcome>, String> {
        let printed = tokio::select! {
            printed = &mut self.printed => printed,
            () = time_is_up => {
                self.child.kill().unwrap();
                self.printed.await
            }
        };
        let (status, printed) = (self.child.wait().unwrap(), printed.unwrap());
        let was_killed = status.code().is_none() && may_be_killed;
        let is_done = status.success() && printed.lines().any(|line| line == DONE);
        if !was_killed && !is_done {
            return Err(format!("the process ended with {status}: {printed}"));
        }
        let outcomes = printed
            .lines()
            .filter_map(|line| line.strip_prefix(OUTCOME));
        Ok(outcomes
            .map(|outcome| serde_json::from_str(outcome).unwrap())
            .collect())
    }
}

/// What the process does.
pub(super) fn carry_out_errand() {
    let Ok(errand) = std::env::var(ERRAND) else {
        return;
    };
    let errand: Errand = serde_json::from_str(&errand).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    fastrand::seed(errand.seed.into());
    if errand.is_genviral {
        runtime.block_on(carry_out::<genviral::Client>(errand));
    } else {
        runtime.block_on(carry_out::<ayrshare::Client>(errand));
    }
}

async fn carry_out<C: Client>(errand: Errand) {
    let mut run = DeleteMany::new(C::of(&errand.settings, &PATIENCE), errand.ids)
        .batch_size(errand.batch)
        .concurrency(errand.concurrency)
        .journal(JsonLines::open(errand.journal).unwrap())
        .run();
    let mut print = std::io::stdout();
    while let Some(outcome) = run.next().await {
        let outcome = serde_json::to_string(&outcome).unwrap();
        // The harness may have left its line without an end.
        print
            .write_all(format!("\n{OUTCOME}{outcome}\n").as_bytes())
            .unwrap();
    }
    print.write_all(format!("\n{DONE}\n").as_bytes()).unwrap();
}
