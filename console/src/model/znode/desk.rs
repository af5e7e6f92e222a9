//! What outlives a dialog: the last find, and what can be taken back.

use super::journal::Journal;
use crate::model::find::Find;

/// The operator's work on znodes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Desk {
    pub find: Find,
    pub journal: Journal,
    /// The change under way takes an earlier one back: it makes no new entry.
    pub is_undoing: bool,
}
