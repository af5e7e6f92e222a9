//! What lies over the screen between a key and a change: typing, counting, confirming, and
//! how it went.

use bytes::Bytes;

use super::{
    change::Change,
    form::Form,
    outcome::Outcome,
    review::{Review, review},
};
use crate::model::text_area::TextArea;

/// A step on the way to a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Dialog {
    Form(Form),
    /// What hangs below a znode is being counted, so far so much.
    Counting {
        path: String,
        znodes: usize,
    },
    Confirm(Confirm),
    /// Data is open in the operator's own editor.
    Outside {
        path: String,
        seen: Bytes,
        version: i32,
    },
    /// It was sent.
    Working {
        change: Change,
        form: Option<Form>,
    },
    /// It did not go, or not whole; the form is kept, so that nothing typed is lost.
    Went {
        outcome: Outcome,
        form: Option<Form>,
    },
    /// What can be taken back; the selected one.
    Journal {
        at: usize,
    },
}

impl Dialog {
    /// Whether the next key may change the ensemble, or has.
    #[must_use]
    pub fn is_armed(&self) -> bool {
        matches!(self, Self::Confirm(_) | Self::Working { .. })
    }
}

/// A change, shown before it is made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Confirm {
    pub change: Change,
    pub review: Review,
    /// Where a text is asked for: what was typed of it.
    pub typed: TextArea,
    /// The first line that is drawn.
    pub scroll: usize,
    /// It takes an earlier change back.
    pub is_undo: bool,
    /// The form that it came from, to go back to.
    pub form: Option<Form>,
}

impl Confirm {
    /// Shows a change.
    #[must_use]
    pub fn new(change: Change, form: Option<Form>) -> Self {
        Self {
            review: review(&change),
            change,
            typed: TextArea::line(""),
            scroll: 0,
            is_undo: false,
            form,
        }
    }
}
