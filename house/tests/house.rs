//! Small crates with one thing wrong, and the violations that are reported.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use std::fs;
use std::path::{Path, PathBuf};

use unpost_house::{House, hold_document_to};

/// Writes the files to an empty folder that belongs to this test.
fn write(files: &[(&str, &str)]) -> PathBuf {
    let test = std::thread::current().name().unwrap().to_owned();
    let repository = Path::new(env!("CARGO_TARGET_TMPDIR")).join(test);
    let _ = fs::remove_dir_all(&repository);
    for (file, text) in files {
        let path = repository.join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    repository
}

fn violations(files: &[(&str, &str)]) -> Vec<String> {
    House::open(&write(files)).unwrap().violations()
}

/// There is one violation, and it contains each of the words.
#[track_caller]
fn assert_only(violations: &[String], words: &[&str]) {
    assert_eq!(violations.len(), 1, "{violations:#?}");
    for word in words {
        assert!(violations[0].contains(word), "no {word} in {violations:#?}");
    }
}

const CLEAN: &[(&str, &str)] = &[
    (
        "src/lib.rs",
        "mod client; mod engine; mod http; mod model;
         pub mod ayrshare; pub mod docs; pub mod genviral; pub mod mock;
         pub use model::{PostId, provider::Provider}; pub use reqwest;
         pub type Id = self::PostId;",
    ),
    (
        "src/docs.rs",
        "//! [`crate::PostId`] of ayrshare\npub use crate::PostId;",
    ),
    (
        "src/model/mod.rs",
        "pub(crate) mod provider; mod post_id; pub use post_id::PostId;",
    ),
    ("src/model/post_id.rs", "pub struct PostId;"),
    (
        "src/model/provider.rs",
        "pub enum Provider { Ayrshare, Genviral }",
    ),
    (
        "src/engine/mod.rs",
        "mod call; mod limiter; pub(crate) use call::call; pub(crate) use limiter::Limiter;",
    ),
    (
        "src/engine/call.rs",
        "use crate::model::PostId; use super::limiter::{self, Limiter};
         pub(in crate::engine) fn of(_: &limiter::Permit) {}
         pub(crate) fn call(_: PostId, limiter: Limiter) { let engine = limiter; drop(engine) }",
    ),
    (
        "src/engine/limiter/mod.rs",
        "pub(crate) struct Limiter; pub(crate) struct Permit;",
    ),
    (
        "src/http/mod.rs",
        "mod transport; pub(crate) use self::transport::Transport;",
    ),
    (
        "src/http/transport.rs",
        "pub(crate) struct Transport(reqwest::Client);",
    ),
    (
        "src/client.rs",
        "use crate::{engine::call, http::Transport};
         macro_rules! settings { () => { $crate::http::Transport } }
         pub(crate) use settings;
         pub(crate) struct Core(Transport, reqwest::Client);",
    ),
    (
        "src/ayrshare.rs",
        "use crate::client::{Core, settings}; pub struct Client(Core);",
    ),
    ("src/genviral/mod.rs", "mod client; pub use client::Client;"),
    (
        "src/genviral/client.rs",
        "use crate::client::Core; pub struct Client(Core);",
    ),
    (
        "src/mock.rs",
        "use crate::ayrshare::Client; use crate::model::PostId;",
    ),
    ("tests/it.rs", "fn reads_ayrshare() {}"),
];

/// The clean crate, with a file replaced or added.
fn clean_but<'a>(file: &'a str, text: &'a str) -> Vec<(&'a str, &'a str)> {
    let rest = CLEAN.iter().copied().filter(|(path, _)| *path != file);
    rest.chain([(file, text)]).collect()
}

#[test]
fn a_clean_tree_passes() {
    assert_eq!(violations(CLEAN), [""; 0]);
}

#[test]
fn a_circle_of_two_files_is_found_and_named() {
    let found = violations(&[
        ("src/lib.rs", "mod model;"),
        ("src/model/mod.rs", "mod a; mod b;"),
        ("src/model/a.rs", "use super::b::B; pub struct A;"),
        (
            "src/model/b.rs",
            "use crate::model::{a::A as Other}; pub struct B;",
        ),
    ]);
    let circle = "circle of files: src/model/a.rs → src/model/b.rs → src/model/a.rs";
    assert_only(&found, &[circle, "`super::b::B`", "`crate::model::a::A`"]);
}

#[test]
fn a_circle_through_a_re_export_is_found() {
    let found = violations(&[
        ("src/lib.rs", "mod model;"),
        (
            "src/model/mod.rs",
            "mod a; mod b; mod c; pub(crate) use b::*; pub use self::c::C;",
        ),
        ("src/model/a.rs", "use super::B; pub struct A;"),
        ("src/model/b.rs", "use crate::model::C; pub struct B;"),
        ("src/model/c.rs", "pub struct C(super::a::A);"),
    ]);
    let circle = "src/model/a.rs → src/model/b.rs → src/model/c.rs → src/model/a.rs";
    assert_only(&found, &[circle]);
}

#[test]
fn a_circle_by_paths_in_code_is_found() {
    let found = violations(&[
        ("src/lib.rs", "mod model;"),
        ("src/model/mod.rs", "mod a; mod b; mod c; mod d;"),
        ("src/model/a.rs", "use super::b; pub fn a() -> u8 { b::B }"),
        (
            "src/model/b.rs",
            "pub const B: u8 = vec![crate::model::c::C(1)].len();",
        ),
        (
            "src/model/c.rs",
            "#[serde(with = \"super::d\")] pub struct C(u8);",
        ),
        (
            "src/model/d.rs",
            "pub fn d(of: impl Fn() -> super::a::A) {}",
        ),
    ]);
    let circle = "a.rs → src/model/b.rs → src/model/c.rs → src/model/d.rs → src/model/a.rs";
    assert_only(&found, &[circle]);
}

#[test]
fn a_circle_by_a_path_that_begins_with_an_imported_module_is_found() {
    let found = violations(&[
        ("src/lib.rs", "mod model;"),
        ("src/model/mod.rs", "mod a; mod b;"),
        (
            "src/model/a.rs",
            "use super::b::{self}; pub fn f(_: b::C) {}",
        ),
        ("src/model/b/mod.rs", "mod c; pub use c::C;"),
        (
            "src/model/b/c.rs",
            "pub struct C; fn c() { crate::model::a::f(C) }",
        ),
    ]);
    assert_only(
        &found,
        &["src/model/a.rs → src/model/b/c.rs → src/model/a.rs"],
    );
}

#[test]
fn a_circle_by_a_glob_import_is_found() {
    let found = violations(&[
        ("src/lib.rs", "mod model;"),
        ("src/model/mod.rs", "mod a; mod b; pub use b::B;"),
        ("src/model/a.rs", "use super::*; pub struct A(B);"),
        ("src/model/b.rs", "use super::a::A; pub struct B;"),
    ]);
    assert_only(
        &found,
        &["src/model/a.rs → src/model/b.rs → src/model/a.rs"],
    );
}

#[test]
fn a_circle_by_a_macro_is_found() {
    let found = violations(&[
        ("src/lib.rs", "mod model;"),
        ("src/model/mod.rs", "mod a; mod b;"),
        (
            "src/model/a.rs",
            "macro_rules! a { () => { $crate::model::b::B } } pub(crate) use a;",
        ),
        (
            "src/model/b.rs",
            "pub struct B; fn f() { crate::model::a::a!() }",
        ),
    ]);
    assert_only(
        &found,
        &["src/model/a.rs → src/model/b.rs → src/model/a.rs"],
    );
}

#[test]
fn a_name_that_is_no_import_makes_no_circle() {
    let found = violations(&[
        ("src/lib.rs", "mod model;"),
        (
            "src/model/mod.rs",
            "mod a; mod b; mod c; pub fn f(a: u8) -> u8 { a } fn g() { b::b(); c::c!() }",
        ),
        ("src/model/a.rs", "fn a() { super::f(1) }"),
        (
            "src/model/b.rs",
            "/// As [`super::f`].\npub(in crate::model) fn b() {}",
        ),
        (
            "src/model/c.rs",
            "macro_rules! c { () => { super::f(1) } } pub(crate) use c;",
        ),
    ]);
    assert_eq!(found, [""; 0]);
}

#[test]
fn a_circle_of_rooms_is_found_where_no_files_are_in_a_circle() {
    let found = violations(&[
        ("src/lib.rs", "mod delete_many; mod delete_posts;"),
        ("src/delete_many/mod.rs", "mod feed; mod settle;"),
        ("src/delete_many/feed.rs", "use crate::delete_posts::Batch;"),
        ("src/delete_many/settle.rs", "pub fn settle() {}"),
        (
            "src/delete_posts/mod.rs",
            "mod batch; mod done; pub use batch::Batch;",
        ),
        ("src/delete_posts/batch.rs", "pub struct Batch;"),
        (
            "src/delete_posts/done.rs",
            "use crate::delete_many::settle::settle;",
        ),
    ]);
    assert_only(
        &found,
        &[
            "circle of rooms: delete_many → delete_posts → delete_many",
            "settle.rs",
        ],
    );
}

#[test]
fn imports_of_tests_do_not_count() {
    let found = violations(&[
        ("src/lib.rs", "mod client; mod model;"),
        ("src/client.rs", "use crate::model::Model; pub struct Client;"),
        (
            "src/model/mod.rs",
            "#[cfg(test)] mod tests; #[cfg(test)] mod more { use crate::Client; }
             #[cfg(all(test, unix))] use crate::client;
             pub struct Model { #[cfg(test)] client: crate::client::Client }
             impl Model { #[cfg(test)] fn client() -> crate::client::Client { todo!() } }
             fn f() { #[cfg(test)] let x = crate::client::Client; #[cfg(test)] { crate::client::f() } #[cfg(test)] use crate::client::Client; }",
        ),
        ("src/model/tests.rs", "use crate::client::Client; mod deeper;"),
        ("src/model/tests/deeper.rs", "use crate::client::Client;"),
    ]);
    assert_eq!(found, [""; 0]);
}

#[test]
fn an_import_that_tests_leave_out_counts() {
    let text = "#[cfg(not(test))] use crate::client::Core; #[cfg(any(test, unix))] use crate::http::Transport; pub struct PostId;";
    let found = violations(&clean_but("src/model/post_id.rs", text));
    let wrong = found
        .iter()
        .filter(|violation| violation.starts_with("wrong direction"));
    assert_eq!(wrong.count(), 2, "{found:#?}");
}

#[test]
fn an_import_against_the_direction_is_found() {
    let text = "pub(crate) fn call() {} fn f(_: crate::http::Transport) {}";
    let found = violations(&clean_but("src/engine/call.rs", text));
    let import = "src/engine/call.rs imports src/http/transport.rs (`crate::http::Transport`)";
    assert_only(&found, &["wrong direction", import, "engine is below http"]);
}

#[test]
fn an_import_of_one_provider_by_the_other_is_found() {
    let text = "use crate::ayrshare::Client as Other; pub struct Client;";
    let found = violations(&clean_but("src/genviral/client.rs", text));
    assert_only(&found, &["genviral and ayrshare must not know each other"]);
}

#[test]
fn the_mock_imports_only_from_the_model_and_the_providers() {
    let found = violations(&clean_but("src/mock.rs", "use crate::http::Transport;"));
    assert_only(
        &found,
        &["mock imports only from ayrshare, genviral, model"],
    );
}

#[test]
fn a_room_in_no_layer_is_found() {
    let lib = CLEAN[0].1.replace("mod client;", "mod client; mod cellar;");
    let mut files = clean_but("src/lib.rs", &lib);
    files.push(("src/cellar.rs", ""));
    assert_only(&violations(&files), &["`cellar` is in no layer", "LAYERS"]);
}

#[test]
fn an_import_through_lib_is_found() {
    let text = "use crate::PostId; pub(crate) fn call() {}";
    let found = violations(&clean_but("src/engine/call.rs", text));
    assert_only(
        &found,
        &["src/engine/call.rs imports `crate::PostId` through lib.rs"],
    );
    let found = violations(&clean_but("src/mock.rs", "fn f(_: super::PostId) {}"));
    assert_only(
        &found,
        &["src/mock.rs imports `super::PostId` through lib.rs"],
    );
}

#[test]
fn a_providers_name_in_a_comment_of_a_shared_room_is_found() {
    let text = "\n// AyrShare's limit\npub(crate) struct Limiter; pub(crate) struct Permit;";
    let found = violations(&clean_but("src/engine/limiter/mod.rs", text));
    assert_only(
        &found,
        &["src/engine/limiter/mod.rs:2 names a provider (ayrshare)"],
    );
}

#[test]
fn the_http_library_outside_its_rooms_is_found() {
    let text = "/// Not reqwest's.\npub struct Client(::reqwest::Client);";
    let found = violations(&clean_but("src/genviral/client.rs", text));
    assert_only(
        &found,
        &["src/genviral/client.rs names `::reqwest::Client`"],
    );
}

#[test]
fn a_path_attribute_is_found() {
    let text = "#[path = \"../src/engine/call.rs\"]\nmod call;";
    let found = violations(&clean_but("tests/it.rs", text));
    assert_only(&found, &["tests/it.rs:1 contains `#[path`"]);
}

#[test]
fn a_file_that_is_no_module_is_found() {
    let found = violations(&clean_but("src/engine/old.rs", ""));
    assert_only(&found, &["src/engine/old.rs is no module"]);
}

#[test]
fn a_file_that_is_not_rust_is_an_error_that_names_it() {
    let error = House::open(&write(&clean_but("src/engine/call.rs", "fn {"))).unwrap_err();
    assert!(error.to_string().contains("src/engine/call.rs"), "{error}");
}

#[test]
fn the_drawing_has_each_import_that_no_detour_replaces() {
    let house = House::open(&write(&[
        ("src/lib.rs", "mod engine; mod http; mod model;"),
        ("src/model.rs", "pub struct M;"),
        ("src/engine/mod.rs", "mod limiter; use self::limiter::L;"),
        (
            "src/engine/limiter.rs",
            "use crate::model::M; pub struct L;",
        ),
        (
            "src/http.rs",
            "use crate::engine::limiter::L; use crate::model::M;",
        ),
    ]));
    let house = house.unwrap();
    let rooms = "\
flowchart TD
    engine[\"engine\"]
    http[\"http\"]
    model[\"model\"]
    engine --> model
    http --> engine
";
    assert_eq!(house.draw_rooms(), rooms);
    assert!(
        house
            .draw_files()
            .contains("    engine_mod_rs --> engine_limiter_rs\n")
    );
}

#[test]
fn a_document_with_another_drawing_is_an_error_until_it_is_updated() {
    let text = "before\n<!-- rooms -->\n```mermaid\nold\n```\n<!-- /rooms -->\nafter\n";
    let document = write(&[("docs/architecture.md", text)]).join("docs/architecture.md");
    let error = hold_document_to("new\n", &document, false).unwrap_err();
    assert!(
        error.to_string().contains("UPDATE_DOCS=1 cargo run"),
        "{error}"
    );
    assert_eq!(fs::read_to_string(&document).unwrap(), text);

    hold_document_to("new\n", &document, true).unwrap();
    hold_document_to("new\n", &document, false).unwrap();
    assert_eq!(
        fs::read_to_string(&document).unwrap(),
        text.replace("old", "new")
    );
}

#[test]
fn a_document_that_is_missing_or_has_no_markers_is_an_error() {
    let repository = write(&[("docs/other.md", "<!-- /rooms -->\n<!-- rooms -->\n")]);
    for file in ["docs/architecture.md", "docs/other.md"] {
        let error = hold_document_to("new\n", &repository.join(file), true).unwrap_err();
        assert!(
            error
                .to_string()
                .contains("cargo run -p unpost-house -- --docs"),
            "{error}"
        );
    }
}
