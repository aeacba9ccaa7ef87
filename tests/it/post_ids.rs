//! Ids that aren't what they look like are refused before anything is sent, in words that help.

use unpost::ayrshare::{Client, DeleteRequest};
use unpost::{ErrorKind, Fate, PostId};

/// Ids that can't be sent, and what is said of each.
const FLAWED: [(&str, &str); 14] = [
    ("", "is blank: leave it out"),
    ("\u{feff} \u{a0}", "is blank: leave it out"),
    (
        "\u{feff}post",
        "begins with a byte order mark (U+FEFF): take it out",
    ),
    (
        "\u{200b}post",
        "begins with a zero-width space (U+200B): take it out",
    ),
    (
        "post\u{2060}",
        "ends with a word joiner (U+2060): take it out",
    ),
    (
        "post\u{a0}",
        "ends with a no-break space (U+00A0): take it out",
    ),
    (
        "\u{202f}post",
        "begins with a no-break space (U+202F): take it out",
    ),
    (" post", "begins with a space (U+0020): take it out"),
    ("post\u{3000}", "ends with a space (U+3000): take it out"),
    ("post\r\n", "ends with a line break (U+000A): take it out"),
    ("po\tst", "contains a tab (U+0009): take it out"),
    (
        "po\u{1b}st",
        "contains a control character (U+001B): take it out",
    ),
    (
        "po\u{202e}st",
        "contains a mark that changes the direction of text (U+202E): take it out",
    ),
    (
        "po\u{200d}st",
        "contains a zero-width joiner or non-joiner (U+200D): take it out",
    ),
];

#[tokio::test]
async fn a_call_with_an_id_that_is_not_what_it_looks_like_is_refused_and_says_what_to_do() {
    let client = Client::builder("KEY").build().unwrap();
    for (id, flaw) in FLAWED {
        let flaw = format!("a post id {flaw}");
        assert_eq!(PostId::from(id).flaw().as_deref(), Some(&*flaw), "{id:?}");
        for request in [
            DeleteRequest::by_id(id),
            DeleteRequest::mark_manual_deleted(id),
        ] {
            let error = client.delete(request).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Invalid, "{id:?}");
            assert_eq!(error.to_string(), format!("not sent: {flaw}"));
        }
    }
    assert_eq!(PostId::from("post of 你好, é").flaw(), None);
}

#[tokio::test]
async fn a_run_leaves_out_each_id_that_is_not_what_it_looks_like() {
    let client = Client::builder("KEY").build().unwrap();
    let mut run = client.delete_many(FLAWED.map(|(id, _)| id)).run();
    for (id, flaw) in FLAWED {
        let outcome = run.next().await.unwrap();
        let Fate::NotAttempted(failure) = outcome.fate else {
            panic!("{id:?}: {}", outcome.fate);
        };
        assert_eq!(
            (outcome.id.as_str(), failure.kind),
            (id, ErrorKind::Invalid)
        );
        assert_eq!(
            failure.detail.as_deref(),
            Some(&*format!("a post id {flaw}"))
        );
    }
    assert_eq!(run.next().await, None);
}
