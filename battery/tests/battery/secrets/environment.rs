//! Secrets that come from the environment, valid and invalid. A test can't set a variable of its own
//! process, so each environment is that of a child process.

use std::ffi::OsString;
use std::process::Command;

use unpost::{Error, ErrorKind, ayrshare, genviral};

use super::search::Search;
use super::{NOT_ASCII, WITH_A_NEWLINE, look_at, look_at_error};
use crate::faults::plain;
use crate::logs::{listen, planted};

const GENVIRAL: &str = "GENVIRAL_API_KEY";
const X_API_KEY: &str = "X_TWITTER_OAUTH1_API_KEY";
const X_API_SECRET: &str = "X_TWITTER_OAUTH1_API_SECRET";
/// All variables that the builders read, with a secret in each.
const VARIABLES: [(&str, &str); 5] = [
    ("AYRSHARE_API_KEY", planted::API_KEY),
    ("AYRSHARE_PROFILE_KEY", planted::PROFILE_KEY),
    (X_API_KEY, planted::X_API_KEY),
    (X_API_SECRET, planted::X_API_SECRET),
    (GENVIRAL, planted::API_KEY),
];
/// Variables for the child process. Each is set if the builder of that provider has to fail, and holds words
/// of the error.
const REFUSED: [&str; 2] = ["REFUSED_BY_AYRSHARE", "REFUSED_BY_GENVIRAL"];

#[test]
fn no_environment_shows_its_secrets() {
    meet(&[], None);
    for half in [X_API_KEY, X_API_SECRET] {
        let words = "only one of the environment variables X_TWITTER_OAUTH1_API_KEY and";
        meet(&[(half, None)], Some(words));
    }
    for name in ["AYRSHARE_API_KEY", GENVIRAL] {
        let words = format!("the environment variable {name} isn't set");
        meet(&[(name, None)], Some(&words));
    }
    for (name, _) in VARIABLES {
        for (value, words) in [
            (WITH_A_NEWLINE, "has white space in it"),
            (NOT_ASCII, "isn't printable ASCII"),
            ("", "is empty"),
        ] {
            meet(&[(name, Some(value.into()))], Some(words));
        }
    }
}

#[cfg(unix)]
#[test]
fn a_variable_that_is_not_text_is_named_and_not_shown() {
    use std::os::unix::ffi::OsStringExt;
    for (name, secret) in VARIABLES {
        let value = OsString::from_vec([b"\xff", secret.as_bytes()].concat());
        let words = format!("the environment variable {name} isn't text");
        meet(&[(name, Some(value))], Some(&words));
    }
}

/// Starts a child process with an environment that is valid except for these variables.
fn meet(changed: &[(&str, Option<OsString>)], refused: Option<&str>) {
    let mut child = Command::new(std::env::current_exe().unwrap());
    child.args(["--exact", "secrets::environment::in_a_process_of_its_own"]);
    child.args(["--ignored", "--nocapture"]).envs(VARIABLES);
    for (name, value) in changed {
        match value {
            Some(value) => child.env(name, value),
            None => child.env_remove(name),
        };
        let [ayrshare, genviral] = REFUSED;
        let provider = if *name == GENVIRAL {
            genviral
        } else {
            ayrshare
        };
        child.env(provider, refused.unwrap());
    }
    let output = child.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    let passed = output.status.success() && said.contains("1 passed");
    assert!(passed, "{changed:?}: {output:?}");
}

#[test]
#[ignore = "started by the tests above"]
fn in_a_process_of_its_own() {
    listen();
    let mut search = Search::default();
    let ayrshare = ayrshare::ClientBuilder::from_env().and_then(|builder| {
        look_at(&mut search, &builder);
        builder.http(plain()).build()
    });
    let genviral = genviral::ClientBuilder::from_env().and_then(|builder| {
        look_at(&mut search, &builder);
        builder.http(plain()).build()
    });
    if let Ok(client) = &ayrshare {
        look_at(&mut search, client);
    }
    if let Ok(client) = &genviral {
        look_at(&mut search, client);
    }
    let errors: [Option<Error>; 2] = [ayrshare.err(), genviral.err()];
    for (error, words) in errors.iter().zip(REFUSED) {
        let words = std::env::var(words).ok();
        assert_eq!(error.is_some(), words.is_some(), "{error:?}");
        if let (Some(error), Some(words)) = (error, words) {
            assert_eq!(error.kind(), ErrorKind::Invalid);
            assert!(error.to_string().contains(&words), "{error}");
            look_at_error(&mut search, error);
        }
    }
    search.logs();
    search.finish(8);
}
