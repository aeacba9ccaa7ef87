//! The battery as Markdown, and the document that holds it.

use std::fmt::Write as _;
use std::path::Path;
use std::time::Duration;

use unpost::{Error, ErrorKind};

use super::row::Row;
use super::{Group, Met, Seen};

const DOCUMENT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/faults.md");
const BEGIN: &str = "<!-- begin: printed by the test -->\n";
const END: &str = "<!-- end -->\n";

pub(crate) fn write(groups: &[Group]) -> String {
    let mut table = String::new();
    for Group { heading, met } in groups {
        write!(table, "\n## {heading}\n\n").unwrap();
        let subject = match *heading {
            "JSON" => "the answer is, or has",
            _ => "the server",
        };
        let results = ["by_id", "delete_all_scheduled"];
        let results = results.map(|verb| format!("`{verb}` | requests | gives up"));
        writeln!(table, "| {subject} | {} |", results.join(" | ")).unwrap();
        table.push_str("|---|---|---|---|---|---|---|\n");
        for met in met {
            line(&mut table, met);
        }
    }
    table.push('\n');
    table
}

/// Fails where the document says otherwise; writes it anew where the environment asks for that.
#[allow(
    clippy::disallowed_methods,
    reason = "how a developer asks this test to write the document"
)]
pub(crate) fn compare(table: &str) {
    let text = std::fs::read_to_string(DOCUMENT).unwrap();
    let (before, rest) = text.split_once(BEGIN).unwrap();
    let (held, after) = rest.split_once(END).unwrap();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        let text = [before, BEGIN, table, END, after].concat();
        std::fs::write(Path::new(DOCUMENT), text).unwrap();
        return;
    }
    for (held, seen) in held.lines().zip(table.lines()) {
        assert_eq!(held, seen, "docs/faults.md and the battery differ");
    }
    assert_eq!(held, table, "docs/faults.md and the battery differ");
}

fn line(
    table: &mut String,
    Met {
        row,
        by_id,
        all_scheduled,
    }: &Met,
) {
    let cells = [by_id, all_scheduled].map(|seen| {
        [
            distinct(seen, |it| end(row, it)),
            distinct(seen, |it| it.requests.to_string()),
            distinct(seen, |it| row.patience(it.took)),
        ]
    });
    writeln!(
        table,
        "| {} | {} |",
        row.fault,
        cells.as_flattened().join(" | ")
    )
    .unwrap();
}

/// What the calls came to, each result once.
fn distinct(seen: &[Seen], what: impl Fn(&Seen) -> String) -> String {
    let mut results: Vec<String> = Vec::new();
    for result in seen.iter().map(what) {
        if !results.contains(&result) {
            results.push(result);
        }
    }
    if results.is_empty() {
        results.push("–".to_owned());
    }
    results.join(" or ")
}

fn end(row: &Row, seen: &Seen) -> String {
    match &seen.result {
        Ok(_) => "`Ok`".to_owned(),
        Err(error) if row.races => {
            let kinds = [ErrorKind::Connect, ErrorKind::Disconnected];
            assert!(kinds.contains(&error.kind()), "{}: {error:?}", row.fault);
            "`Connect`, or `Disconnected` and uncertain".to_owned()
        }
        Err(error) => kind(error),
    }
}

fn kind(error: &Error) -> String {
    let mut text = format!("`{:?}`", error.kind());
    if error.is_uncertain() {
        text.push_str(", uncertain");
    }
    if let Some(wait) = error.retry_after() {
        write!(text, ", wait {}", rounded(wait)).unwrap();
    }
    text
}

/// A server's date is some milliseconds off by the time it is read.
fn rounded(wait: Duration) -> String {
    let seconds = wait.as_secs_f64().round();
    if seconds >= 3_500.0 {
        format!("{} h", (seconds / 3_600.0).round())
    } else {
        format!("{seconds} s")
    }
}
