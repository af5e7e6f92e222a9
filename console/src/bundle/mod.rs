//! The incident bundle: what is known of an ensemble now and what was seen of it lately, in one
//! .tar.gz that can be handed to others.
//!
//! - `contents`: the texts, from the model alone;  `console_toml`: the settings without secrets
//! - `redact`: other names in the place of hosts, paths and people, the same in all files
//! - `write`: the file, with the recording and the members' last log lines
//!
//! Deliberately absent: znodes and their data, ACLs, identities and secrets of any kind.

mod console_toml;
mod contents;
mod redact;
mod write;

pub use contents::contents;
pub use write::{Beside, write};

use crate::model::privacy::Privacy;

/// What a bundle is made of, before the disk and the members are asked for their part.
#[derive(Clone, Debug, PartialEq)]
pub struct Bundle {
    /// Of the file and the directory in it, without suffix.
    pub name: String,
    pub wall_ms: i64,
    /// Of console.toml, what concerns this one: the other clusters' are nobody's business.
    pub cluster: String,
    /// Each with its name.
    pub texts: Vec<(String, String)>,
    /// Whose last log lines belong to it: a name for the file, and the address.
    pub logs: Vec<(String, String)>,
    /// Whose names are replaced in all of it; `None`: nothing is.
    pub privacy: Option<Privacy>,
}
