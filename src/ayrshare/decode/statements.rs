//! Finds what an answer states, and which post each statement is about. Pure.
//!
//! A statement is an object that has a status, a code or the results of networks. It may stand alone, in a list,
//! under the name of a group, under the id of a post, or inside another statement. A statement that names no
//! post is about the same post as the statement around it. All requests share this reading, so an answer about
//! one post is read as strictly as an answer about many.

use std::borrow::Cow;

use super::errors::{denies_by_value, denies_success, means_no_error};
use super::networks::{NETWORK_NAMES, has_form_of_network, is_error, may_be_network};
use super::report::Report;
use crate::engine::denials::is_denial;
use crate::engine::index::Index;
use crate::engine::json::{Json, Members};
use crate::model::{PostId, is_success};

/// What an answer states about a request and about each of its posts.
pub(super) struct Statements<'j> {
    /// What the answer states about none of the posts.
    pub(super) request: Report<'j>,
    /// One for each post of the request, in order. `None` if nothing is stated about the post.
    pub(super) posts: Vec<Option<Report<'j>>>,
    pub(super) listed: Listed,
    /// Whether the answer denies that another post is gone.
    pub(super) others_deny: bool,
}

/// Whose posts the answer lists.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Listed {
    asked: bool,
    others: bool,
    /// A list of posts is empty, which says that the answer isn't about the post.
    nothing: bool,
}

impl Listed {
    /// Whether there are lists of posts, and none of them has a post of the request.
    pub(super) fn lacks_asked(self) -> bool {
        (self.others || self.nothing) && !self.asked
    }

    /// Whether there are posts, and none of them is one of the request.
    pub(super) fn only_others(self) -> bool {
        self.others && !self.asked
    }
}

impl<'j> Statements<'j> {
    /// Reads the answer to a request about one post. A statement that names no post is about this one.
    pub(super) fn about_one(asked: &PostId, json: &'j Json<'_>) -> Self {
        Self::read(std::slice::from_ref(asked), Subject::Post(0), json)
    }

    /// Reads the answer to a request about several posts. A statement that names no post is about the request.
    pub(super) fn about_each(asked: &[PostId], json: &'j Json<'_>) -> Self {
        Self::read(asked, Subject::Request, json)
    }

    /// Reads everything that is stated as one report, whichever posts it names.
    pub(super) fn about_everything(json: &'j Json<'_>) -> Report<'j> {
        Self::read(&[], Subject::Request, json).request
    }

    fn read(asked: &[PostId], default: Subject, json: &'j Json<'_>) -> Self {
        let mut reader = Reader {
            index: Index::new(asked),
            request: Report::default(),
            posts: vec![None; asked.len()],
            listed: Listed::default(),
            others_deny: false,
            is_in_errors: false,
        };
        let (subject, report) = if let Json::Object(members) = json {
            reader.object(members, Around::Answer(default))
        } else {
            let mut answer = Statement::about(default, Report::default());
            reader.group("", json, &mut answer);
            let mut report = answer.inside.unwrap_or_default();
            report.has_errors |= answer.own.has_errors;
            (default, report)
        };
        match subject {
            Subject::Post(post) if report.says_anything() => reader.add_to_post(post, report),
            _ => {
                reader.others_deny |= subject == Subject::OtherPost && report.denies_success();
                reader.request.merge_sibling(report);
            }
        }
        let mut posts = reader.posts;
        if let (Subject::Post(_), [Some(post)]) = (default, posts.as_mut_slice()) {
            post.has_errors |= reader.others_deny;
        }
        Self {
            request: reader.request,
            posts,
            listed: reader.listed,
            others_deny: reader.others_deny,
        }
    }
}

/// What a statement is about.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Subject {
    Request,
    /// A post of the request, by its position there.
    Post(usize),
    OtherPost,
}

/// Where an object stands, with the subject of the statement around it.
#[derive(Clone, Copy)]
enum Around {
    /// The object is the whole answer.
    Answer(Subject),
    /// It is the `data` of a statement.
    Data(Subject),
    /// It is an entry of a list.
    Entry(Subject),
    /// It is an error.
    Error(Subject),
    /// It is a group, in which entries stand under the ids of posts.
    Group(Subject),
    /// It stands under the id of a post of the request.
    Id(Subject),
}

/// An object that is being read.
pub(super) struct Statement<'j> {
    subject: Subject,
    own: Report<'j>,
    /// What is stated inside it about the same subject.
    inside: Option<Report<'j>>,
}

impl<'j> Statement<'j> {
    fn about(subject: Subject, own: Report<'j>) -> Self {
        Self {
            subject,
            own,
            inside: None,
        }
    }
}

pub(super) struct Reader<'a, 'j> {
    pub(super) index: Index<'a>,
    request: Report<'j>,
    posts: Vec<Option<Report<'j>>>,
    listed: Listed,
    /// Whether a statement about another post denies a success.
    others_deny: bool,
    /// Whether the statement that is read stands among errors.
    is_in_errors: bool,
}

/// Names of members that hold statements about posts.
const GROUPS: [&str; 4] = ["posts", "postIds", "results", "bulk"];

/// Names of members that belong to a statement itself.
#[rustfmt::skip]
const OWN_MEMBERS: [&str; 9] = [
    "action", "code", "details", "id", "markManualDeleted", "message", "platform", "retryAvailable", "status",
];

/// The entries in the groups of an answer.
pub(super) fn entries<'j>(members: &'j Members<'_>) -> impl Iterator<Item = &'j Json<'j>> {
    let groups = members.iter().filter(|(name, _)| GROUPS.contains(name));
    groups.flat_map(|(_, group)| match group {
        Json::List(items) => items.as_slice(),
        entry => std::slice::from_ref(entry),
    })
}

/// The id of the post that an object names.
pub(super) fn id_of<'j>(members: &'j Members<'_>) -> Option<Cow<'j, str>> {
    let names = ["id", "postId", "post_id"].iter();
    names
        .filter_map(|name| members.get(name))
        .find_map(Json::to_label)
}

impl<'j> Reader<'_, 'j> {
    /// Reads an object and everything in it. Returns what it is about, and what it states about that.
    fn object(&mut self, members: &'j Members<'_>, around: Around) -> (Subject, Report<'j>) {
        let own = match (around, members.text("platform")) {
            (Around::Entry(_) | Around::Error(_) | Around::Id(_), Some(network)) => {
                Report::of_network(network, members)
            }
            // A gateway may write an object with an error in it.
            (Around::Data(_) | Around::Error(_), _) => Report::own(members, false),
            _ => Report::own(members, true),
        };
        let mut statement = Statement::about(self.subject(members, &own, around), own);
        for (name, value) in members.iter() {
            match value {
                Json::Null => {}
                _ if name == "warnings" => {}
                _ if OWN_MEMBERS.contains(&name) => {
                    let denies = self.denials_inside(value, false, &mut statement);
                    statement.own.has_errors |= denies;
                }
                _ if matches!(name, "error" | "errors") => self.errors(value, &mut statement),
                _ if name == "networks" => statement.own.add_networks(value),
                _ if NETWORK_NAMES.contains(&name) => statement.own.add_network(name, value),
                _ if GROUPS.contains(&name) => self.group(name, value, &mut statement),
                Json::Object(data) if name == "data" => {
                    let read = self.object(data, Around::Data(statement.subject));
                    self.add(read, &mut statement);
                }
                _ if name == "data" => self.group(name, value, &mut statement),
                _ => match (self.index.find(name), around) {
                    (Some(post), _) => self.under_id(Subject::Post(post), value, &mut statement),
                    (None, Around::Group(_)) if value.as_list().is_none() => {
                        self.under_other_id(value, &mut statement);
                    }
                    (None, Around::Answer(_) | Around::Data(_)) => {
                        self.unknown(name, value, &mut statement);
                    }
                    (None, _) => self.unknown_of_post(name, value, &mut statement),
                },
            }
        }
        let Statement {
            subject,
            mut own,
            inside,
        } = statement;
        if let Some(inside) = inside {
            let is_whole_answer =
                matches!(around, Around::Answer(_) | Around::Data(_)) && id_of(members).is_none();
            own.merge_nested(inside, is_whole_answer);
        }
        (subject, own)
    }

    fn subject(&mut self, members: &Members<'_>, own: &Report<'_>, around: Around) -> Subject {
        let (Around::Answer(default)
        | Around::Data(default)
        | Around::Entry(default)
        | Around::Error(default)
        | Around::Group(default)
        | Around::Id(default)) = around;
        let id = id_of(members);
        let is_listed = !matches!(around, Around::Answer(_) | Around::Id(_));
        let (Some(id), false) = (id, self.posts.is_empty()) else {
            return default;
        };
        match (around, self.index.find(&id)) {
            (Around::Id(_), _) => default,
            // If the whole answer refuses the parameters or the credentials, it is about no post, even if it
            // quotes an id.
            (Around::Answer(Subject::Request), Some(_)) if own.refuses_by_code() => default,
            (_, Some(post)) => {
                self.listed.asked |= is_listed && !matches!(around, Around::Entry(_));
                Subject::Post(post)
            }
            // This is the post's id at the network.
            (Around::Entry(_) | Around::Error(_), None) if members.text("platform").is_some() => {
                default
            }
            (_, None) => {
                self.listed.others |= is_listed;
                Subject::OtherPost
            }
        }
    }

    /// Reads a group: a list of entries, or an object that has them under the ids of posts.
    fn group(&mut self, name: &str, value: &'j Json<'_>, statement: &mut Statement<'j>) {
        match value {
            Json::Object(members) => {
                let read = self.object(members, Around::Group(statement.subject));
                self.add(read, statement);
            }
            Json::List(items) => {
                self.listed.nothing |= items.is_empty() && name == "posts";
                for item in items {
                    self.entry(item, statement);
                }
            }
            // A text may be a status, or the id of a post.
            Json::Text(word) if is_success(word) || word == "ok" => {}
            Json::Text(word) if is_denial(word) => statement.own.has_errors = true,
            id => self.entry(id, statement),
        }
    }

    fn entry(&mut self, item: &'j Json<'_>, statement: &mut Statement<'j>) {
        match item {
            Json::Object(members) => {
                let read = self.object(members, Around::Entry(statement.subject));
                // An entry that says nothing of its post doesn't list it. It says as little as one about another post.
                self.listed.others |= !read.1.says_anything();
                self.listed.asked |= matches!(read.0, Subject::Post(_))
                    && members.text("platform").is_none()
                    && read.1.says_anything();
                self.add(read, statement);
            }
            // A list may repeat the ids of the request.
            Json::Text(_) | Json::Whole(_) => {
                let id = item.to_label().unwrap_or_default();
                match self.index.find(&id) {
                    Some(_) => self.listed.asked = true,
                    None => self.listed.others = true,
                }
            }
            _ => statement.own.has_errors |= denies_success(item),
        }
    }

    /// Reads what stands under the id of a post.
    fn under_id(&mut self, post: Subject, value: &'j Json<'_>, statement: &mut Statement<'j>) {
        self.listed.asked = true;
        let report = match value {
            Json::Object(members) => self.object(members, Around::Id(post)).1,
            Json::Text(status) => Report::of_status(status),
            Json::List(_) => Report::denying(denies_success(value)),
            _ => Report::denying(true),
        };
        self.add((post, report), statement);
    }

    /// Reads a member of a group whose name is no id of the request. It is the id of another post.
    fn under_other_id(&mut self, value: &'j Json<'_>, statement: &mut Statement<'j>) {
        if self.posts.is_empty() {
            // The request names no posts, so everything is about the request.
            return self.under_id(Subject::Request, value, statement);
        }
        self.denials_inside(value, false, statement);
        self.listed.others |= value.as_object().is_some() || value.as_text().is_some();
        self.others_deny |= denies_success(value) || !value.as_text().is_none_or(is_success);
    }

    /// Reads errors. They are part of the statement in which they stand, unless they name another post.
    fn errors(&mut self, value: &'j Json<'_>, statement: &mut Statement<'j>) {
        if means_no_error(value) {
            return;
        }
        let errors = match value {
            Json::List(items) => items.as_slice(),
            error => std::slice::from_ref(error),
        };
        let mut reports = Vec::new();
        let is_in_errors = std::mem::replace(&mut self.is_in_errors, true);
        for error in errors {
            let Some(members) = error.as_object() else {
                self.denials_inside(error, true, statement);
                reports.push(Report::of_error(error));
                continue;
            };
            let (about, mut report) = self.object(members, Around::Error(statement.subject));
            report.has_errors |= !report.is_explained_error() || report.has_success();
            if about == statement.subject {
                reports.push(report);
            } else {
                self.add((about, report), statement);
            }
        }
        self.is_in_errors = is_in_errors;
        statement.own.merge_errors(reports);
    }

    /// Reads a member of an entry about a post. Its name may be that of a new network.
    fn unknown_of_post(&mut self, name: &str, value: &'j Json<'_>, statement: &mut Statement<'j>) {
        let status = value.as_object().and_then(|members| members.text("status"));
        if status.is_some_and(|status| is_error(status) || is_success(status)) {
            self.denials_inside(value, is_denial(name), statement);
            statement.own.add_network(name, value);
        } else {
            self.unknown(name, value, statement);
        }
    }

    /// Reads a member whose name has no meaning.
    fn unknown(&mut self, name: &str, value: &'j Json<'_>, statement: &mut Statement<'j>) {
        self.denials_inside(value, is_denial(name), statement);
        statement.own.has_errors |= denies_by_value(name, value);
        let items = match value {
            Json::List(items) => items.as_slice(),
            item => std::slice::from_ref(item),
        };
        for item in items {
            match item {
                Json::Object(members) if has_form_of_network(members) => {
                    statement.own.add_network(name, item);
                }
                Json::Object(members) if members.text("platform").is_some() => {
                    let network = members.text("platform").unwrap_or_default();
                    statement.own.add_network(network, item);
                }
                Json::Object(members) if may_be_network(name, members) => {
                    statement.own.has_errors |= denies_success(item);
                    statement.own.mention(name, members);
                }
                Json::Text(word) if value.as_list().is_some() && is_denial(name) => {
                    // The word is a network, or the id of a post.
                    let is_network = NETWORK_NAMES.contains(&&**word);
                    statement.own.has_errors |= is_network || self.posts.is_empty();
                    self.others_deny |= !is_network && self.index.find(word).is_none();
                }
                _ => statement.own.has_errors |= denies_success(item),
            }
        }
    }

    /// Adds what was read inside a statement.
    pub(super) fn add(
        &mut self,
        (about, mut report): (Subject, Report<'j>),
        statement: &mut Statement<'j>,
    ) {
        if !report.says_anything() {
            return;
        }
        // A success among the errors is none.
        report.has_errors |= self.is_in_errors && !report.denies_success();
        match about {
            about if about == statement.subject => merge(&mut statement.inside, report),
            Subject::Post(post) => self.add_to_post(post, report),
            Subject::Request => self.request.merge_sibling(report),
            Subject::OtherPost => self.others_deny |= report.denies_success(),
        }
    }

    fn add_to_post(&mut self, post: usize, report: Report<'j>) {
        if let Some(post) = self.posts.get_mut(post) {
            merge(post, report);
        }
    }
}

fn merge<'j>(into: &mut Option<Report<'j>>, report: Report<'j>) {
    match into {
        Some(earlier) => earlier.merge_sibling(report),
        None => *into = Some(report),
    }
}
