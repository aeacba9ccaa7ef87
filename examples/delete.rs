//! Deletes posts through the real providers, and prints what became of each:
//! `cargo run --example delete -- ayrshare POST_ID`, with the API key in the environment.

#![expect(clippy::print_stderr, reason = "a command-line tool")]

use std::ffi::OsString;
use std::io::{self, BufRead, IsTerminal, Write};
use std::process::ExitCode;

use unpost::{Outcomes, Provider, Summary, ayrshare, genviral};

const USAGE: &str = "\
delete [--dry-run] [--yes] [--json] ayrshare|genviral ID…

  --dry-run   say on standard error what would be deleted; send nothing (needs no key)
  --yes       don't ask for confirmation; needed if there is no terminal
  --json      one line of JSON for each post on standard output

Keys come from the environment: GENVIRAL_API_KEY, or AYRSHARE_API_KEY and, if you use them,
AYRSHARE_PROFILE_KEY, X_TWITTER_OAUTH1_API_KEY and X_TWITTER_OAUTH1_API_SECRET.

Exits with 0 only if every post is gone, or with --dry-run; with 2 if the command line is wrong.";

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let Some(arguments) = Arguments::parse(std::env::args_os().skip(1)) else {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    };
    match run(&arguments).await {
        Ok(all_gone) => ExitCode::from(u8::from(!all_gone)),
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// Whether every post is gone.
async fn run(arguments: &Arguments) -> Result<bool, Box<dyn std::error::Error>> {
    if arguments.has("--dry-run") {
        let say = |id| eprintln!("would delete {id} through {}", arguments.provider);
        arguments.ids.iter().for_each(say);
        return Ok(true);
    }
    let ids = arguments.ids.iter();
    let outcomes = if arguments.provider == Provider::Genviral {
        let client = genviral::ClientBuilder::from_env()?.build()?;
        client.delete_many(ids).run()
    } else {
        let client = ayrshare::ClientBuilder::from_env()?.build()?;
        client.delete_many(ids).run()
    };
    if !arguments.has("--yes") && !confirmed(arguments)? {
        return Err("nothing was deleted".into());
    }
    report(arguments, outcomes).await
}

/// Prints a line for each post as soon as its outcome is known. Ends early if nobody reads the lines.
async fn report(
    arguments: &Arguments,
    mut outcomes: Outcomes<'_>,
) -> Result<bool, Box<dyn std::error::Error>> {
    let mut summary = Summary::default();
    while let Some(outcome) = outcomes.next().await {
        summary.add(&outcome);
        let line = if arguments.has("--json") {
            serde_json::to_string(&outcome)?
        } else {
            format!("{}  {}", outcome.id, outcome.fate)
        };
        writeln!(io::stdout(), "{line}")?;
    }
    eprintln!("{summary}");
    Ok(summary.all_gone())
}

fn confirmed(arguments: &Arguments) -> io::Result<bool> {
    if !io::stdin().is_terminal() {
        eprintln!("there is no terminal to ask for confirmation: pass --yes");
        return Ok(false);
    }
    let (posts, provider) = (arguments.ids.len(), &arguments.provider);
    eprint!("Delete {posts} through {provider}? [y/N] ");
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer)?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}

/// What the command line says.
struct Arguments {
    options: Vec<String>,
    provider: Provider,
    ids: Vec<String>,
}

impl Arguments {
    fn parse(arguments: impl Iterator<Item = OsString>) -> Option<Self> {
        let words: Result<Vec<_>, _> = arguments.map(OsString::into_string).collect();
        let (options, words): (Vec<_>, Vec<_>) = words
            .ok()?
            .into_iter()
            .partition(|word| word.starts_with('-'));
        let (provider, ids) = words.split_first()?;
        let provider = match provider.as_str() {
            "ayrshare" => Provider::Ayrshare,
            "genviral" => Provider::Genviral,
            _ => return None,
        };
        let known = |option: &String| ["--dry-run", "--yes", "--json"].contains(&option.as_str());
        (options.iter().all(known) && !ids.is_empty()).then_some(Self {
            options,
            provider,
            ids: ids.to_vec(),
        })
    }

    fn has(&self, option: &str) -> bool {
        self.options.iter().any(|given| given == option)
    }
}
