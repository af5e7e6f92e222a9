//! What is wrong, or only odd, in a configuration: where it stands and what was expected.

use std::fmt;

/// A place in a configuration file. `line` counts from 1; absent where no one line is to blame
/// (a missing key) or where there are no lines (`--set`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// The file's name as its reader gave it, or `--set`.
    pub file: String,
    /// The line.
    pub line: Option<usize>,
}

impl Place {
    pub(super) fn new(file: &str, line: Option<usize>) -> Self {
        Self {
            file: file.to_owned(),
            line,
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        match self.line {
            Some(line) => write!(f, ":{line}"),
            None => Ok(()),
        }
    }
}

/// Why a configuration cannot be used: `zoo.cfg:12: tickTime: expected a number of
/// milliseconds, found "abc"`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {message}")]
pub struct ConfigError {
    /// Where.
    pub place: Place,
    /// The key, what was expected there and what was found.
    pub message: String,
}

impl ConfigError {
    pub(super) fn new(place: Place, message: impl Into<String>) -> Self {
        Self {
            place,
            message: message.into(),
        }
    }
}

/// Something that does not stop the start but that the operator should know of: a key that is
/// not supported yet, a value that another one overrides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigWarning {
    /// Where.
    pub place: Place,
    /// The key in question, as written.
    pub key: String,
    /// What becomes of it.
    pub message: String,
}

impl fmt::Display for ConfigWarning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}: {}", self.place, self.key, self.message)
    }
}
