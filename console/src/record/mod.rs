//! The recorder: a bounded ring of files with what the sources told, so that an outage can be
//! looked at again, by `zoowarden replay` and in an incident bundle.
//!
//! ```text
//!   app ──Event──> Recorder ──queue──> writer (a thread) ──> ring/SEGMENT, SEGMENT, ...
//!                  never waits                                  oldest removed first
//!   Recording <── segments, read back chunk by chunk
//! ```
//!
//! - `seen`: what of an event is kept;  `origin`: whose it is, from which a fresh model is made
//! - `format`: a segment's bytes, each length bounded;  `ring`: the directory and its bound
//! - `rewrite`: a segment with other names in it;  `writer`: the thread;  `recording`: reading back;  [`settings`]: `[record]` of console.toml
//!
//! What operators did is recorded as the timeline tells it.
//!
//! Deliberately absent: keys, znodes with their data and ACLs, and what hooks print: a recording is
//! handed to others.

mod format;
mod origin;
mod recording;
mod rewrite;
mod ring;
mod seen;
pub mod settings;
mod writer;

pub use origin::Origin;
pub use recording::Recording;
pub use rewrite::rewrite;
pub use ring::{Ring, directory_of};
pub use seen::{Moment, Seen};
pub use writer::{Recorder, Shelf};
