//! What is written in JSON, byte by byte. A change of these files is a change of the format, which other programs
//! read. The schemas in `docs/` are held against the same lines.

mod schema;

use std::fmt::Debug;
use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use unpost::{Error, ErrorKind, Failure, Fate, NetworkResult, Outcome, Provider, Summary, mock};

const OUTCOMES: &str = include_str!("../golden/outcomes.jsonl");
const ERRORS: &str = include_str!("../golden/errors.jsonl");
const SUMMARIES: &str = include_str!("../golden/summaries.jsonl");
/// The tests of `journal` write these lines.
const JOURNAL: &str = include_str!("../golden/journal.jsonl");
/// Lines that a newer version may write.
const OF_TOMORROW: &str = include_str!("../golden/outcomes_of_tomorrow.jsonl");
const SUMMARIES_OF_TOMORROW: &str = include_str!("../golden/summaries_of_tomorrow.jsonl");

const KINDS: [ErrorKind; 17] = [
    ErrorKind::Invalid,
    ErrorKind::Unauthorized,
    ErrorKind::XKeysRequired,
    ErrorKind::NotFound,
    ErrorKind::AlreadyDeleted,
    ErrorKind::NotManuallyDeleted,
    ErrorKind::Blocked,
    ErrorKind::Partial,
    ErrorKind::RateLimited,
    ErrorKind::Refused,
    ErrorKind::Server,
    ErrorKind::Connect,
    ErrorKind::Timeout,
    ErrorKind::Disconnected,
    ErrorKind::UnexpectedResponse,
    ErrorKind::Stopped,
    ErrorKind::Unknown,
];

fn fates() -> Vec<Fate> {
    let mut full = Failure::new(ErrorKind::RateLimited);
    full.http_status = Some(429);
    full.code = Some("rate_limited".into());
    full.message = Some("slow \"down\"\n".into());
    full.detail = Some("the window is full".into());
    full.retry_after = Some(Duration::from_millis(1_500));
    let blocked = Fate::Blocked {
        status: "posted".into(),
    };
    let fates = [
        Fate::Deleted,
        Fate::MarkedDeleted,
        Fate::AlreadyDeleted,
        Fate::NotFound,
        Fate::Partial,
        blocked,
        Fate::Failed(full.clone()),
        Fate::Uncertain(full.clone()),
        Fate::Unreported,
        Fate::NotAttempted(full),
        Fate::Unknown,
    ];
    let kinds = KINDS.map(|kind| Fate::Failed(Failure::new(kind)));
    fates.into_iter().chain(kinds).collect()
}

/// One outcome for each fate, each kind and each provider, and one with all that an outcome can hold.
fn outcomes() -> Vec<Outcome> {
    let fates = fates().into_iter();
    let mut outcomes: Vec<_> = fates
        .map(|fate| Outcome::new("post-1", Provider::Ayrshare, fate))
        .collect();
    for provider in [Provider::Genviral, Provider::Other("acme".into())] {
        outcomes.push(Outcome::new("post-1", provider, Fate::Deleted));
    }
    let mut full = Outcome::new("post 1, é", Provider::Ayrshare, Fate::Partial);
    let mut refused = NetworkResult::new("facebook", "error");
    refused.id = Some("1_2".into());
    refused.code = Some(107);
    refused.message = Some("no".into());
    full.networks = vec![NetworkResult::new("bluesky", "success"), refused];
    full.attempts = 3;
    full.unanswered = 2;
    outcomes.push(full);
    outcomes
}

fn summaries() -> [Summary; 2] {
    let mut ended: Summary = outcomes().into_iter().collect();
    let mut stopped_by = Failure::new(ErrorKind::Stopped);
    stopped_by.detail = Some("the run was stopped".into());
    ended.stopped_by = Some(stopped_by);
    [Summary::default(), ended]
}

/// Compares what is written with the file, and what is read with the values.
#[track_caller]
fn assert_stored<T: Serialize + DeserializeOwned + PartialEq + Debug>(values: &[T], file: &str) {
    let written = values
        .iter()
        .map(|value| serde_json::to_string(value).unwrap() + "\n");
    let written: String = written.collect();
    assert_eq!(
        written, file,
        "the format has changed. It is now:\n{written}"
    );
    for (value, line) in values.iter().zip(file.lines()) {
        assert_eq!(serde_json::from_str::<T>(line).unwrap(), *value);
    }
}

/// An error of the client itself, and one with all that an error can hold.
fn errors() -> [Error; 2] {
    let mut failure = Failure::new(ErrorKind::RateLimited);
    failure.http_status = Some(429);
    failure.message = Some("slow down".into());
    failure.retry_after = Some(Duration::from_secs(30));
    let fate = Fate::Failed(failure.clone());
    let outcome = Outcome::new("post-1", Provider::Genviral, fate);
    let mut refused = Failure::new(ErrorKind::Invalid);
    refused.detail = Some("no post ids were given".into());
    let full = mock::error(failure).provider(Provider::Genviral);
    let full = full.post_id("post-1").outcomes([outcome]).attempts(2);
    [mock::error(refused).build(), full.uncertain(true).build()]
}

#[test]
fn an_error_is_written_as_it_always_was() {
    let written = errors().map(|error| serde_json::to_string(&error).unwrap() + "\n");
    assert_eq!(written.concat(), ERRORS);
}

#[test]
fn outcomes_and_summaries_are_written_and_read_as_they_always_were() {
    assert_stored(&outcomes(), OUTCOMES);
    assert_stored(&summaries(), SUMMARIES);
}

#[test]
fn the_name_of_a_fate_and_of_a_kind_is_what_is_written() {
    for fate in fates() {
        let written = serde_json::to_value(&fate).unwrap();
        assert_eq!(written["fate"], fate.as_str());
        assert_eq!(serde_json::from_value::<Fate>(written).unwrap(), fate);
    }
    for kind in KINDS {
        assert_eq!(serde_json::to_value(kind).unwrap(), kind.as_str());
        assert_eq!(kind.as_str().parse(), Ok(kind));
    }
}

#[test]
fn a_line_of_a_newer_version_is_read_and_written_back_unchanged() {
    for line in OF_TOMORROW.lines() {
        let outcome: Outcome = serde_json::from_str(line).unwrap();
        let kind = outcome.fate.failure().map(|failure| failure.kind);
        let is_unknown = outcome.fate == Fate::Unknown || kind == Some(ErrorKind::Unknown);
        assert!(
            is_unknown || outcome.provider.as_str() == "hyperpost",
            "{line}"
        );
        assert!(!outcome.fate.is_gone(), "{line}");
        let written = serde_json::to_string(&outcome).unwrap();
        assert_eq!(written, line);
        assert_eq!(serde_json::from_str::<Outcome>(&written).unwrap(), outcome);
        assert_eq!(serde_json::to_string(&outcome.clone()).unwrap(), line);
    }
    let lines = OF_TOMORROW.lines();
    let outcomes = lines.map(|line| serde_json::from_str::<Outcome>(line).unwrap());
    let summary: Summary = outcomes.collect();
    assert_eq!((summary.total, summary.unknown), (7, 2));
    // An unknown fate may be settled, so only the posts whose fate is known to be open are tried again.
    assert_eq!(summary.to_retry, ["post-3", "post-7"]);
    for line in SUMMARIES_OF_TOMORROW.lines() {
        let summary: Summary = serde_json::from_str(line).unwrap();
        assert_eq!(serde_json::to_string(&summary).unwrap(), line);
    }
}

#[test]
fn what_a_newer_version_said_of_a_failure_goes_with_it_and_is_said_once() {
    // A program may read a failure out of a whole line, and give it to another outcome or to an error.
    let line = OF_TOMORROW.lines().nth(5).unwrap();
    let failure: Failure = serde_json::from_str(line).unwrap();
    let said = r#""kind":"quota","http_status":429,"limit":5,"by":["us",null]"#;
    assert_eq!(
        serde_json::to_string(&failure).unwrap(),
        format!("{{{said}}}")
    );
    let error = mock::error(failure.clone()).attempts(2).build();
    let rest = r#""attempts":2,"uncertain":false,"retryable":false,"outcomes":[]"#;
    assert_eq!(
        serde_json::to_string(&error).unwrap(),
        format!("{{{said},{rest}}}")
    );
    let outcome = Outcome::new("post-6", Provider::Ayrshare, Fate::Uncertain(failure));
    let written = serde_json::to_string(&outcome).unwrap();
    let wanted = line.replace("failed", "uncertain");
    assert_eq!(
        written,
        wanted.replace(r#""attempts":1"#, r#""attempts":0"#)
    );
}

#[test]
fn a_fate_or_kind_that_the_caller_sets_replaces_the_unknown_one() {
    let line = OF_TOMORROW.lines().next().unwrap();
    let mut outcome: Outcome = serde_json::from_str(line).unwrap();
    outcome.fate = Fate::Deleted;
    let written = serde_json::to_string(&outcome).unwrap();
    let known =
        r#"{"id":"post-1","provider":"ayrshare","fate":"deleted","networks":[],"attempts":1}"#;
    assert_eq!(written, known);
    assert_eq!(serde_json::from_str::<Outcome>(known).unwrap(), outcome);

    let line = r#"{"kind":"throttled_by_moon","phase":"full"}"#;
    let mut failure: Failure = serde_json::from_str(line).unwrap();
    assert_eq!(
        failure.to_string(),
        "a failure that only a newer version knows (throttled_by_moon)"
    );
    failure.kind = ErrorKind::Timeout;
    assert_eq!(
        serde_json::to_string(&failure).unwrap(),
        r#"{"kind":"timeout"}"#
    );
}

#[test]
fn an_unknown_fate_alone_is_read_and_a_known_one_that_lacks_what_it_needs_is_not() {
    let fate: Fate = serde_json::from_str(r#"{"fate":"blocked_by_law","law":1}"#).unwrap();
    assert_eq!(fate, Fate::Unknown);
    assert_eq!(
        serde_json::to_string(&fate).unwrap(),
        r#"{"fate":"unknown"}"#
    );
    for line in [
        r#"{"id":"a","provider":"ayrshare","fate":"failed"}"#,
        r#"{"id":"a","provider":"ayrshare","fate":"failed","kind":7}"#,
        r#"{"id":"a","provider":"ayrshare","fate":"blocked"}"#,
        r#"{"id":"a","provider":"ayrshare","fate":"deleted","attempts":-1}"#,
        r#"{"id":"a","provider":"ayrshare"}"#,
        r#"{"id":"a","fate":"deleted"}"#,
        r#"{"provider":"ayrshare","fate":"deleted"}"#,
        r#"{"id":"a","id":"b","provider":"ayrshare","fate":"deleted"}"#,
        r#"{"id":"a","provider":"ayrshare","fate":"failed","kind":"server","kind":"refused"}"#,
    ] {
        assert!(serde_json::from_str::<Outcome>(line).is_err(), "{line}");
    }
}

#[test]
fn a_summary_of_an_older_version_is_read() {
    let summary: Summary = serde_json::from_str(r#"{"total":2,"deleted":2}"#).unwrap();
    assert!(summary.all_gone());
    assert_eq!(
        serde_json::from_str::<Summary>("{}").unwrap(),
        Summary::default()
    );
}

#[test]
fn every_stored_line_fits_the_schema_and_the_schemas_are_up_to_date() {
    let outcome = schema::of_outcome();
    for line in OUTCOMES.lines().chain(OF_TOMORROW.lines()) {
        let line: Value = serde_json::from_str(line).unwrap();
        assert_eq!(schema::flaw(&outcome, &line), None, "{line}");
    }
    for line in [
        r#"{"provider":"ayrshare","fate":"deleted","networks":[],"attempts":1}"#,
        r#"{"id":"a","provider":"ayrshare","fate":"failed","networks":[],"attempts":1}"#,
        r#"{"id":"a","provider":"ayrshare","fate":"blocked","networks":[],"attempts":1}"#,
        r#"{"id":"a","provider":"ayrshare","fate":"deleted","networks":[{"network":"x"}],"attempts":1}"#,
        r#"{"id":"a","provider":"ayrshare","fate":"failed","kind":7,"networks":[],"attempts":1}"#,
    ] {
        let line = serde_json::from_str(line).unwrap();
        assert!(schema::flaw(&outcome, &line).is_some(), "{line}");
    }
    let summary = schema::of_summary();
    for line in SUMMARIES.lines().chain(SUMMARIES_OF_TOMORROW.lines()) {
        let line: Value = serde_json::from_str(line).unwrap();
        assert_eq!(schema::flaw(&summary, &line), None, "{line}");
        let named = |schema: &Value| {
            schema["properties"]
                .as_object()
                .unwrap()
                .keys()
                .cloned()
                .collect::<Vec<_>>()
        };
        assert_eq!(
            line.as_object()
                .unwrap()
                .keys()
                .cloned()
                .collect::<Vec<_>>(),
            named(&summary)
        );
    }
    let text = outcome.to_string();
    let names = fates().into_iter().map(|fate| fate.as_str());
    for name in names.chain(KINDS.map(ErrorKind::as_str)) {
        assert!(
            text.contains(&format!("{name:?}")),
            "{name} is in no schema"
        );
    }
    schema::assert_documented("outcome", &outcome);
    schema::assert_documented("summary", &summary);
    schema::assert_documented("journal", &schema::of_journal());
}

#[test]
fn every_line_of_a_journal_fits_its_schema() {
    let journal = schema::of_journal();
    for line in JOURNAL.lines() {
        let line: Value = serde_json::from_str(line).unwrap();
        assert_eq!(schema::flaw(&journal, &line), None, "{line}");
    }
    let scope = r#""at":1763980000.0,"operation":"delete","provider":"ayrshare","profile":"main""#;
    for line in [
        r#"{"journal":"unpost","version":1}"#.to_owned(),
        r#"{"journal":"another","version":1,"salt":""}"#.to_owned(),
        r#"{"about_to_send":{"ids":[]}}"#.to_owned(),
        format!("{{{scope}}}"),
        format!(r#"{{{scope},"about_to_send":{{"ids":[1]}}}}"#),
        format!(r#"{{{scope},"answered":{{"kind":"throttled","ids":[]}}}}"#),
        format!(r#"{{{scope},"settled":{{"id":"post-1","fate":"deleted"}}}}"#),
    ] {
        let value = serde_json::from_str(&line).unwrap();
        assert!(schema::flaw(&journal, &value).is_some(), "{line}");
    }
}
