//! The text of every Rust file, read once.

use std::collections::BTreeMap;
use std::path::Path;
use std::{fs, io};

/// The text of each file, by its path from the repository: `src/engine/call.rs`.
pub(crate) type Sources = BTreeMap<String, String>;

/// Reads every `.rs` file below `src`, `tests` and `examples`.
pub(crate) fn read(repository: &Path) -> io::Result<Sources> {
    let mut sources = Sources::new();
    for folder in ["src", "tests", "examples"] {
        if repository.join(folder).is_dir() {
            read_folder(repository, folder, &mut sources)?;
        }
    }
    Ok(sources)
}

fn read_folder(repository: &Path, folder: &str, sources: &mut Sources) -> io::Result<()> {
    for entry in fs::read_dir(repository.join(folder))? {
        let entry = entry?;
        let path = format!("{folder}/{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            read_folder(repository, &path, sources)?;
        } else if entry.path().extension().is_some_and(|ext| ext == "rs") {
            let text = fs::read_to_string(entry.path());
            let text =
                text.map_err(|error| io::Error::new(error.kind(), format!("{path}: {error}")));
            sources.insert(path, text?);
        }
    }
    Ok(())
}
