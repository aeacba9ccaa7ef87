//! Answers as the providers should give them, and as they shouldn't. Each documented member may be right,
//! missing, of a wrong type or there twice, and the posts may be ones that nobody asked for.

mod ayrshare;
mod documented;
mod genviral;
mod json;
mod parts;

use arbitrary::Arbitrary;

use self::ayrshare::AyrshareAnswer;
use self::genviral::GenviralAnswer;
pub use self::json::Body;
use self::json::Writing;
use self::parts::{PostId, one_of};
use crate::decoders::Asked;

/// A request to Ayrshare, and an answer to it.
#[derive(Arbitrary, Clone, Debug)]
pub struct AyrshareCase {
    request: Request,
    ids: Vec<PostId>,
    pub status: HttpStatus,
    #[arbitrary(with = AyrshareAnswer::mostly_documented)]
    answer: AyrshareAnswer,
    writing: Writing,
}

impl AyrshareCase {
    pub fn asked(&self) -> Asked {
        let ids: Vec<_> = self.ids.iter().map(PostId::text).collect();
        let first = || ids.first().cloned().unwrap_or_else(|| "post-0".to_owned());
        match self.request {
            Request::ById => Asked::ById(first()),
            Request::MarkManualDeleted => Asked::MarkManualDeleted(first()),
            Request::Bulk => Asked::Bulk(ids),
            Request::AllScheduled => Asked::AllScheduled,
        }
    }

    pub fn body(&self) -> Body {
        self.writing.write(&self.answer.json(&self.asked()))
    }

    /// The same answer, spelled in another way.
    pub fn rewritten(&self) -> Body {
        self.writing.other().write(&self.answer.json(&self.asked()))
    }
}

/// A request to Genviral, and an answer to it.
#[derive(Arbitrary, Clone, Debug)]
pub struct GenviralCase {
    ids: Vec<PostId>,
    pub status: HttpStatus,
    answer: GenviralAnswer,
    writing: Writing,
}

impl GenviralCase {
    pub fn asked(&self) -> Asked {
        Asked::Bulk(self.ids.iter().map(PostId::text).collect())
    }

    pub fn body(&self) -> Body {
        self.writing.write(&self.answer.json(&self.asked()))
    }

    /// The same answer, spelled in another way.
    pub fn rewritten(&self) -> Body {
        self.writing.other().write(&self.answer.json(&self.asked()))
    }
}

#[derive(Arbitrary, Clone, Copy, Debug)]
enum Request {
    ById,
    MarkManualDeleted,
    Bulk,
    AllScheduled,
}

#[derive(Arbitrary, Clone, Copy, Debug)]
pub enum HttpStatus {
    Ok,
    /// With which a request is refused.
    Refused,
    Common(u8),
    /// One that was never seen.
    Any(u16),
}

impl HttpStatus {
    pub fn number(self) -> u16 {
        const COMMON: [u16; 12] = [200, 201, 204, 302, 400, 401, 403, 404, 422, 429, 500, 503];
        match self {
            Self::Ok => 200,
            Self::Refused => 400,
            Self::Common(number) => one_of(&COMMON, number),
            Self::Any(number) => number,
        }
    }
}
