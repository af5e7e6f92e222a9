//! What an operator wants to know of a certificate: for whom, by whom, until when.

use rustls::pki_types::CertificateDer;
use x509_parser::{
    extensions::GeneralName,
    prelude::{FromDer as _, X509Certificate},
};

/// Names that are kept of one certificate.
const MAX_NAMES: usize = 8;

/// The facts of one certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    /// The hosts that it is for, or its subject where it names none.
    pub names: Vec<String>,
    /// Who signed it.
    pub issuer: String,
    /// Its last second, Unix time, seconds.
    pub not_after_s: i64,
}

impl Certificate {
    /// Reads one; `None` where it is none (what TLS accepted always is).
    pub(super) fn read(der: &CertificateDer<'_>) -> Option<Self> {
        let (_, certificate) = X509Certificate::from_der(der).ok()?;
        let alternative = certificate.subject_alternative_name().ok().flatten();
        let mut names: Vec<String> = alternative
            .iter()
            .flat_map(|extension| &extension.value.general_names)
            .filter_map(name)
            .take(MAX_NAMES)
            .collect();
        if names.is_empty() {
            names.push(certificate.subject().to_string());
        }
        Some(Self {
            names,
            issuer: certificate.issuer().to_string(),
            not_after_s: certificate.validity().not_after.timestamp(),
        })
    }

    /// Whole days until it expires, at this Unix time (seconds); negative once it has.
    #[must_use]
    pub fn days_left(&self, now_s: i64) -> i64 {
        (self.not_after_s - now_s).div_euclid(86_400)
    }
}

fn name(name: &GeneralName<'_>) -> Option<String> {
    match name {
        GeneralName::DNSName(host) => Some((*host).to_owned()),
        GeneralName::IPAddress(bytes) => match *bytes {
            [a, b, c, d] => Some(std::net::Ipv4Addr::new(*a, *b, *c, *d).to_string()),
            bytes => {
                let v6: [u8; 16] = bytes.try_into().ok()?;
                Some(std::net::Ipv6Addr::from(v6).to_string())
            }
        },
        _ => None,
    }
}
