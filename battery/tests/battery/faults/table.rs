//! The battery as Markdown, and the document that holds it.

use std::fmt::Write as _;
use std::path::Path;
use std::time::Duration;

use unpost::{Error, ErrorKind, Fate};

use super::row::{Part, Row, Verb};
use super::{Group, Met, Seen};

const DOCUMENT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/faults.md");
const BEGIN: &str = "<!-- begin: printed by the test -->\n";
const END: &str = "<!-- end -->\n";

pub(crate) fn write(groups: &[Group]) -> String {
    let mut table = String::new();
    for Group { heading, met } in groups {
        write!(table, "\n## {heading}\n\n").unwrap();
        let subject = match *heading {
            "JSON" => "the answer",
            _ => "the server",
        };
        let verbs = met[0].row.verbs;
        let results = verbs.map(|verb| format!("`{}` | requests | returns", name(verb)));
        writeln!(table, "| {subject} | {} |", results.join(" | ")).unwrap();
        table.push_str("|---|---|---|---|---|---|---|\n");
        for line in lines(met) {
            writeln!(table, "| {line} |").unwrap();
        }
    }
    table.push('\n');
    table
}

/// Fails if the document has another table. Writes the table anew if the environment asks for that.
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

fn name(verb: Verb) -> &'static str {
    match verb {
        Verb::AllScheduled => "delete_all_scheduled",
        Verb::Bulk => "bulk",
        Verb::ById => "by_id",
        Verb::MarkManualDeleted => "mark_manual_deleted",
    }
}

/// The results of a row: each result once, with the acts that led to it.
type Results = Vec<(Vec<usize>, String)>;

/// The lines of a table, one for each result. Parts of an answer that have the same results share their lines.
fn lines(met: &[Met]) -> Vec<String> {
    let mut lines = Vec::new();
    let mut parts: Vec<(&Part, Vec<&str>, Results)> = Vec::new();
    for met in met {
        let results = results(met);
        match (&met.row.part, results.as_slice()) {
            (Some(part), _) => {
                let same = parts
                    .iter_mut()
                    .find(|(other, _, seen)| other.answer == part.answer && *seen == results);
                match same {
                    Some((_, names, _)) => names.push(&part.name),
                    None => parts.push((part, vec![&part.name], results)),
                }
            }
            (None, [(_, cells)]) => lines.push(format!("{} | {cells}", met.row.fault)),
            (None, _) => panic!("a row of one result has several: {met:?}, {results:#?}"),
        }
    }
    for (part, names, results) in parts {
        let names = any_of(&names);
        let rest = results.iter().map(|(acts, _)| acts.len()).max();
        let (mut rest, mut rare): (Vec<_>, Vec<_>) = results
            .iter()
            .partition(|(acts, _)| Some(acts.len()) == rest);
        rare.extend(rest.drain(1..));
        for (acts, cells) in &rare {
            let values: Vec<_> = acts.iter().map(|act| part.values[*act]).collect();
            let values = any_of(&values);
            lines.push(format!("{}: {names} is {values} | {cells}", part.answer));
        }
        let other = if rare.is_empty() { "a" } else { "any other" };
        for (_, cells) in rest {
            lines.push(format!(
                "{}: {names} has {other} {} | {cells}",
                part.answer, part.wrong
            ));
        }
    }
    lines
}

fn results(met: &Met) -> Results {
    let mut results = Results::new();
    let acts = met.row.verbs.map(|verb| met.by(verb).len());
    for act in 0..acts[0].max(acts[1]) {
        let cells = met.row.verbs.map(|verb| match met.by(verb).get(act) {
            None => "– | – | –".to_owned(),
            Some(seen) => {
                let patience = met.row.patience(seen.took);
                format!("{} | {} | {patience}", end(&met.row, seen), seen.requests)
            }
        });
        let cells = cells.join(" | ");
        match results.iter_mut().find(|(_, other)| *other == cells) {
            Some((acts, _)) => acts.push(act),
            None => results.push((vec![act], cells)),
        }
    }
    results
}

fn any_of(names: &[&str]) -> String {
    match names {
        [first @ .., last] if !first.is_empty() => format!("{} or {last}", first.join(", ")),
        _ => names.concat(),
    }
}

fn end(row: &Row, seen: &Seen) -> String {
    let end = match &seen.result {
        Ok(_) => "`Ok`".to_owned(),
        Err(error) if row.races => {
            let kinds = [ErrorKind::Connect, ErrorKind::Disconnected];
            assert!(kinds.contains(&error.kind()), "{}: {error:?}", row.fault);
            "`Connect` or `Disconnected`, uncertain if any attempt was `Disconnected`".to_owned()
        }
        Err(error) => kind(error),
    };
    match seen.outcomes() {
        [first, second] => {
            let [first, second] = [first, second].map(|outcome| fate(&outcome.fate));
            if first == second {
                format!("{end}: both `{first}`")
            } else {
                format!("{end}: `{first}`, `{second}`")
            }
        }
        _ => end,
    }
}

/// The name of a fate, without its contents.
fn fate(fate: &Fate) -> String {
    let text = format!("{fate:?}");
    text.chars()
        .take_while(|character| character.is_alphanumeric())
        .collect()
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

/// Rounds a wait, because some milliseconds pass before the client reads a server's date.
fn rounded(wait: Duration) -> String {
    let seconds = wait.as_secs_f64().round();
    if seconds >= 3_500.0 {
        format!("{} h", (seconds / 3_600.0).round())
    } else {
        format!("{seconds} s")
    }
}
