//! Rights as an operator writes them: one `scheme:id:cdrwa` a line, as zkCli's setAcl has them
//! between commas. An id may have colons and commas of its own (digests, X.509 names).

use base64::{Engine as _, prelude::BASE64_STANDARD};
use zoowarden_shared::acl::{Acl, Id, perms};

/// Bytes of a digest: of SHA-1, else of what `zookeeper.DigestAuthenticationProvider.digestAlg`
/// may name.
const DIGESTS: [usize; 4] = [20, 32, 48, 64];

const LETTERS: [(i32, char); 5] = [
    (perms::CREATE, 'c'),
    (perms::DELETE, 'd'),
    (perms::READ, 'r'),
    (perms::WRITE, 'w'),
    (perms::ADMIN, 'a'),
];

/// Permission bits as zkCli writes them.
#[must_use]
pub fn letters(bits: i32) -> String {
    LETTERS
        .iter()
        .filter(|(bit, _)| bits & bit != 0)
        .map(|(_, letter)| *letter)
        .collect()
}

/// All entries, one a line.
#[must_use]
pub fn write(acl: &[Acl]) -> String {
    let lines = acl.iter().map(|entry| {
        format!(
            "{}:{}:{}",
            entry.id.scheme,
            entry.id.id,
            letters(entry.perms)
        )
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// Reads such lines; blank ones are passed over.
///
/// # Errors
/// A sentence on the line that is not understood, or that there is none.
pub fn read(text: &str) -> Result<Vec<Acl>, String> {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let acl: Vec<Acl> = lines.map(entry).collect::<Result<_, _>>()?;
    if acl.is_empty() {
        return Err("a list without an entry is none: ZooKeeper refuses it".to_owned());
    }
    Ok(acl)
}

/// Whether an entry holds for nobody: ZooKeeper takes any text behind a user for a digest, a
/// plain password too, which then no password opens.
#[must_use]
pub fn is_no_digest(entry: &Acl) -> bool {
    let is_digest = |hash: &str| {
        let bytes = BASE64_STANDARD.decode(hash);
        bytes.is_ok_and(|bytes| DIGESTS.contains(&bytes.len()))
    };
    let hash = entry.id.id.split_once(':').map(|(_, hash)| hash);
    entry.id.scheme == "digest" && !hash.is_some_and(is_digest)
}

fn entry(line: &str) -> Result<Acl, String> {
    let wanted = || format!("{line}: wanted is scheme:id:rights, such as world:anyone:r");
    let (scheme, rest) = line.split_once(':').ok_or_else(wanted)?;
    let (id, letters) = rest.rsplit_once(':').ok_or_else(wanted)?;
    if scheme.is_empty() {
        return Err(wanted());
    }
    let mut bits = 0;
    for letter in letters.chars() {
        let bit = LETTERS.iter().find(|(_, known)| *known == letter);
        bits |= bit
            .ok_or_else(|| format!("{line}: {letter} is none of c, d, r, w, a"))?
            .0;
    }
    Ok(Acl {
        perms: bits,
        id: Id::new(scheme, id),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rights_read_as_they_are_written() {
        let text = "world:anyone:r\ndigest:bob:Xq+=:cdrwa\nx509:CN=a,O=b:rw";
        let acl = read(text).unwrap();
        assert_eq!(acl[1].id, Id::new("digest", "bob:Xq+="));
        assert_eq!(acl[2].perms, perms::READ | perms::WRITE);
        assert_eq!(write(&acl), text);
        assert_eq!(read("auth::cdrwa\n\n").unwrap()[0].id.id, "");
    }

    #[test]
    fn a_plain_password_is_no_digest() {
        let is_none = |text: &str| is_no_digest(&read(text).unwrap()[0]);
        for text in ["digest:bob:pw:r", "digest:bob:r", "digest:bob:Xq+=:r"] {
            assert!(is_none(text), "{text}");
        }
        for text in [
            "digest:bob:Kx2Uvm4cQyPZ0rPTRFpTbTXIiSg=:r",
            "digest:bob:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:r",
            "world:anyone:r",
            "auth::r",
        ] {
            assert!(!is_none(text), "{text}");
        }
    }

    #[test]
    fn what_is_not_understood_is_said() {
        for text in ["", " \n", "world", "world:anyone", "world:anyone:x", "::r"] {
            assert!(read(text).is_err(), "{text:?}");
        }
    }
}
