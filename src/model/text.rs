//! Texts that somebody else wrote: how much of them is kept, and how they are shown to people.

use std::borrow::Cow;
use std::fmt::{self, Write as _};
use std::sync::Arc;

/// How much of a server's message is kept, in bytes, with the mark at its end.
pub(crate) const LONGEST_MESSAGE: usize = 4 * 1024;

/// How much of a server's code, status or name is kept, in bytes, with the mark at its end. These texts are copied for each
/// post, so they are kept short.
pub(crate) const LONGEST_LABEL: usize = 256;

/// The end of every text that was cut.
const MARK: &str = "… [cut]";

/// A server's message, cut to 4 KiB, for all outcomes that it explains.
pub(crate) fn message(text: &str) -> Arc<str> {
    cut(text, LONGEST_MESSAGE).into()
}

/// A server's code, status or name, cut to 256 bytes.
pub(crate) fn label(text: &str) -> String {
    cut(text, LONGEST_LABEL).into_owned()
}

/// At most this many bytes of a text. A text that is longer ends with a mark that says so.
pub(crate) fn cut(text: &str, most: usize) -> Cow<'_, str> {
    if text.len() <= most {
        return Cow::Borrowed(text);
    }
    let mut end = most.saturating_sub(MARK.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let kept = text.get(..end).unwrap_or_default();
    Cow::Owned([kept, MARK].concat())
}

/// A text without the mark that it was cut with, and the mark. `None` if the text is whole.
pub(crate) fn split_mark(text: &str) -> Option<(&str, &'static str)> {
    text.strip_suffix(MARK).map(|kept| (kept, MARK))
}

/// Whether a reader doesn't see the character, or sees the text around it in another order: control characters,
/// line and paragraph separators, zero-width characters, and the marks that change the direction of a text.
pub(crate) fn is_invisible(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{ad}'
                | '\u{61c}'
                | '\u{180e}'
                | '\u{200b}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{feff}'
                | '\u{fff9}'..='\u{fffb}'
                | '\u{e0000}'..='\u{e007f}'
        )
}

/// A text for one line of a log: at most 300 characters, with invisible ones escaped.
pub(crate) struct Excerpt<'a>(pub(crate) &'a str);

impl Excerpt<'_> {
    const LENGTH: usize = 300;
}

impl fmt::Display for Excerpt<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for character in self.0.chars().take(Self::LENGTH) {
            if is_invisible(character) {
                write!(f, "{}", character.escape_default())?;
            } else {
                f.write_char(character)?;
            }
        }
        if self.0.chars().nth(Self::LENGTH).is_some() {
            f.write_str("…")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_between_two_characters_and_is_never_longer_than_allowed() {
        let whole = "é".repeat(LONGEST_MESSAGE / 2);
        assert_eq!(*message(&whole), *whole);
        for before in ["", "a"] {
            let kept = message(&format!("{before}{whole}é"));
            assert!(kept.ends_with("é… [cut]"), "{kept}");
            assert!((LONGEST_MESSAGE - 1..=LONGEST_MESSAGE).contains(&kept.len()));
        }
        assert_eq!(label(&whole).len(), LONGEST_LABEL - 1);
    }

    #[test]
    fn no_character_that_a_reader_does_not_see_is_shown_as_it_is() {
        let hidden = "\0\n\u{1b}\u{7f}\u{85}\u{61c}\u{200b}\u{200c}\u{200d}\u{200e}\u{200f}\u{2028}\u{2029}\
                      \u{202a}\u{202b}\u{202c}\u{202d}\u{202e}\u{2060}\u{2066}\u{2067}\u{2068}\u{2069}\u{feff}";
        let shown = Excerpt(hidden).to_string();
        assert!(shown.is_ascii(), "{shown}");
        assert!(shown.chars().all(|character| !character.is_control()));
        assert_eq!(Excerpt("no: é, 你好, 🙂").to_string(), "no: é, 你好, 🙂");
    }
}
