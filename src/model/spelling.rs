//! The spellings of an id. Every part that compares ids does it by these functions.

use std::borrow::Cow;

/// Whether both are the id of the same post. A UUID is the same in either case.
pub(crate) fn is_same(one: &str, other: &str) -> bool {
    one == other || (one.eq_ignore_ascii_case(other) && is_uuid(one))
}

/// One spelling for all spellings of an id.
pub(crate) fn canonical(id: &str) -> Cow<'_, str> {
    let has_upper_case = id.bytes().any(|byte| byte.is_ascii_uppercase());
    if has_upper_case && is_uuid(id) {
        Cow::Owned(id.to_ascii_lowercase())
    } else {
        Cow::Borrowed(id)
    }
}

fn is_uuid(text: &str) -> bool {
    let is_right = |(place, byte): (usize, u8)| match place {
        8 | 13 | 18 | 23 => byte == b'-',
        _ => byte.is_ascii_hexdigit(),
    };
    text.len() == 36 && text.bytes().enumerate().all(is_right)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_uuid_is_the_same_in_either_case() {
        let uuid = "0198a7c1-5d3e-4abc-9def-00ff00ff00ff";
        let longer = format!("{uuid}0");
        for (one, other, is_one_post) in [
            (uuid, &*uuid.to_uppercase(), true),
            (uuid, "0198a7c1-5d3e-4abc-9def-00ff00ff00fe", false),
            (&longer, &longer.to_uppercase(), false),
            ("post-1", "Post-1", false),
        ] {
            assert_eq!(is_same(one, other), is_one_post, "{one} {other}");
            assert_eq!(
                canonical(one) == canonical(other),
                is_one_post,
                "{one} {other}"
            );
        }
    }
}
