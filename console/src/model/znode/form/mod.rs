//! What is typed before a change: fields, and the change that they make.
//!
//! - `field`: one thing to fill in;  `keys`: what keys do to them;  `change`: what they make

mod change;
mod field;
mod keys;
#[cfg(test)]
mod tests;

use bytes::Bytes;
use zoowarden_shared::{acl::Acl, quota::StatsTrack};

use super::{acl_text, quota};

use field::{area, line};

pub use field::{Field, Input};

/// What a form is for, and what was seen when it was opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// A query, and the znode to begin at.
    Find {
        start: String,
    },
    SetData {
        path: String,
        seen: Bytes,
        version: i32,
    },
    Create,
    SetAcl {
        path: String,
        seen: Vec<Acl>,
        version: i32,
    },
    SetQuota {
        path: String,
        seen: Option<(StatsTrack, i32)>,
    },
}

/// Fields, one of which takes the keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Form {
    pub purpose: Purpose,
    pub fields: Vec<Field>,
    pub at: usize,
    /// Why it could not be taken as it is.
    pub fault: Option<String>,
    /// Esc was pressed once over something typed.
    pub is_leaving: bool,
    /// As the fields were at the beginning.
    first: Vec<String>,
}

/// What a key did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pressed {
    Stays,
    Submits,
    Leaves,
    /// The field is to be edited in the operator's own editor.
    Outside,
}

/// The kinds that may be made, in the order of their choice.
const KINDS: &[&str] = &["persistent", "sequential", "container", "with TTL"];

impl Form {
    /// A form with these fields; the first takes the keys.
    #[must_use]
    pub fn new(purpose: Purpose, fields: Vec<Field>) -> Self {
        let first = fields.iter().map(Field::value).collect();
        Self {
            purpose,
            fields,
            at: 0,
            fault: None,
            is_leaving: false,
            first,
        }
    }

    /// The prompt of a find, with what was looked for last.
    #[must_use]
    pub fn find(start: &str, last: &str) -> Self {
        let purpose = Purpose::Find {
            start: start.to_owned(),
        };
        Self::new(purpose, vec![line("find", last)])
    }

    /// Data to edit, which must be text.
    ///
    /// # Errors
    /// Why it cannot be edited here.
    pub fn set_data(path: &str, seen: &Bytes, version: i32) -> Result<Self, String> {
        let text = std::str::from_utf8(seen)
            .map_err(|_| "its data is no text: E edits it with your own editor".to_owned())?;
        if text.len() > crate::model::text_area::MAX_BYTES {
            return Err("its data is above 16 KiB: E edits it with your own editor".to_owned());
        }
        let purpose = Purpose::SetData {
            path: path.to_owned(),
            seen: seen.clone(),
            version,
        };
        Ok(Self::new(purpose, vec![area("data", text)]))
    }

    /// A znode to be made below another.
    #[must_use]
    pub fn create(parent: &str) -> Self {
        let start = crate::model::tree::child(parent, "");
        let kinds = Field {
            label: "kind",
            input: Input::Choice {
                options: KINDS,
                at: 0,
            },
        };
        let fields = vec![
            line("path", &start),
            kinds,
            line("TTL ms", ""),
            area("acl", &acl_text::write(&Acl::open())),
            area("data", ""),
        ];
        Self::new(Purpose::Create, fields)
    }

    /// Rights to edit.
    #[must_use]
    pub fn set_acl(path: &str, seen: Vec<Acl>, version: i32) -> Self {
        let text = acl_text::write(&seen);
        let purpose = Purpose::SetAcl {
            path: path.to_owned(),
            seen,
            version,
        };
        Self::new(purpose, vec![area("acl", &text)])
    }

    /// Limits to edit.
    #[must_use]
    pub fn set_quota(path: &str, seen: Option<(StatsTrack, i32)>) -> Self {
        let limits = seen.as_ref().map(|(limits, _)| limits.clone());
        let fields = quota::fields(&limits.unwrap_or_default())
            .into_iter()
            .map(|(label, value)| line(label, &value));
        let fields = fields.collect();
        let purpose = Purpose::SetQuota {
            path: path.to_owned(),
            seen,
        };
        Self::new(purpose, fields)
    }
}
