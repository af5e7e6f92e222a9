//! With what code a member's process ends, so that whoever started it knows whether starting it
//! again can help. The numbers are those of `sysexits.h` where it has one.

use std::process::ExitCode;

use crate::disk::{DiskError, EpochsError, RecoveryError};

/// The command line was wrong, by clap's convention.
pub const USAGE: u8 = 2;
/// The same of `zoowarden server` (`EX_USAGE`).
pub const CONSOLE_USAGE: u8 = 64;
/// The data directory holds damaged data: a restart finds the same (`EX_DATAERR`).
pub const DATA_REFUSED: u8 = 65;
/// The configuration is wrong (`EX_CONFIG`).
pub const WRONG_CONFIG: u8 = 78;

/// What goes around a fault of the configuration.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("the configuration cannot be used")]
pub(crate) struct WrongConfig;

/// Whether an operator must act before a start with the same files can succeed.
#[must_use]
pub fn needs_operator(code: i32) -> bool {
    [USAGE, CONSOLE_USAGE, DATA_REFUSED, WRONG_CONFIG]
        .map(i32::from)
        .contains(&code)
}

/// The code for what a member could not go on with.
pub(crate) fn code_of(fault: &anyhow::Error) -> ExitCode {
    if fault.is::<WrongConfig>() {
        return ExitCode::from(WRONG_CONFIG);
    }
    match fault.downcast_ref::<RecoveryError>() {
        Some(refused) if !is_passing(refused) => ExitCode::from(DATA_REFUSED),
        _ => ExitCode::FAILURE,
    }
}

/// Whether the next start may find it otherwise: the file system failed, not what is in it.
fn is_passing(fault: &RecoveryError) -> bool {
    matches!(
        fault,
        RecoveryError::Disk(DiskError::Io { .. })
            | RecoveryError::Epochs(EpochsError::Disk(DiskError::Io { .. }))
    )
}

#[cfg(test)]
mod tests {
    use std::io;

    use anyhow::Context as _;
    use zoowarden_shared::Zxid;

    use super::*;

    fn code(fault: &anyhow::Error) -> String {
        format!("{:?}", code_of(fault))
    }

    #[test]
    fn damaged_data_and_a_wrong_configuration_have_codes_of_their_own() {
        let damaged = RecoveryError::NotInLog { zxid: Zxid(7) };
        let damaged: Result<(), _> = Err(damaged);
        let damaged = damaged.with_context(|| "cannot recover /data").unwrap_err();
        let expected = |code: u8| format!("{:?}", ExitCode::from(code));
        assert_eq!(code(&damaged), expected(DATA_REFUSED));
        let wrong = anyhow::anyhow!("zoo.cfg:3: nonsense").context(WrongConfig);
        assert_eq!(code(&wrong), expected(WRONG_CONFIG));
        let passing = RecoveryError::Disk(DiskError::Io {
            action: "read",
            path: "/data".into(),
            source: io::Error::other("for now"),
        });
        assert_eq!(code(&passing.into()), expected(1));
    }
}
