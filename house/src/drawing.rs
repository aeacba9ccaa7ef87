//! Graphs as Mermaid flowcharts, and the document that holds one.

use std::fmt::Write as _;
use std::path::Path;
use std::{fs, io};

use crate::graph::Graph;

const BEGIN: &str = "<!-- rooms -->\n";
const END: &str = "<!-- /rooms -->";

/// Leaves out an arrow if others lead to the same node, and a node without arrows.
pub(crate) fn draw(graph: &Graph) -> String {
    let label = |node: &str| node.trim_start_matches("src/").to_owned();
    let id = |node: &str| label(node).replace(|c: char| !c.is_alphanumeric(), "_");
    let mut drawing = String::from("flowchart TD\n");
    let arrows: Vec<_> = graph.shortest_arrows().collect();
    for node in graph.nodes() {
        if arrows.iter().any(|(from, to)| [*from, *to].contains(&node)) {
            let _ = writeln!(drawing, "    {}[\"{}\"]", id(node), label(node));
        }
    }
    for (from, to) in arrows {
        let _ = writeln!(drawing, "    {} --> {}", id(from), id(to));
    }
    drawing
}

/// Compares the drawing between the markers of a document with this one, or writes it there.
///
/// # Errors
///
/// The drawing differs, or the document or its markers are missing. The error says what to do.
pub fn hold_document_to(drawing: &str, document: &Path, is_update: bool) -> io::Result<()> {
    let name = document.display();
    let run = "run `UPDATE_DOCS=1 cargo run -p unpost-house -- --docs`";
    let text = fs::read_to_string(document).map_err(|error| {
        let advice = format!(
            "create it with the lines {} and {END}, then {run}",
            BEGIN.trim()
        );
        io::Error::new(error.kind(), format!("{name}: {error}: {advice}"))
    })?;
    let parts = text.split_once(BEGIN).and_then(|(before, rest)| {
        let (held, after) = rest.split_once(END)?;
        Some((before, held, after))
    });
    let Some((before, held, after)) = parts else {
        let markers = format!("the lines {} and {END} are missing", BEGIN.trim());
        return Err(io::Error::other(format!(
            "{name}: {markers}: add them, then {run}"
        )));
    };
    let drawing = format!("```mermaid\n{drawing}```\n");
    if held == drawing {
        Ok(())
    } else if is_update {
        fs::write(document, [before, BEGIN, &drawing, END, after].concat())
    } else {
        let error = format!("{name}: the drawing isn't that of src/: {run}");
        Err(io::Error::other(error))
    }
}
