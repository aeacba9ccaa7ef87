//! Words of an answer that speak against a deletion.

/// Whether the word, or the name of a member such as `failedIds`, says that something failed or isn't finished. Other
/// words, such as `ok` or `active`, may be about anything.
pub(crate) fn is_denial(word: &str) -> bool {
    let begins_with = |denial: &&str| {
        let begin = word.get(..denial.len());
        begin.is_some_and(|begin| begin.eq_ignore_ascii_case(denial))
    };
    DENIALS.iter().any(begins_with)
}

/// How such words begin.
#[rustfmt::skip]
const DENIALS: [&str; 16] = [
    "block", "cancel", "error", "fail", "ignore", "not_deleted", "not_found", "notDeleted", "notFound", "partial",
    "pending", "processing", "queued", "retry", "skip", "unchanged",
];
