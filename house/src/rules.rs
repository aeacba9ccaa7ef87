//! The rules. Each returns what breaks it, with what to do about it.

use std::collections::BTreeSet;

use crate::graph::Graph;
use crate::parse::{ROOT, Reference, Tree};
use crate::resolve::goes_through_lib;
use crate::sources::Sources;

/// Rooms that are equally high.
struct Layer {
    rooms: &'static [&'static str],
    /// May they import from each other?
    is_shared: bool,
}

/// The layers, lowest first. A file imports from its own layer and from those below it.
const LAYERS: &[Layer] = &[
    shared(&["model"]),
    shared(&["journal"]),
    shared(&["engine"]),
    shared(&["http"]),
    shared(&["client"]),
    shared(&["delete_many", "delete_posts", "division"]),
    shared(&["blocking"]),
    apart(PROVIDERS),
    apart(&["docs", "internals", "mock"]),
    shared(&["lib"]),
];

/// Their names are also the words that no other room may contain.
const PROVIDERS: &[&str] = &["ayrshare", "genviral"];

/// Rooms that import from these rooms alone. The mock servers make clients and report the crate's
/// errors; a server that reads requests with the client's code would confirm the client's mistakes.
const ONLY: &[(&str, &[&str])] = &[("mock", &["ayrshare", "genviral", "model"])];

/// Rooms and files that know the providers by name. All others serve any provider.
const KNOW_PROVIDERS: &[&str] = &[
    "ayrshare",
    "docs",
    "genviral",
    "lib",
    "mock",
    "src/model/provider.rs",
];

/// Rooms that know the HTTP library; lib.rs re-exports it.
const KNOW_HTTP_LIBRARY: &[&str] = &["client", "http", "lib"];

const HTTP_LIBRARY: &str = "reqwest";

const fn shared(rooms: &'static [&'static str]) -> Layer {
    Layer {
        rooms,
        is_shared: true,
    }
}

const fn apart(rooms: &'static [&'static str]) -> Layer {
    Layer {
        rooms,
        is_shared: false,
    }
}

/// The room of a file: the file or folder at the top of `src/`.
pub(crate) fn room(file: &str) -> &str {
    let path = file.trim_start_matches("src/").trim_end_matches(".rs");
    path.split('/').next().unwrap_or(path)
}

fn layer(room: &str) -> Option<usize> {
    LAYERS.iter().position(|layer| layer.rooms.contains(&room))
}

pub(crate) fn circles(nodes: &str, graph: &Graph) -> Vec<String> {
    let circles = graph.circles().into_iter().map(|circle| {
        let next = circle.iter().cycle().skip(1);
        let evidence = circle.iter().zip(next).filter_map(|(from, to)| graph.evidence(from, to));
        let evidence: Vec<_> = evidence.map(|evidence| format!("\n    {evidence}")).collect();
        format!(
            "circle of {nodes}: {} → {}{}\n    Move what they share to a file below them, or pass it as an argument.",
            circle.join(" → "),
            circle.first().unwrap_or(&""),
            evidence.concat()
        )
    });
    circles.collect()
}

pub(crate) fn wrong_directions(files: &Graph) -> Vec<String> {
    let rooms: BTreeSet<_> = files.nodes().map(room).collect();
    let unplaced = rooms.into_iter().filter(|room| layer(room).is_none());
    let unplaced = unplaced.map(|room| {
        format!("`{room}` is in no layer: add it to LAYERS in house/src/rules.rs, or move it into a room.")
    });
    let wrong = files.arrows().filter_map(|(from, to, evidence)| {
        let reason = why_wrong(room(from), room(to))?;
        Some(format!("wrong direction: {evidence}, but {reason}"))
    });
    unplaced.chain(wrong).collect()
}

/// Why the first room may not import from the second.
fn why_wrong(from: &str, to: &str) -> Option<String> {
    let (lower, upper) = (layer(from)?, layer(to)?);
    let only = ONLY.iter().find(|(room, _)| *room == from);
    if from == to {
        None
    } else if lower < upper {
        Some(format!(
            "{from} is below {to}: move the item to {from} or lower, or pass it as an argument."
        ))
    } else if lower == upper && !LAYERS.get(lower)?.is_shared {
        Some(format!(
            "{from} and {to} must not know each other: move what both need to a lower layer."
        ))
    } else {
        let (_, rooms) = only.filter(|(_, rooms)| !rooms.contains(&to))?;
        Some(format!(
            "{from} imports only from {}: use what these offer, or write {from}'s own.",
            rooms.join(", ")
        ))
    }
}

pub(crate) fn imports_through_lib(tree: &Tree) -> Vec<String> {
    let is_wrong = |reference: &Reference| {
        reference.file != ROOT
            && room(&reference.file) != "docs"
            && goes_through_lib(tree, reference)
    };
    references(tree, is_wrong, |file, path| {
        format!(
            "{file} imports `{path}` through lib.rs: a name is imported from the room where it lives."
        )
    })
}

pub(crate) fn providers_named(sources: &Sources) -> Vec<String> {
    let shared = sources.iter().filter(|(file, _)| {
        let knows = |known: &&str| *known == room(file) || known == file;
        file.starts_with("src/") && !KNOW_PROVIDERS.iter().any(knows)
    });
    let violations = shared.flat_map(|(file, text)| {
        lines_with(text, PROVIDERS).map(move |(line, word)| {
            format!(
                "{file}:{line} names a provider ({word}): shared rooms serve any provider. \
                 Move what only {word} needs to src/{word}/."
            )
        })
    });
    violations.collect()
}

pub(crate) fn http_library_named(tree: &Tree) -> Vec<String> {
    let is_wrong = |reference: &Reference| {
        reference.path.iter().any(|name| name == HTTP_LIBRARY)
            && !KNOW_HTTP_LIBRARY.contains(&room(&reference.file))
    };
    references(tree, is_wrong, |file, path| {
        format!(
            "{file} names `{path}`: only src/http/ and src/client.rs know {HTTP_LIBRARY}. \
             Use a type of src/http/."
        )
    })
}

/// A message for each wrong path in each file, once.
fn references(
    tree: &Tree,
    is_wrong: impl Fn(&Reference) -> bool,
    message: impl Fn(&str, &str) -> String,
) -> Vec<String> {
    let wrong = tree
        .references
        .iter()
        .filter(|reference| is_wrong(reference));
    let messages = wrong.map(|reference| message(&reference.file, &reference.path.join("::")));
    let messages: BTreeSet<_> = messages.collect();
    messages.into_iter().collect()
}

pub(crate) fn path_attributes(sources: &Sources) -> Vec<String> {
    let violations = sources.iter().flat_map(|(file, text)| {
        lines_with(text, &["#[path"]).map(move |(line, word)| {
            format!("{file}:{line} contains `{word}`: put the file where its module is, and declare it with a plain `mod`.")
        })
    });
    violations.collect()
}

pub(crate) fn files_without_module(sources: &Sources, tree: &Tree) -> Vec<String> {
    let files = sources
        .keys()
        .filter(|file| file.starts_with("src/") && !tree.files.contains(*file));
    let violations = files.map(|file| {
        format!("{file} is no module, so no rule sees it: declare it with `mod`, or delete it.")
    });
    violations.collect()
}

/// Each line, counted from 1, that contains one of the words in any case, with that word.
fn lines_with<'w>(text: &str, words: &'w [&'w str]) -> impl Iterator<Item = (usize, &'w str)> {
    let lines = text.lines().map(str::to_lowercase).zip(1..);
    lines.flat_map(|(line, number)| {
        let words = words.iter().copied();
        let found: Vec<_> = words
            .filter(|word| line.contains(word))
            .map(|word| (number, word))
            .collect();
        found
    })
}
