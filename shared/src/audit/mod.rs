//! The audit log: who changed what, as JSON lines that are chained by their hashes.
//!
//! ```text
//!   Record ──Head::line──> one line: sequence, the record, previous, hash ──> a file (its writer
//!                                                                            is zoowarden-audit)
//!   a file's bytes ──verify──> Whole | Broken { line, what was expected }
//! ```
//!
//! - `record`: what a line says; `text`: how text from outside becomes fit for it
//! - `chain`: a record and the line before make the next line
//! - `verify`: whether a text is such a chain, and where it is not
//!
//! Each line's hash is SHA-256 over the hash before it and the line's own bytes. Whoever alters,
//! removes or swaps lines must therefore write every later line anew. Two things no chain can
//! tell by itself: that its last lines were cut off, and that all of it was written anew. Both
//! are told by a remembered hash, which is looked for: see [`verify()`].
//!
//! One process at a time appends to a file; nothing here opens one.

mod chain;
mod record;
#[cfg(test)]
mod tests;
mod text;
mod verify;

pub use chain::{Entry, Hash, Head, MAX_LINE_BYTES, NotAHash, Unreadable};
pub use record::{Gate, Outcome, Record, Standing, Weight};
pub use text::clean;
pub use verify::{Broken, Fault, Verifier, Whole, verify};
