//! Certificates and keys from PEM files, and a clear word where a file is a Java key store,
//! which is what an operator of Apache ZooKeeper has at hand.

use std::{fs::File, io::Read as _, os::unix::fs::PermissionsExt as _, path::Path};

use rustls::pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _};
use zeroize::Zeroizing;

/// A system's bundle of certificates is a fifth of it.
const MAX_BYTES: u64 = 1 << 20;
/// How a JKS file begins.
const JKS: [u8; 4] = [0xfe, 0xed, 0xfe, 0xed];
/// How a DER file begins, PKCS#12 among them: a SEQUENCE with a length of two bytes.
const DER: [u8; 2] = [0x30, 0x82];

/// All certificates of a file, in its order; at least one.
pub(super) fn certificates(file: &Path) -> Result<Vec<CertificateDer<'static>>, String> {
    let bytes = read(file, "-list -rfc -keystore", "> ca.pem", false)?;
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&bytes).collect();
    match found {
        Ok(found) if !found.is_empty() => Ok(found),
        Ok(_) => Err(wrong(file, "no certificate in it (PEM is expected)")),
        Err(error) => Err(wrong(file, &error.to_string())),
    }
}

/// The private key of a file that nobody else can read.
pub(super) fn key(file: &Path) -> Result<PrivateKeyDer<'static>, String> {
    let convert = "-importkeystore -deststoretype PKCS12 -destkeystore op.p12 -srckeystore";
    let then = "&& openssl pkcs12 -in op.p12 -nodes -nocerts -out op.key";
    let bytes = read(file, convert, then, true)?;
    PrivateKeyDer::from_pem_slice(&bytes).map_err(|error| {
        let is_encrypted = bytes
            .windows(b"ENCRYPTED".len())
            .any(|window| window == b"ENCRYPTED");
        if is_encrypted {
            let name = file.display();
            let line = format!(
                "the key is encrypted: openssl pkey -in {name} -out op.key && chmod 600 op.key"
            );
            wrong(file, &line)
        } else {
            wrong(file, &format!("no private key in it: {error}"))
        }
    })
}

fn read(
    file: &Path,
    keytool: &str,
    then: &str,
    is_private: bool,
) -> Result<Zeroizing<Vec<u8>>, String> {
    let fault = |error: std::io::Error| wrong(file, &error.to_string());
    // Opened first, so that what is checked is what is read.
    let opened = File::open(file).map_err(fault)?;
    let meta = opened.metadata().map_err(fault)?;
    if is_private && meta.permissions().mode() & 0o077 != 0 {
        return Err(wrong(file, "others may read this key: chmod 600"));
    }
    if !meta.is_file() || meta.len() > MAX_BYTES {
        return Err(wrong(file, "no file, or larger than 1 MiB"));
    }
    let mut bytes = Zeroizing::new(Vec::new());
    opened
        .take(MAX_BYTES)
        .read_to_end(&mut bytes)
        .map_err(fault)?;
    if bytes.starts_with(&JKS) || bytes.starts_with(&DER) {
        let name = file.display();
        let line = format!(
            "a Java key store or other binary; PEM is expected: keytool {keytool} {name} {then}"
        );
        return Err(wrong(file, &line));
    }
    Ok(bytes)
}

fn wrong(file: &Path, what: &str) -> String {
    format!("{}: {what}", file.display())
}
