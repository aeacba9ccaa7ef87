//! Deletes posts through the real providers, and says of each what became of it:
//! `cargo run --example delete -- ayrshare POST_ID`, with the API key in the environment.

#![expect(clippy::print_stderr, reason = "a command-line tool")]

use std::collections::HashSet;
use std::ffi::OsString;
use std::io::{self, BufRead, IsTerminal, Write};
use std::process::ExitCode;

use unpost::{ErrorKind, Failure, Fate, Outcome, PostId, Provider, ayrshare, genviral};

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
    if told.provider == Provider::Genviral {
        let client = genviral::ClientBuilder::from_env()?.build()?;
        return in_batches(told, 50, async |ids| {
            let response = client.delete(genviral::DeleteRequest::bulk(ids)).await;
            Ok(response?.outcomes().to_vec())
        })
        .await;
    }
    let client = ayrshare::ClientBuilder::from_env()?.build()?;
    // What Ayrshare answers about one post is documented; what it answers about many isn't.
    in_batches(told, 1, async |ids| {
        let request = match ids {
            [id] => ayrshare::DeleteRequest::by_id(id),
            ids => ayrshare::DeleteRequest::bulk(ids),
        };
        Ok(client.delete(request).await?.outcomes().to_vec())
    })
    .await
}

async fn in_batches(
    told: &Told,
    size: usize,
    delete: impl AsyncFn(&[PostId]) -> unpost::Result<Vec<Outcome>>,
) -> Result<bool, Box<dyn std::error::Error>> {
    if !told.has("--yes") && !confirmed(told)? {
        return Err("nothing was deleted".into());
    }
    let mut all_gone = true;
    let mut stopped_by = None;
    for batch in told.ids.chunks(size) {
        let outcomes = match &stopped_by {
            None => delete(batch).await.unwrap_or_else(|error| {
                if let ErrorKind::Unauthorized | ErrorKind::RateLimited = error.kind() {
                    stopped_by = Some(Fate::NotAttempted(Failure::new(error.kind())));
                }
                error.outcomes().to_vec()
            }),
            Some(fate) => {
                let spared = |id| Outcome::new(id, told.provider, fate.clone());
                batch.iter().map(spared).collect()
            }
        };
        for outcome in outcomes {
            all_gone &= outcome.fate.is_gone();
            let line = if told.has("--json") {
                serde_json::to_string(&outcome)?
            } else {
                format!("{}  {}", outcome.id, outcome.fate)
            };
            writeln!(io::stdout(), "{line}")?;
        }
    }
    Ok(all_gone)
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
    /// Distinct, in the order given.
    ids: Vec<PostId>,
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
        let mut seen = HashSet::new();
        let ids = ids.iter().map(PostId::from);
        let ids: Vec<_> = ids.filter(|id| seen.insert(id.clone())).collect();
        let known = |it: &String| ["--dry-run", "--yes", "--json"].contains(&it.as_str());
        (options.iter().all(known) && !ids.is_empty()).then_some(Self {
            options,
            provider,
            ids,
        })
    }

    fn has(&self, option: &str) -> bool {
        self.options.iter().any(|it| it == option)
    }
}
