//! The end of a log for a screen: its newest lines, and whether all of it is whole.

use std::{collections::VecDeque, io, path::Path};

use zoowarden_shared::admin::{AuditLine, AuditTail, Chain};

use crate::{CheckError, check, entries};

/// The newest `most` lines of the file that grows, and the chain of all files of the log. It
/// reads all of them.
///
/// # Errors
/// Those of the file system; that there is no file is none.
pub fn tail(path: &Path, most: usize) -> io::Result<AuditTail> {
    let chain = match check(path, None) {
        Ok(whole) => Chain::Whole {
            lines: whole.lines,
            head: whole.head.hash.to_string(),
        },
        Err(CheckError::Io { source, .. }) if source.kind() == io::ErrorKind::NotFound => {
            return Ok(AuditTail {
                chain: Chain::None,
                lines: Vec::new(),
            });
        }
        Err(CheckError::Io { source, .. }) => return Err(source),
        Err(broken @ CheckError::Broken { .. }) => Chain::Broken(broken.to_string()),
    };
    let mut newest = VecDeque::new();
    entries(path, |entry| {
        // A line that is none is the chain's to tell.
        if let Ok(entry) = entry {
            newest.truncate(most.saturating_sub(1));
            newest.push_front(AuditLine {
                sequence: entry.sequence,
                record: entry.record,
            });
        }
    })?;
    Ok(AuditTail {
        chain,
        lines: newest.into(),
    })
}
