//! Both providers in one minute: `cargo run --example quickstart`, no key and no internet needed.
//!
//! The servers are the crate's own mock kit. They get the same requests as the real providers would, and
//! in the end they tell which posts are really left.

#![expect(clippy::print_stdout, reason = "a table on the terminal is the point")]

use unpost::{Fate, Outcome, ayrshare, genviral, mock};

type AnyError = Box<dyn std::error::Error>;

#[tokio::main]
async fn main() -> Result<(), AnyError> {
    println!("unpost deletes posts and tells what became of each.");
    println!("Everything here talks to mock servers built into the crate: no key, no internet.");

    let ayrshare = mock::Ayrshare::start().await;
    let genviral = mock::Genviral::start().await;
    delete_through_ayrshare(&ayrshare).await?;
    delete_everything_scheduled(&ayrshare).await?;
    delete_through_genviral(&genviral).await?;

    heading("What is really left", "according to the servers");
    row("Ayrshare", &ayrshare.remaining().join(", "));
    row("Genviral", &genviral.remaining().join(", "));
    assert_eq!(ayrshare.remaining(), ["globex-1"]);
    assert_eq!(genviral.remaining(), ["foreign", "live", "locked"]);

    println!("\nWith a real key:");
    println!("  AYRSHARE_API_KEY=… cargo run --example delete -- ayrshare POST_ID");
    println!("  GENVIRAL_API_KEY=… cargo run --example delete -- genviral POST_ID");
    println!("In code: ayrshare::ClientBuilder::from_env()?.build()?, and the same for genviral.");
    println!("For another profile set AYRSHARE_PROFILE_KEY; for posts on X set");
    println!("X_TWITTER_OAUTH1_API_KEY and X_TWITTER_OAUTH1_API_SECRET.");
    Ok(())
}

/// Deletes single posts: a published one, a scheduled one, one that was deleted before, and one that a
/// network can't delete.
async fn delete_through_ayrshare(server: &mock::Ayrshare) -> Result<(), AnyError> {
    use ayrshare::DeleteRequest;

    server
        .publish("sale", ["facebook", "twitter"])
        .schedule("teaser", ["linkedin"])
        .publish("reel", ["facebook", "instagram"]);
    let client = server.client()?;
    let ask = async |request| match client.delete(request).await {
        Ok(response) => in_words(response.outcomes()),
        Err(error) => in_words(error.outcomes()),
    };

    heading("Ayrshare", "what became of it");
    let became = ask(DeleteRequest::by_id("sale")).await;
    row("delete `sale`, published", &became);
    let became = ask(DeleteRequest::by_id("sale")).await;
    row("delete `sale` again", &became);
    let became = ask(DeleteRequest::by_id("teaser")).await;
    row("delete `teaser`, scheduled", &became);
    let became = ask(DeleteRequest::by_id("reel")).await;
    row("delete `reel`, on Instagram too", &became);
    let became = ask(DeleteRequest::mark_manual_deleted("reel")).await;
    row("mark `reel` as deleted by hand", &became);
    server.remove_by_hand("reel");
    let became = ask(DeleteRequest::mark_manual_deleted("reel")).await;
    row("the same, once somebody did", &became);
    Ok(())
}

/// Deletes everything that one profile has scheduled, and nothing of another profile.
async fn delete_everything_scheduled(server: &mock::Ayrshare) -> Result<(), AnyError> {
    let acme = server.profile("ACME-PROFILE-KEY");
    acme.schedule("acme-1", ["linkedin"])
        .schedule("acme-2", ["bluesky"]);
    let globex = server.profile("GLOBEX-PROFILE-KEY");
    globex.schedule("globex-1", ["linkedin"]);

    let client = server.client()?.for_profile(acme.key())?;
    let request = ayrshare::DeleteRequest::delete_all_scheduled();
    client.delete(request).await?;

    heading("Ayrshare, all scheduled", "posts left");
    let left = acme.remaining().len();
    row("profile acme, which was asked", &left.to_string());
    let left = globex.remaining().len();
    row("profile globex, which was not", &left.to_string());
    Ok(())
}

/// Deletes a batch in which each post has a different outcome.
async fn delete_through_genviral(server: &mock::Genviral) -> Result<(), AnyError> {
    server
        .seed("draft", "draft")
        .seed("live", "posted")
        .out_of_scope("foreign")
        .fail_delete("locked", "the row is locked");
    let client = server.client()?;
    let batch = ["draft", "live", "foreign", "locked"];
    let response = client.delete(genviral::DeleteRequest::bulk(batch)).await?;

    heading("Genviral, one batch", "what became of it");
    for outcome in response.outcomes() {
        let became = in_words(std::slice::from_ref(outcome));
        row(&format!("delete `{}`", outcome.id), &became);
    }
    Ok(())
}

/// What became of the one post of a request.
fn in_words(outcomes: &[Outcome]) -> String {
    let [outcome] = outcomes else {
        return "nothing is known".to_owned();
    };
    let on = |done| {
        let networks = outcome.networks.iter();
        let such = networks.filter(|network| (network.status == "success") == done);
        such.map(|network| &*network.network)
            .collect::<Vec<_>>()
            .join(" and ")
    };
    match &outcome.fate {
        Fate::Deleted if outcome.networks.is_empty() => "deleted".to_owned(),
        Fate::Deleted => format!("deleted from {}", on(true)),
        Fate::Partial => format!("deleted from {}, still on {}", on(true), on(false)),
        Fate::MarkedDeleted => "marked as deleted; no network was touched".to_owned(),
        Fate::AlreadyDeleted => "was deleted before".to_owned(),
        Fate::NotFound => "skipped: not among this key's posts".to_owned(),
        Fate::Blocked { status } => format!("still there: its status is `{status}`"),
        Fate::Failed(failure) => {
            let why = failure.message.as_deref().unwrap_or("no reason was given");
            let code = failure.code.as_ref();
            let code = code.map(|code| format!(" (code {code})"));
            format!("still there: {why}{}", code.unwrap_or_default())
        }
        other => other.to_string(),
    }
}

fn heading(asked: &str, became: &str) {
    println!("\n{asked:<34}{became}");
    println!("{}", "-".repeat(96));
}

fn row(asked: &str, became: &str) {
    println!("{asked:<34}{became}");
}
