//! The import graph of `src/`, and the rules that it has to follow.
//!
//! The rules, and the list of layers that they are about, are in `rules.rs`. A *room* is a file or a
//! folder at the top of `src/`.

mod drawing;
mod graph;
mod parse;
mod resolve;
mod rules;
mod sources;

use std::io;
use std::path::Path;

pub use drawing::hold_document_to;

/// A repository whose sources have been read and parsed.
#[derive(Debug)]
pub struct House {
    sources: sources::Sources,
    tree: parse::Tree,
    files: graph::Graph,
    rooms: graph::Graph,
}

impl House {
    /// Reads and parses the sources of a repository.
    ///
    /// # Errors
    ///
    /// A file can't be read or isn't Rust, or there is no `src/lib.rs`.
    pub fn open(repository: &Path) -> io::Result<Self> {
        let sources = sources::read(repository)?;
        let tree = parse::parse(&sources)?;
        let files = graph::Graph::of_files(&tree);
        let rooms = files.merge(rules::room);
        Ok(Self {
            sources,
            tree,
            files,
            rooms,
        })
    }

    /// Everything that breaks a rule, each with what to do about it.
    pub fn violations(&self) -> Vec<String> {
        let rules = [
            rules::circles("files", &self.files),
            rules::circles("rooms", &self.rooms),
            rules::wrong_directions(&self.files),
            rules::imports_through_lib(&self.tree),
            rules::providers_named(&self.sources),
            rules::http_library_named(&self.tree),
            rules::path_attributes(&self.sources),
            rules::files_without_module(&self.sources, &self.tree),
        ];
        rules.concat()
    }

    /// The imports between rooms as a Mermaid flowchart.
    pub fn draw_rooms(&self) -> String {
        drawing::draw(&self.rooms)
    }

    /// The imports between files as a Mermaid flowchart.
    pub fn draw_files(&self) -> String {
        drawing::draw(&self.files)
    }
}
