//! Whether a text is a whole chain, and where it is not.

use std::fmt;

use serde::Deserialize;

use super::chain::{Hash, Head, MAX_LINE_BYTES, hashes};

/// Checks a log line by line, in constant memory. A log may be in several files, each going on
/// from the one before it.
#[derive(Clone, Debug, Default)]
pub struct Verifier {
    /// Lines of this file, and of all.
    lines: u64,
    all_lines: u64,
    /// What the first line named as the one before it.
    after: Option<Hash>,
    head: Option<Head>,
    wanted: Option<Hash>,
    /// The sequence of the line that has the wanted hash.
    found_at: Option<u64>,
}

/// A chain without a fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Whole {
    /// Its lines, a torn one not counted.
    pub lines: u64,
    /// Where it ends.
    pub head: Head,
    /// The hash that an earlier file must end with, where these lines go on from another.
    pub after: Option<Hash>,
    /// Bytes of a last line without its newline: a crash came while it was written. It was never
    /// acknowledged to anybody.
    pub torn_bytes: usize,
    /// Lines that were added since the remembered hash, where one was given.
    pub since_remembered: Option<u64>,
}

/// A chain with a fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {fault}")]
pub struct Broken {
    /// The line, counted from 1; past the end where the remembered hash is missing.
    pub line: u64,
    /// What is wrong with it.
    pub fault: Fault,
}

/// What is wrong with a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Its bytes have another hash than the one it carries.
    Altered { expected: Hash, found: Hash },
    /// It names another line as the one before it.
    NotNext { expected: Hash, found: Hash },
    /// It is counted wrongly.
    Miscounted { expected: u64, found: u64 },
    /// It is no line of an audit log.
    NotALine,
    /// It has more bytes than a line may have.
    TooLong,
    /// No line has the remembered hash: the end was cut off, or this is another log.
    HeadMissing { remembered: Hash },
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Altered { expected, found } => write!(
                f,
                "it was altered: its bytes have hash {expected}, it carries {found}"
            ),
            Self::NotNext { expected, found } => write!(
                f,
                "it does not follow the line before it, which has hash {expected}: it names \
                 {found}; lines were removed, added or swapped"
            ),
            Self::Miscounted { expected, found } => {
                write!(f, "its sequence is {found}, expected {expected}")
            }
            Self::NotALine => f.write_str("it is no line of an audit log"),
            Self::TooLong => write!(f, "it is longer than {MAX_LINE_BYTES} bytes"),
            Self::HeadMissing { remembered } => write!(
                f,
                "expected a line with the remembered hash {remembered}: none has it; the end was \
                 cut off, or this is another log"
            ),
        }
    }
}

#[derive(Deserialize)]
struct Place {
    sequence: u64,
    previous: Hash,
}

impl Verifier {
    /// Looks for a hash that was remembered, too.
    #[must_use]
    pub fn remembering(wanted: Option<Hash>) -> Self {
        Self {
            wanted,
            ..Self::default()
        }
    }

    /// The next line, without its newline.
    ///
    /// # Errors
    ///
    /// It breaks the chain.
    pub fn line(&mut self, line: &[u8]) -> Result<(), Broken> {
        let number = self.lines + 1;
        let broken = |fault| Broken {
            line: number,
            fault,
        };
        if line.len() > MAX_LINE_BYTES {
            return Err(broken(Fault::TooLong));
        }
        let place: Place = serde_json::from_slice(line).map_err(|_| broken(Fault::NotALine))?;
        let (found, expected) =
            hashes(&place.previous, line).ok_or_else(|| broken(Fault::NotALine))?;
        if found != expected {
            return Err(broken(Fault::Altered { expected, found }));
        }
        let before = match self.head {
            Some(head) => head,
            // A file may go on from another one; a log's very first line cannot.
            None if place.previous == Hash::NONE => Head::START,
            None => Head {
                sequence: place.sequence.saturating_sub(1),
                hash: place.previous,
            },
        };
        if place.previous != before.hash {
            return Err(broken(Fault::NotNext {
                expected: before.hash,
                found: place.previous,
            }));
        }
        if place.sequence != before.sequence.saturating_add(1) {
            return Err(broken(Fault::Miscounted {
                expected: before.sequence.saturating_add(1),
                found: place.sequence,
            }));
        }
        if self.head.is_none() {
            self.after = Some(before.hash).filter(|hash| *hash != Hash::NONE);
            // The remembered line may be the last of the file before this one.
            self.found_at = self
                .after
                .filter(|_| self.after == self.wanted)
                .map(|_| before.sequence);
        }
        self.lines = number;
        self.all_lines += 1;
        self.head = Some(Head {
            sequence: place.sequence,
            hash: found,
        });
        if self.wanted == Some(found) {
            self.found_at = Some(place.sequence);
        }
        Ok(())
    }

    /// What follows is the log's next file: lines are counted from 1 again.
    pub fn next_file(&mut self) {
        self.lines = 0;
    }

    /// Where the lines so far end; nothing before the first.
    #[must_use]
    pub fn head(&self) -> Option<Head> {
        self.head
    }

    /// After the last line; `torn_bytes` stand behind the last newline.
    ///
    /// # Errors
    ///
    /// No line had the remembered hash.
    pub fn finish(self, torn_bytes: usize) -> Result<Whole, Broken> {
        if let (Some(remembered), None) = (self.wanted, self.found_at) {
            return Err(Broken {
                line: self.lines + 1,
                fault: Fault::HeadMissing { remembered },
            });
        }
        let head = self.head.unwrap_or(Head::START);
        Ok(Whole {
            lines: self.all_lines,
            head,
            after: self.after,
            torn_bytes,
            since_remembered: self.found_at.map(|found| head.sequence - found),
        })
    }
}

/// Whether this text is a whole chain, and has a line with the hash that was remembered, where
/// one was.
///
/// # Errors
///
/// The first fault, with its line.
pub fn verify(text: &[u8], remembered: Option<Hash>) -> Result<Whole, Broken> {
    let mut verifier = Verifier::remembering(remembered);
    let mut rest = text;
    while let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
        verifier.line(&rest[..end])?;
        rest = &rest[end + 1..];
    }
    verifier.finish(rest.len())
}
