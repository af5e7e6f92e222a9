//! Why TLS, or the command in between, did not come about: in a line that tells an operator
//! what to change.

use std::{io, path::Path, sync::Arc};

use rustls::{AlertDescription, CertificateError, Error, pki_types::UnixTime};

use super::pipe::ProxyEnded;
use crate::error::ClientError;

/// A fault of the stream to `addr` as an error with its reason, where TLS or a command was
/// the reason; `None` for a fault of the socket itself.
pub(crate) fn known_fault(addr: &str, fault: &io::Error) -> Option<ClientError> {
    let inner = fault.get_ref()?;
    let addr = addr.to_owned();
    if let Some(ProxyEnded(reason)) = inner.downcast_ref() {
        let reason = reason.clone();
        return Some(ClientError::Proxy { addr, reason });
    }
    let tls: &Error = inner.downcast_ref()?;
    let reason = explain(tls);
    Some(ClientError::Tls { addr, reason })
}

/// Any fault of the stream to `addr` after it was open.
#[must_use]
pub fn broken(addr: &str, fault: io::Error) -> ClientError {
    known_fault(addr, &fault).unwrap_or_else(|| ClientError::Io {
        addr: addr.to_owned(),
        source: Arc::new(fault),
    })
}

/// Why our own certificate and key will not do.
pub(super) fn unfit(cert: &Path, key: &Path, error: &Error) -> String {
    match error {
        Error::InconsistentKeys(_) => {
            format!("{}: not the key of {}", key.display(), cert.display())
        }
        other => format!("{}: {}", cert.display(), explain(other)),
    }
}

/// A fault of the TLS handshake itself.
pub(super) fn handshake_failed(addr: &str, fault: &io::Error) -> ClientError {
    known_fault(addr, fault).unwrap_or_else(|| {
        let is_hang_up = matches!(
            fault.kind(),
            io::ErrorKind::UnexpectedEof
                | io::ErrorKind::ConnectionReset
                | io::ErrorKind::BrokenPipe
        );
        let reason = if is_hang_up {
            "it hung up on TLS: this may be its plain port, or it refuses our certificate"
                .to_owned()
        } else {
            fault.to_string()
        };
        ClientError::Tls {
            addr: addr.to_owned(),
            reason,
        }
    })
}

fn explain(error: &Error) -> String {
    match error {
        Error::InvalidCertificate(why) => certificate(why),
        Error::InvalidMessage(_) => "it does not speak TLS: this is its plain port".to_owned(),
        Error::AlertReceived(alert) => answer(*alert),
        Error::PeerIncompatible(why) => format!("no version or cipher of TLS in common: {why:?}"),
        other => other.to_string(),
    }
}

fn certificate(why: &CertificateError) -> String {
    match why {
        CertificateError::UnknownIssuer => {
            "nobody that tls.ca trusts has signed its certificate".to_owned()
        }
        CertificateError::ExpiredContext { time, not_after } => {
            format!("its certificate expired {} ago", days(*not_after, *time))
        }
        CertificateError::Expired => "its certificate has expired".to_owned(),
        CertificateError::NotValidYetContext { time, not_before } => {
            format!("its certificate begins in {}", days(*time, *not_before))
        }
        CertificateError::NotValidForNameContext {
            expected,
            presented,
        } => {
            let wanted = expected.to_str();
            if presented.is_empty() {
                format!(
                    "its certificate names no host, and {wanted} is wanted: tls.verify_hostname \
                     = false takes it"
                )
            } else {
                let names: Vec<&str> = presented.iter().take(4).map(|name| bare(name)).collect();
                let names = names.join(", ");
                format!("its certificate is for {names}, not for {wanted} (tls.server_name)")
            }
        }
        // An openssl x509 -req without -extfile makes those, and Java takes them.
        CertificateError::Other(other)
            if format!("{other:?}").contains("UnsupportedCertVersion") =>
        {
            "a certificate of X.509 version 1, where version 3 is expected: sign it with \
             extensions (openssl x509 -req -extfile)"
                .to_owned()
        }
        other => format!("its certificate is refused: {other}"),
    }
}

/// `DnsName("zk1")` as rustls writes a name, without its wrapping.
fn bare(name: &str) -> &str {
    name.split('"').nth(1).unwrap_or(name)
}

fn answer(alert: AlertDescription) -> String {
    match alert {
        AlertDescription::CertificateRequired => {
            "it asks for a client's certificate: tls.cert and tls.key".to_owned()
        }
        AlertDescription::BadCertificate
        | AlertDescription::UnknownCA
        | AlertDescription::CertificateUnknown
        | AlertDescription::CertificateExpired
        | AlertDescription::AccessDenied => format!(
            "it refuses our certificate ({alert:?}): tls.cert and tls.key must be of an \
             authority that it trusts"
        ),
        AlertDescription::HandshakeFailure => {
            "it refuses the TLS handshake: it may ask for a client's certificate (tls.cert, \
             tls.key)"
                .to_owned()
        }
        other => format!("it refuses TLS: {other:?}"),
    }
}

fn days(from: UnixTime, to: UnixTime) -> String {
    let seconds = to.as_secs().saturating_sub(from.as_secs());
    match seconds / 86_400 {
        0 => format!("{} h", seconds / 3600),
        days => format!("{days} d"),
    }
}
