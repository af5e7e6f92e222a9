//! `acceptedEpoch` and `currentEpoch`: a decimal number, nothing else
//! (`QuorumPeer.writeLongToFile`, `readLongFromFile`).

use crate::ids::Epoch;

/// The newest epoch whose leader this member has promised to follow.
pub const ACCEPTED_EPOCH: &str = "acceptedEpoch";
/// The epoch whose history this member holds.
pub const CURRENT_EPOCH: &str = "currentEpoch";
/// What is appended to a file's name while it is written (`AtomicFileOutputStream`).
pub const TMP_SUFFIX: &str = ".tmp";

/// A file's text that is no epoch.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected a decimal epoch, found {found:?}")]
pub struct EpochError {
    /// The file's first line, cut at 40 characters.
    pub found: String,
}

/// The epoch that a file's content states. As Apache does, only the first line counts.
///
/// # Errors
/// [`EpochError`] where that line is not a number of 0 and above.
pub fn parse(content: &[u8]) -> Result<Epoch, EpochError> {
    let text = String::from_utf8_lossy(content);
    let line = text.lines().next().unwrap_or_default();
    match line.parse::<Epoch>() {
        Ok(epoch) if epoch >= 0 => Ok(epoch),
        _ => Err(EpochError {
            found: line.chars().take(40).collect(),
        }),
    }
}

/// The content of the file that states this epoch.
#[must_use]
pub fn format(epoch: Epoch) -> String {
    epoch.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn epochs_are_decimal_text_without_a_newline() {
        assert_eq!(format(12), "12");
        assert_eq!(parse(b"12"), Ok(12));
        assert_eq!(parse(b"12\n"), Ok(12), "an operator's editor adds one");
    }

    #[test]
    fn anything_else_is_named() {
        for bad in ["", "-1", "1 ", "0x1", "99999999999", "\u{fffd}"] {
            let found = parse(bad.as_bytes()).unwrap_err().found;
            assert_eq!(found, bad);
        }
    }
}
