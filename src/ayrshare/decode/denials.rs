//! Finds what parts of an answer without a meaning say against posts of the request. Pure.

use super::errors::member_denies_success;
use super::report::Report;
use super::statements::{Reader, Statement, Subject, id_of};
use crate::engine::denials::is_denial;
use crate::engine::json::Json;

impl<'j> Reader<'_, 'j> {
    /// Reads what a member without a meaning says against posts of the request. It can't say that a post is gone.
    /// `is_denied` tells whether the name of the member denies the posts that it names. Returns whether the value
    /// denies a success, which is found in the same pass, so that no part of an answer is read once for each level.
    pub(super) fn denials_inside(
        &mut self,
        value: &Json<'_>,
        is_denied: bool,
        statement: &mut Statement<'j>,
    ) -> bool {
        let mut denies = false;
        match value {
            Json::Object(members) => {
                for (name, value) in members.iter() {
                    let is_text = matches!(value, Json::Text(_) | Json::Whole(_));
                    let is_member_denied = is_denial(name) || (is_denied && !is_text);
                    let inside = self.denials_inside(value, is_member_denied, statement);
                    let says_no = match value {
                        Json::Bool(is_done) => !is_done,
                        Json::Text(word) => is_denial(word),
                        _ => inside,
                    };
                    if is_denied || says_no {
                        self.deny(name, statement);
                    }
                    denies |= member_denies_success(name, value, || inside);
                }
                if let Some(id) = id_of(members).filter(|_| is_denied || denies) {
                    self.deny(&id, statement);
                }
            }
            Json::List(items) => {
                for item in items {
                    denies |= self.denials_inside(item, is_denied, statement);
                }
            }
            Json::Text(_) | Json::Whole(_) if is_denied => {
                self.deny(&value.to_label().unwrap_or_default(), statement);
            }
            _ => {}
        }
        denies
    }

    /// Denies that the post of this id is gone, if it is one of the request.
    pub(super) fn deny(&mut self, id: &str, statement: &mut Statement<'j>) {
        if let Some(post) = self.index.find(id) {
            self.add((Subject::Post(post), Report::denying(true)), statement);
        }
    }
}
