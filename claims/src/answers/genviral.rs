//! Genviral's answers.

use arbitrary::Arbitrary;

use super::ayrshare::ListName;
use super::json::Json;
use super::parts::{Id, Member, ToJson, Word, Wrong, one_of};
use crate::decoders::Asked;

#[derive(Arbitrary, Clone, Debug)]
pub(super) enum GenviralAnswer {
    Object {
        ok: Member<bool>,
        code: Member<u16>,
        message: Member<Word>,
        error_code: Member<CodeName>,
        data: Member<Data>,
        /// A list that stands beside `data` instead of in it.
        beside: Option<(ListName, Undocumented)>,
    },
    Wrong(Wrong),
}

#[derive(Arbitrary, Clone, Debug)]
pub(super) struct Data {
    deleted: Member<Vec<Item<Id>>>,
    blocked: Member<Vec<Item<Blocked>>>,
    skipped: Member<Vec<Item<Id>>>,
    errors: Member<Errors>,
    /// A list that isn't documented, such as `"failed":["post-1"]`.
    other: Option<(ListName, Undocumented)>,
}

/// A list of posts in a shape that isn't documented.
#[derive(Arbitrary, Clone, Debug)]
pub(super) enum Undocumented {
    Ids(Vec<Id>),
    Keyed(Errors),
    Objects(Vec<Blocked>),
}

#[derive(Arbitrary, Clone, Debug)]
pub(super) enum Item<T> {
    Right(T),
    Wrong(Wrong),
}

#[derive(Arbitrary, Clone, Debug)]
pub(super) struct Blocked {
    id: Member<Id>,
    status: Member<BlockedStatus>,
}

#[derive(Arbitrary, Clone, Debug)]
pub(super) enum BlockedStatus {
    Known(u8),
    Any(Word),
}

#[derive(Arbitrary, Clone, Debug)]
pub(super) struct Errors(Vec<(Id, Item<Word>)>);

#[derive(Arbitrary, Clone, Debug)]
pub(super) enum CodeName {
    Known(u8),
    Any(Word),
}

impl GenviralAnswer {
    pub(super) fn json(&self, asked: &Asked) -> Json {
        let mut members = Vec::new();
        match self {
            Self::Object {
                ok,
                code,
                message,
                error_code,
                data,
                beside,
            } => {
                ok.add("ok", asked, &mut members);
                code.add("code", asked, &mut members);
                message.add("message", asked, &mut members);
                error_code.add("error_code", asked, &mut members);
                data.add("data", asked, &mut members);
                if let Some((name, list)) = beside {
                    members.push((name.text().to_owned(), list.json(asked)));
                }
                Json::Object(members)
            }
            Self::Wrong(wrong) => wrong.json(asked),
        }
    }
}

impl ToJson for Data {
    fn json(&self, asked: &Asked) -> Json {
        let mut members = Vec::new();
        self.deleted.add("deletedIds", asked, &mut members);
        self.blocked.add("blockedStatuses", asked, &mut members);
        self.skipped.add("skipped", asked, &mut members);
        self.errors.add("errors", asked, &mut members);
        if let Some((name, list)) = &self.other {
            members.push((name.text().to_owned(), list.json(asked)));
        }
        Json::Object(members)
    }
}

impl ToJson for Undocumented {
    fn json(&self, asked: &Asked) -> Json {
        match self {
            Self::Ids(ids) => ids.json(asked),
            Self::Keyed(entries) => entries.json(asked),
            Self::Objects(entries) => entries.json(asked),
        }
    }
}

impl<T: ToJson> ToJson for Item<T> {
    fn json(&self, asked: &Asked) -> Json {
        match self {
            Self::Right(value) => value.json(asked),
            Self::Wrong(wrong) => wrong.json(asked),
        }
    }
}

impl ToJson for Blocked {
    fn json(&self, asked: &Asked) -> Json {
        let mut members = Vec::new();
        self.id.add("id", asked, &mut members);
        self.status.add("status", asked, &mut members);
        Json::Object(members)
    }
}

impl ToJson for BlockedStatus {
    fn json(&self, asked: &Asked) -> Json {
        let words = ["posted", "canceled", "partial", "deleted", "tomorrow"];
        match self {
            Self::Known(number) => Json::Text(one_of(&words, *number).to_owned()),
            Self::Any(word) => word.json(asked),
        }
    }
}

impl ToJson for Errors {
    fn json(&self, asked: &Asked) -> Json {
        let entries = self.0.iter();
        Json::Object(
            entries
                .map(|(id, message)| (id.text(asked), message.json(asked)))
                .collect(),
        )
    }
}

impl ToJson for CodeName {
    fn json(&self, asked: &Asked) -> Json {
        let names = [
            "invalid_json",
            "invalid_payload",
            "too_many_post_ids",
            "bulk_delete_failed",
            "invalid_token",
            "unauthorized",
            "subscription_required",
            "tier_not_allowed",
            "rate_limited",
            "of_tomorrow",
        ];
        match self {
            Self::Known(number) => Json::Text(one_of(&names, *number).to_owned()),
            Self::Any(word) => word.json(asked),
        }
    }
}

impl ToJson for u16 {
    fn json(&self, _: &Asked) -> Json {
        Json::Whole((*self).into())
    }
}
