//! The snapshot file that a restore brings, as it lies on the console's own disk.

use std::{
    fs,
    io::Read as _,
    path::{Path, PathBuf},
};

use zoowarden_shared::Zxid;

/// How a snapshot begins: as it is, by gzip, by snappy (`zookeeper.snapshot.compression.method`).
const HEADS: [&[u8]; 3] = [b"ZKSN", b"\x1f\x8b", b"\x82SNAPPY\0"];
/// The longest of them, bytes.
const HEAD: u64 = 8;

/// A snapshot that can be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SnapshotFile {
    pub path: PathBuf,
    pub len: u64,
    /// When it was last written, milliseconds since 1970: another file is not what was shown.
    pub modified_ms: u64,
    /// The last transaction in it, as its name says: `snapshot.500000007`.
    pub zxid: Option<Zxid>,
}

impl SnapshotFile {
    /// Looks at the file and its first bytes; the rest of what is in it, the members judge.
    ///
    /// # Errors
    /// In words, why it cannot be brought.
    pub fn look(path: &str) -> Result<Self, String> {
        let path = Path::new(path);
        let found = fs::metadata(path).map_err(|fault| format!("{}: {fault}", path.display()))?;
        if !found.is_file() {
            return Err(format!("{}: expected a snapshot file", path.display()));
        }
        let mut head = Vec::new();
        fs::File::open(path)
            .and_then(|file| file.take(HEAD).read_to_end(&mut head))
            .map_err(|fault| format!("{}: {fault}", path.display()))?;
        if !HEADS.iter().any(|known| head.starts_with(known)) {
            let how = match head.len() {
                0 => "it is empty",
                _ => "it does not begin as one (ZKSN, gzip or snappy)",
            };
            return Err(format!("{}: no snapshot: {how}", path.display()));
        }
        let modified = found.modified().ok();
        let since = modified.and_then(|time| time.duration_since(std::time::UNIX_EPOCH).ok());
        let path = path
            .canonicalize()
            .map_err(|fault| format!("{}: {fault}", path.display()))?;
        Ok(Self {
            zxid: zxid_of(&path),
            len: found.len(),
            modified_ms: since.map_or(0, |since| since.as_millis() as u64),
            path,
        })
    }

    /// Opens it, if it is still the file that was shown. It is read while it is sent, however
    /// long it is.
    ///
    /// # Errors
    /// In words.
    pub fn open(&self) -> Result<fs::File, String> {
        let fault = |fault| format!("{}: {fault}", self.path.display());
        let file = fs::File::open(&self.path).map_err(fault)?;
        let now = Self::look(&self.path.to_string_lossy())?;
        if now != *self || file.metadata().map_err(fault)?.len() != self.len {
            return Err(format!("{}: it has changed since", self.path.display()));
        }
        Ok(file)
    }
}

/// What ZooKeeper's name of a snapshot says; compressed ones have an ending behind it.
fn zxid_of(path: &Path) -> Option<Zxid> {
    let name = path.file_name()?.to_str()?;
    let digits = name.strip_prefix("snapshot.")?.split('.').next()?;
    i64::from_str_radix(digits, 16).ok().map(Zxid)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_says_the_last_transaction_and_another_file_is_not_read() {
        assert_eq!(
            zxid_of(Path::new("/x/snapshot.500000007")),
            Some(Zxid::new(5, 7))
        );
        assert_eq!(
            zxid_of(Path::new("snapshot.10.snappy")),
            Some(Zxid::new(0, 16))
        );
        assert_eq!(zxid_of(Path::new("backup")), None);

        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("snapshot.1");
        fs::write(&path, "").unwrap();
        let fault = SnapshotFile::look(path.to_str().unwrap()).unwrap_err();
        assert!(fault.ends_with("no snapshot: it is empty"), "{fault}");
        fs::write(&path, "hello").unwrap();
        assert!(SnapshotFile::look(path.to_str().unwrap()).is_err());
        fs::write(&path, "ZKSN old").unwrap();
        let file = SnapshotFile::look(path.to_str().unwrap()).unwrap();
        assert!(file.open().is_ok());
        fs::write(&path, "ZKSN newer").unwrap();
        assert!(file.open().unwrap_err().contains("changed"));
        assert!(SnapshotFile::look(home.path().to_str().unwrap()).is_err());
    }
}
