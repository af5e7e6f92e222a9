//! A shadow's data directory: it is no member's, and it says under which number the shadow
//! goes.

use std::{
    fs,
    hash::{DefaultHasher, Hash, Hasher},
    io,
    path::Path,
};

use anyhow::{Context, bail, ensure};
use zoowarden_shared::Sid;

/// Beside `version-2`: the shadow's number, in decimal. A directory with data but without this
/// file is somebody else's.
const MARKER: &str = "zoowarden.shadow";

/// Far above every `myid`: of two members, the one with the greater number keeps the election
/// connection that it dialled (`QuorumCnxManager`), and nobody can dial a shadow.
const FIRST_SID: i64 = 1 << 31;
/// How many shadows' numbers there are, in steps of 256.
const SIDS: u64 = 1 << 23;
/// The last byte of every shadow's number, with which the sessions of its clients begin: hardly
/// any member has it.
const LAST_BYTE: i64 = 0xff;

/// Makes the directory a shadow's, or finds that it is one. Returns the shadow's number.
///
/// # Errors
/// When it belongs to a member, or cannot be read or written.
pub(super) fn claim(directory: &Path) -> anyhow::Result<Sid> {
    let name = directory.display();
    fs::create_dir_all(directory).with_context(|| format!("cannot create {name}"))?;
    ensure!(
        !directory.join("myid").exists(),
        "{name} belongs to a member: it has a myid. A shadow needs a directory of its own"
    );
    let marker = directory.join(MARKER);
    match fs::read_to_string(&marker) {
        Ok(text) => {
            let sid = text.trim().parse().ok().filter(|sid| *sid >= FIRST_SID);
            let sid = sid.with_context(|| {
                let expected = format!("expected a number from {FIRST_SID}");
                format!(
                    "{}: {expected}, found \"{}\"",
                    marker.display(),
                    text.trim()
                )
            })?;
            Ok(Sid(sid))
        }
        Err(fault) if fault.kind() == io::ErrorKind::NotFound => {
            if directory.join("version-2").exists() {
                bail!("{name} holds the data of a server: a shadow needs a directory of its own");
            }
            let sid = new_sid(directory);
            fs::write(&marker, format!("{sid}\n"))
                .with_context(|| format!("cannot write {}", marker.display()))?;
            Ok(sid)
        }
        Err(fault) => Err(fault).with_context(|| format!("cannot read {}", marker.display())),
    }
}

/// Another one for each directory of each host.
fn new_sid(directory: &Path) -> Sid {
    let mut hasher = DefaultHasher::new();
    rustix::system::uname().nodename().hash(&mut hasher);
    let absolute = std::path::absolute(directory);
    absolute.as_deref().unwrap_or(directory).hash(&mut hasher);
    let step = (hasher.finish() % SIDS) as i64;
    Sid(FIRST_SID + (step << 8) + LAST_BYTE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_keeps_its_number_and_another_has_another() {
        let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let sid = claim(one.path()).unwrap();
        assert!((FIRST_SID..FIRST_SID << 1).contains(&sid.0));
        fs::create_dir(one.path().join("version-2")).unwrap();
        assert_eq!(claim(one.path()).unwrap(), sid);
        assert_ne!(claim(two.path()).unwrap(), sid);
    }

    #[test]
    fn what_is_somebody_elses_is_refused() {
        let member = tempfile::tempdir().unwrap();
        fs::write(member.path().join("myid"), "1").unwrap();
        let refused = format!("{:#}", claim(member.path()).unwrap_err());
        assert!(refused.contains("it has a myid"), "{refused}");
        let standalone = tempfile::tempdir().unwrap();
        fs::create_dir(standalone.path().join("version-2")).unwrap();
        let refused = format!("{:#}", claim(standalone.path()).unwrap_err());
        assert!(refused.contains("the data of a server"), "{refused}");
        let strange = tempfile::tempdir().unwrap();
        fs::write(strange.path().join(MARKER), "7").unwrap();
        assert!(claim(strange.path()).is_err());
    }
}
