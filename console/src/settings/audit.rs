//! `[audit]`: where the console's own audit log is copied to.
//!
//! ```toml
//! [audit]
//! syslog = true       # each line to /dev/log too; or the path of another socket
//! ```

use std::path::PathBuf;

use serde::Deserialize;
use toml::Spanned;

use crate::{action::syslog::SYSLOG_SOCKET, notify::settings::Mistake};

/// As it stands in the file.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawAudit {
    syslog: Option<Spanned<RawSyslog>>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged, expecting = "expected true, false or the path of a socket")]
enum RawSyslog {
    Asked(bool),
    At(PathBuf),
}

impl RawAudit {
    /// The socket that lines are copied to.
    ///
    /// # Errors
    /// Where it is wrong, and what was expected there.
    pub(super) fn check(self) -> Result<Option<PathBuf>, Mistake> {
        let Some(syslog) = self.syslog else {
            return Ok(None);
        };
        let at = syslog.span().start + 1;
        match syslog.into_inner() {
            RawSyslog::Asked(asked) => Ok(asked.then(|| SYSLOG_SOCKET.into())),
            RawSyslog::At(path) if path.is_absolute() => Ok(Some(path)),
            RawSyslog::At(path) => Err((
                at,
                format!(
                    "audit.syslog: expected true, false or an absolute path, found \"{}\"",
                    path.display()
                ),
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::settings::parse;

    #[test]
    fn it_is_off_on_or_another_socket() {
        let read = |line: &str| {
            let settings = parse(&format!("[audit]\nsyslog = {line}\n"), "f");
            settings
                .map(|one| one.audit_syslog)
                .map_err(|fault| fault.to_string())
        };
        assert_eq!(read("false").unwrap(), None);
        assert_eq!(read("true").unwrap().unwrap().to_str(), Some("/dev/log"));
        assert_eq!(
            read("\"/run/s\"").unwrap().unwrap().to_str(),
            Some("/run/s")
        );
        assert!(read("\"s\"").unwrap_err().starts_with("f:2: audit.syslog"));
        assert!(read("3").unwrap_err().contains("expected true, false"));
    }
}
