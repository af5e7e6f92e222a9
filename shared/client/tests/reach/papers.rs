//! Certificates made for one test, and the files that hold them.

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
};

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa,
    KeyPair,
};
use tempfile::TempDir;
use zoowarden_client::{Tls, TlsOptions};

/// An authority, and the directory of what it signed.
pub(crate) struct Papers {
    dir: TempDir,
    authority: CertifiedIssuer<'static, KeyPair>,
}

/// A certificate and its key.
pub(crate) struct Paper {
    pub(crate) cert: PathBuf,
    pub(crate) key: PathBuf,
}

impl Papers {
    pub(crate) fn new(name: &str) -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, name);
        let key = KeyPair::generate().unwrap();
        let papers = Self {
            dir: TempDir::new().unwrap(),
            authority: CertifiedIssuer::self_signed(params, key).unwrap(),
        };
        fs::write(papers.ca(), papers.authority.pem()).unwrap();
        papers
    }

    pub(crate) fn dir(&self) -> &Path {
        self.dir.path()
    }

    pub(crate) fn ca(&self) -> PathBuf {
        self.dir().join("ca.pem")
    }

    /// A certificate for these hosts, as changed.
    pub(crate) fn sign(
        &self,
        file: &str,
        hosts: &[&str],
        change: impl FnOnce(&mut CertificateParams),
    ) -> Paper {
        let hosts: Vec<String> = hosts.iter().map(|&host| host.to_owned()).collect();
        let mut params = CertificateParams::new(hosts).unwrap();
        params.distinguished_name.push(DnType::CommonName, file);
        params.extended_key_usages = vec![
            ExtendedKeyUsagePurpose::ServerAuth,
            ExtendedKeyUsagePurpose::ClientAuth,
        ];
        change(&mut params);
        let key = KeyPair::generate().unwrap();
        let cert = params.signed_by(&key, &self.authority).unwrap();
        let paper = Paper {
            cert: self.dir().join(format!("{file}.pem")),
            key: self.dir().join(format!("{file}.key")),
        };
        fs::write(&paper.cert, cert.pem()).unwrap();
        private(&paper.key, &key.serialize_pem());
        paper
    }

    /// Trusting this authority, and nothing else.
    pub(crate) fn options(&self) -> TlsOptions {
        TlsOptions {
            ca: Some(self.ca()),
            identity: None,
            server_name: None,
            verify_hostname: true,
        }
    }

    pub(crate) fn tls(&self, paper: Option<&Paper>) -> Tls {
        let identity = paper.map(|paper| (paper.cert.clone(), paper.key.clone()));
        Tls::load(&TlsOptions {
            identity,
            ..self.options()
        })
        .unwrap()
    }
}

/// Writes a file of mode 0600.
pub(crate) fn private(file: &Path, text: &str) {
    fs::write(file, text).unwrap();
    fs::set_permissions(file, fs::Permissions::from_mode(0o600)).unwrap();
}
