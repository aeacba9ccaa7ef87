//! Draws the import graph of `src/`, or checks it.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "the output of a program"
)]

use std::path::Path;
use std::process::ExitCode;
use std::{env, io};

use unpost_house::{House, hold_document_to};

const USAGE: &str = "\
usage: unpost-house [FLAG] [REPOSITORY]
    (no flag)  prints the imports between rooms as a Mermaid flowchart
    --files    prints those between files
    --check    prints what breaks a rule, and fails if anything does
    --docs     fails if the drawing in docs/architecture.md differs; with UPDATE_DOCS=1, writes it
REPOSITORY is the folder above src/; by default, the repository of this program.";

fn main() -> ExitCode {
    let (flags, folders): (Vec<_>, Vec<_>) = env::args()
        .skip(1)
        .partition(|argument| argument.starts_with('-'));
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).parent();
    let given = folders.first().map(Path::new);
    let repository = given.or(own).unwrap_or(Path::new("."));
    let flags: Vec<_> = flags.iter().map(String::as_str).collect();
    match run(&flags, repository) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn run(flags: &[&str], repository: &Path) -> io::Result<ExitCode> {
    let house = House::open(repository)?;
    match flags {
        [] => print!("{}", house.draw_rooms()),
        ["--files"] => print!("{}", house.draw_files()),
        ["--check"] => {
            let violations = house.violations();
            for violation in &violations {
                println!("{violation}\n");
            }
            if !violations.is_empty() {
                println!("violations: {}", violations.len());
                return Ok(ExitCode::FAILURE);
            }
            println!("no rule is broken");
        }
        ["--docs"] => {
            let document = repository.join("docs/architecture.md");
            let is_update = env::var_os("UPDATE_DOCS").is_some();
            hold_document_to(&house.draw_rooms(), &document, is_update)?;
        }
        _ => {
            eprintln!("{USAGE}");
            return Ok(ExitCode::FAILURE);
        }
    }
    Ok(ExitCode::SUCCESS)
}
