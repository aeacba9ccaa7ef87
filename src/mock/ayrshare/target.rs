use serde_json::Value;

/// The posts that the body of a request is about.
pub(super) enum Target<'a> {
    AllScheduled,
    One(&'a str),
    Many(Vec<&'a str>),
}

impl<'a> Target<'a> {
    /// `None` if the body names no post.
    pub(super) fn of(body: &'a Value) -> Option<Self> {
        if body.get("deleteAllScheduled") == Some(&Value::Bool(true)) {
            return Some(Self::AllScheduled);
        }
        match (body.get("id"), body.get("bulk")) {
            (Some(Value::String(id)), _) => Some(Self::One(id)),
            (None, Some(Value::Array(ids))) if !ids.is_empty() => {
                let ids: Option<Vec<_>> = ids.iter().map(Value::as_str).collect();
                ids.map(Self::Many)
            }
            _ => None,
        }
    }

    /// The ids in the order of the request, with repetitions.
    pub(super) fn ids(&self) -> &[&'a str] {
        match self {
            Self::AllScheduled => &[],
            Self::One(id) => std::slice::from_ref(id),
            Self::Many(ids) => ids,
        }
    }
}
