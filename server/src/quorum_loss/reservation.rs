//! A member's promise to stand aside, in a file beside `version-2` so that a restart keeps it.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use serde::{Deserialize, Serialize};

/// Apache ignores it.
const FILE_NAME: &str = "zoowarden.reserved";
/// A reservation file is never longer.
const MAX_FILE_LEN: u64 = 4096;
/// The longest promise: whoever needs more renews it.
const MAX_TTL_S: u64 = 24 * 3600;

/// The promise.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Reservation {
    /// What whoever asked for it proves that with.
    token: String,
    /// When it runs out, milliseconds since 1970.
    until_ms: u64,
}

/// Why there is none.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ReservationError {
    #[error("token: expected 8 to 128 letters, digits, - or _")]
    BadToken,
    #[error("ttl: expected 1 to {MAX_TTL_S} seconds")]
    BadTtl,
    #[error("this member is reserved with another token")]
    OtherToken,
    #[error("this member is not reserved: reserve it first")]
    NotReserved,
    #[error("the reservation cannot be kept: {0}")]
    Io(#[from] io::Error),
}

impl Reservation {
    /// One that begins now.
    pub(crate) fn new(token: &str, ttl_s: u64) -> Result<Self, ReservationError> {
        let is_good = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        if !(8..=128).contains(&token.len()) || !token.bytes().all(is_good) {
            return Err(ReservationError::BadToken);
        }
        if !(1..=MAX_TTL_S).contains(&ttl_s) {
            return Err(ReservationError::BadTtl);
        }
        Ok(Self {
            token: token.to_owned(),
            until_ms: unix_ms() + ttl_s * 1000,
        })
    }

    /// That of a data directory, if there is one that has not run out. A file that cannot be
    /// understood is no reason for a member to stay out.
    pub(crate) fn read(data_dir: &Path) -> io::Result<Option<Self>> {
        let path = path(data_dir);
        match fs::metadata(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
            Ok(found) if found.len() > MAX_FILE_LEN => return Ok(None),
            Ok(_) => {}
        }
        let found = serde_json::from_slice::<Self>(&fs::read(path)?);
        Ok(found.ok().filter(|found| !found.left().is_zero()))
    }

    /// Makes it durable.
    pub(crate) fn write(&self, data_dir: &Path) -> io::Result<()> {
        let path = path(data_dir);
        let aside = path.with_extension("reserved.tmp");
        let mut file = OpenOptions::new()
            .create(true)
            .truncate(true)
            .write(true)
            .mode(0o600)
            .open(&aside)?;
        file.write_all(&serde_json::to_vec(self)?)?;
        file.sync_all()?;
        fs::rename(aside, path)?;
        File::open(data_dir)?.sync_all()
    }

    /// Lifts it, durably.
    pub(crate) fn remove(data_dir: &Path) -> io::Result<()> {
        match fs::remove_file(path(data_dir)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => File::open(data_dir)?.sync_all(),
        }
    }

    pub(crate) fn check(&self, token: &str) -> Result<(), ReservationError> {
        match self.token == token {
            true => Ok(()),
            false => Err(ReservationError::OtherToken),
        }
    }

    /// When it runs out, milliseconds since 1970.
    pub(crate) fn until_ms(&self) -> u64 {
        self.until_ms
    }

    /// How long it still holds.
    pub(crate) fn left(&self) -> Duration {
        Duration::from_millis(self.until_ms.saturating_sub(unix_ms()))
    }
}

fn path(data_dir: &Path) -> PathBuf {
    data_dir.join(FILE_NAME)
}

fn unix_ms() -> u64 {
    let time = SystemTime::now().duration_since(UNIX_EPOCH);
    time.unwrap_or_default().as_millis() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reservation_is_kept_until_it_is_lifted() {
        let directory = tempfile::tempdir().unwrap();
        assert_eq!(Reservation::read(directory.path()).unwrap(), None);
        let reservation = Reservation::new("token-of-7", 60).unwrap();
        reservation.write(directory.path()).unwrap();
        let found = Reservation::read(directory.path()).unwrap().unwrap();
        assert_eq!(found, reservation);
        found.check("token-of-7").unwrap();
        found.check("another-one").unwrap_err();
        Reservation::remove(directory.path()).unwrap();
        Reservation::remove(directory.path()).unwrap();
        assert_eq!(Reservation::read(directory.path()).unwrap(), None);
    }

    #[test]
    fn one_that_has_run_out_or_is_no_reservation_holds_nobody_back() {
        let directory = tempfile::tempdir().unwrap();
        let past = Reservation {
            until_ms: 1,
            ..Reservation::new("token-of-7", 60).unwrap()
        };
        past.write(directory.path()).unwrap();
        assert_eq!(Reservation::read(directory.path()).unwrap(), None);
        fs::write(path(directory.path()), "{\"token\":").unwrap();
        assert_eq!(Reservation::read(directory.path()).unwrap(), None);
    }

    #[test]
    fn a_token_is_no_guess_and_no_markup_and_a_promise_ends() {
        for token in ["", "short", "a b c d e f", "x\ny12345678", &"x".repeat(129)] {
            Reservation::new(token, 60).unwrap_err();
        }
        for ttl_s in [0, MAX_TTL_S + 1] {
            Reservation::new("token-of-7", ttl_s).unwrap_err();
        }
    }
}
