//! `[record]` of console.toml.
//!
//! ```toml
//! [record]
//! enabled = true      # false: nothing is written
//! limit_mib = 64      # of each cluster; the oldest goes first
//! ```

use serde::Deserialize;
use toml::Spanned;

/// Whether there is a recording, and how large it may become.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecordSettings {
    pub enabled: bool,
    /// Of each cluster, bytes.
    pub limit_bytes: u64,
}

impl Default for RecordSettings {
    fn default() -> Self {
        Self {
            enabled: true,
            limit_bytes: 64 << 20,
        }
    }
}

/// As it stands in the file.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawRecord {
    enabled: Option<bool>,
    limit_mib: Option<Spanned<u64>>,
}

impl RawRecord {
    /// It, checked; else where it is wrong, and what was expected there.
    pub(crate) fn check(self) -> Result<RecordSettings, (usize, String)> {
        let usual = RecordSettings::default();
        let limit_bytes = match self.limit_mib {
            None => usual.limit_bytes,
            Some(limit) if (4..=65_536).contains(limit.get_ref()) => limit.get_ref() << 20,
            Some(limit) => {
                let found = limit.get_ref();
                let message = format!("record.limit_mib: expected 4 to 65536, found {found}");
                return Err((limit.span().start, message));
            }
        };
        Ok(RecordSettings {
            enabled: self.enabled.unwrap_or(usual.enabled),
            limit_bytes,
        })
    }
}
