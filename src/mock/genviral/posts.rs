use std::{borrow::Cow, collections::BTreeMap};

/// The posts that still exist. The answers don't tell a deleted post from one that never existed.
///
/// A UUID means the same post in upper and in lower case.
#[derive(Default)]
pub(super) struct Posts(BTreeMap<String, Seeded>);

struct Seeded {
    /// The id as the test spells it.
    id: String,
    post: Post,
}

pub(super) struct Post {
    pub(super) status: String,
    pub(super) in_scope: bool,
    /// The error message if deleting the post fails.
    pub(super) failure: Option<String>,
}

impl Post {
    /// A post of the key's workspace that nothing but its status keeps from being deleted.
    pub(super) fn in_scope(status: impl Into<String>) -> Self {
        Self {
            status: status.into(),
            in_scope: true,
            failure: None,
        }
    }
}

impl Posts {
    pub(super) fn insert(&mut self, id: impl Into<String>, post: Post) {
        let id = id.into();
        let key = canonical(&id).into_owned();
        self.0.insert(key, Seeded { id, post });
    }

    pub(super) fn get(&self, id: &str) -> Option<&Post> {
        self.0.get(&*canonical(id)).map(|seeded| &seeded.post)
    }

    pub(super) fn remove(&mut self, id: &str) {
        self.0.remove(&*canonical(id));
    }

    /// The sorted ids, as the test spells them.
    pub(super) fn ids(&self) -> Vec<String> {
        let mut ids: Vec<_> = self.0.values().map(|seeded| seeded.id.clone()).collect();
        ids.sort_unstable();
        ids
    }
}

/// The one spelling that is the same for every spelling of a UUID. Any other id has only one.
pub(super) fn canonical(id: &str) -> Cow<'_, str> {
    if is_uuid(id) {
        id.to_ascii_lowercase().into()
    } else {
        id.into()
    }
}

/// Whether the id is a UUID of any version: five groups of hexadecimal digits.
pub(super) fn is_uuid(id: &str) -> bool {
    let groups = id.split('-').map(|group| {
        let is_hexadecimal = group.bytes().all(|byte| byte.is_ascii_hexdigit());
        is_hexadecimal.then_some(group.len())
    });
    groups.eq([8, 4, 4, 4, 12].map(Some))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uuid_has_five_groups_of_hexadecimal_digits() {
        assert!(is_uuid("0f4f54d4-8cce-4fb7-8c7b-befbcb8af812"));
        assert!(is_uuid("0F4F54D4-8CCE-4FB7-8C7B-BEFBCB8AF812"));
        for other in [
            "",
            "post-1",
            "0f4f54d4-8cce-4fb7-8c7b-befbcb8af81g",
            "0f4f54d4-8cce-4fb7-8c7b-befbcb8af8123",
            "0f4f54d4-8cce-4fb7-8c7b-befbcb8af812-",
            "0f4f54d48cce4fb78c7bbefbcb8af812",
            "{0f4f54d4-8cce-4fb7-8c7b-befbcb8af812}",
        ] {
            assert!(!is_uuid(other), "{other}");
        }
    }
}
