//! Deletes posts through the real providers, and says of each what became of it:
//! `cargo run --example delete -- ayrshare POST_ID`, with the API key in the environment.

#![expect(clippy::print_stderr, reason = "a command-line tool")]

use std::ffi::OsString;
use std::io::{self, BufRead, IsTerminal, Write};
use std::process::ExitCode;

use unpost::{Outcomes, Provider, Summary, ayrshare, genviral};

const USAGE: &str = "\
delete [--dry-run] [--yes] [--json] ayrshare|genviral ID…

  --dry-run   say on standard error what would be deleted; send nothing (needs no key)
  --yes       don't ask for confirmation; needed where there is no terminal
  --json      one line of JSON for each post on standard output

Keys come from the environment: GENVIRAL_API_KEY, or AYRSHARE_API_KEY and, where you use them,
AYRSHARE_PROFILE_KEY, X_TWITTER_OAUTH1_API_KEY and X_TWITTER_OAUTH1_API_SECRET.

Exits with 0 only if every post is gone, or with --dry-run; with 2 if it wasn't understood.";

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let Some(told) = Told::parse(std::env::args_os().skip(1)) else {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    };
    match run(&told).await {
        Ok(all_gone) => ExitCode::from(u8::from(!all_gone)),
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// Whether every post is gone.
async fn run(told: &Told) -> Result<bool, Box<dyn std::error::Error>> {
    if told.has("--dry-run") {
        let say = |id| eprintln!("would delete {id} through {}", told.provider);
        told.ids.iter().for_each(say);
        return Ok(true);
    }
    let ids = told.ids.iter();
    let outcomes = if told.provider == Provider::Genviral {
        let client = genviral::ClientBuilder::from_env()?.build()?;
        client.delete_many(ids).run()
    } else {
        let client = ayrshare::ClientBuilder::from_env()?.build()?;
        client.delete_many(ids).run()
    };
    if !told.has("--yes") && !confirmed(told)? {
        return Err("nothing was deleted".into());
    }
    report(told, outcomes).await
}

/// A line for each post as soon as it is known. Ends early if nobody reads them.
async fn report(
    told: &Told,
    mut outcomes: Outcomes<'_>,
) -> Result<bool, Box<dyn std::error::Error>> {
    let mut summary = Summary::default();
    while let Some(outcome) = outcomes.next().await {
        summary.add(&outcome);
        let line = if told.has("--json") {
            serde_json::to_string(&outcome)?
        } else {
            format!("{}  {}", outcome.id, outcome.fate)
        };
        writeln!(io::stdout(), "{line}")?;
    }
    eprintln!("{summary}");
    Ok(summary.all_gone())
}

fn confirmed(told: &Told) -> io::Result<bool> {
    if !io::stdin().is_terminal() {
        eprintln!("there is no terminal to ask at: say --yes");
        return Ok(false);
    }
    let (posts, provider) = (told.ids.len(), told.provider);
    eprint!("Delete {posts} through {provider}? [y/N] ");
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer)?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}

/// What the command line says.
struct Told {
    options: Vec<String>,
    provider: Provider,
    ids: Vec<String>,
}

impl Told {
    fn parse(arguments: impl Iterator<Item = OsString>) -> Option<Self> {
        let words: Result<Vec<_>, _> = arguments.map(OsString::into_string).collect();
        let (options, words): (Vec<_>, Vec<_>) =
            words.ok()?.into_iter().partition(|it| it.starts_with('-'));
        let (provider, ids) = words.split_first()?;
        let provider = match provider.as_str() {
            "ayrshare" => Provider::Ayrshare,
            "genviral" => Provider::Genviral,
            _ => return None,
        };
        let known = |it: &String| ["--dry-run", "--yes", "--json"].contains(&it.as_str());
        (options.iter().all(known) && !ids.is_empty()).then_some(Self {
            options,
            provider,
            ids: ids.to_vec(),
        })
    }

    fn has(&self, option: &str) -> bool {
        self.options.iter().any(|it| it == option)
    }
}
