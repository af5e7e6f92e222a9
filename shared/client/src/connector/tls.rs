//! TLS to a member: whom we trust, who we are, and what its certificate must say.

use std::{io, path::PathBuf, sync::Arc};

use rustls::{
    CertificateError, ClientConfig, ClientConnection, DigitallySignedStruct, Error, RootCertStore,
    SignatureScheme,
    client::{
        WebPkiServerVerifier,
        danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    },
    crypto::ring,
    pki_types::{CertificateDer, ServerName, UnixTime},
};
use tokio_rustls::{TlsConnector, client::TlsStream};

use super::{
    Stream,
    certificate::Certificate,
    explain::{handshake_failed, unfit},
    pem,
};
use crate::error::ClientError;

/// What TLS is made of; the files are PEM.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsOptions {
    /// Who may have signed the members' certificates; `None`: whom the system trusts.
    pub ca: Option<PathBuf>,
    /// Our certificate with what stands between it and its authority, and its private key, a
    /// file that nobody else can read.
    pub identity: Option<(PathBuf, PathBuf)>,
    /// The host that the certificates must be for; `None`: the one that is connected to.
    pub server_name: Option<String>,
    /// Whether a certificate must be for the host at all.
    pub verify_hostname: bool,
}

/// [`TlsOptions`] with the files read. Clones share the sessions that may be resumed.
#[derive(Clone)]
pub struct Tls {
    config: Arc<ClientConfig>,
    server_name: Option<ServerName<'static>>,
    own: Option<Certificate>,
}

impl std::fmt::Debug for Tls {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The configuration holds a key.
        f.debug_struct("Tls")
            .field("server_name", &self.server_name)
            .field("own", &self.own)
            .finish_non_exhaustive()
    }
}

/// Whether certificates may be asked to be for this: a host name or an address.
#[must_use]
pub fn is_server_name(name: &str) -> bool {
    ServerName::try_from(name).is_ok()
}

impl Tls {
    /// Reads the files.
    ///
    /// # Errors
    /// In one line: which file, what is wrong with it, and what mends it.
    pub fn load(options: &TlsOptions) -> Result<Self, String> {
        let provider = Arc::new(ring::default_provider());
        let roots = Arc::new(roots(options)?);
        let verifier = WebPkiServerVerifier::builder_with_provider(roots, Arc::clone(&provider))
            .build()
            .map_err(|error| format!("tls.ca: {error}"))?;
        let builder = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| error.to_string())?
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(Verifier {
                usual: verifier,
                any_host: !options.verify_hostname,
            }));
        let mut own = None;
        let config = match &options.identity {
            None => builder.with_no_client_auth(),
            Some((cert, key)) => {
                let chain = pem::certificates(cert)?;
                own = chain.first().and_then(Certificate::read);
                let key_der = pem::key(key)?;
                builder
                    .with_client_auth_cert(chain, key_der)
                    .map_err(|error| unfit(cert, key, &error))?
            }
        };
        let server_name = match &options.server_name {
            None => None,
            Some(name) => {
                let name = ServerName::try_from(name.clone());
                Some(name.map_err(|error| format!("tls.server_name: {error}"))?)
            }
        };
        Ok(Self {
            config: Arc::new(config),
            server_name,
            own,
        })
    }

    /// Our own certificate, where we have one.
    #[must_use]
    pub fn own_certificate(&self) -> Option<&Certificate> {
        self.own.as_ref()
    }

    /// A session to `addr` that has sent nothing yet.
    pub(super) fn session(&self, addr: &str) -> Result<ClientConnection, ClientError> {
        let name = self.name_of(addr)?;
        let session = ClientConnection::new(Arc::clone(&self.config), name);
        session.map_err(|fault| handshake_failed(addr, &io::Error::other(fault)))
    }

    /// The host that the certificate of `addr` must be for.
    fn name_of(&self, addr: &str) -> Result<ServerName<'static>, ClientError> {
        match &self.server_name {
            Some(name) => Ok(name.clone()),
            None => name_of(addr),
        }
    }

    /// Shakes hands over an open stream to `addr`; the member's certificate comes with it.
    pub(super) async fn wrap(
        &self,
        stream: Stream,
        addr: &str,
    ) -> Result<(TlsStream<Stream>, Option<Certificate>), ClientError> {
        let name = self.name_of(addr)?;
        let connector = TlsConnector::from(Arc::clone(&self.config));
        let stream = connector.connect(name, stream).await;
        let stream = stream.map_err(|fault| handshake_failed(addr, &fault))?;
        let (_, session) = stream.get_ref();
        let certificates = session.peer_certificates().unwrap_or_default();
        let certificate = certificates.first().and_then(Certificate::read);
        Ok((stream, certificate))
    }
}

fn roots(options: &TlsOptions) -> Result<RootCertStore, String> {
    let mut roots = RootCertStore::empty();
    match &options.ca {
        Some(file) => {
            for certificate in pem::certificates(file)? {
                let added = roots.add(certificate);
                added.map_err(|error| format!("{}: {error}", file.display()))?;
            }
        }
        None => {
            // Some that this system keeps may be of kinds that nobody supports.
            roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
            if roots.is_empty() {
                return Err("this system keeps no certificates: set tls.ca".to_owned());
            }
        }
    }
    Ok(roots)
}

fn name_of(addr: &str) -> Result<ServerName<'static>, ClientError> {
    let host = addr.rsplit_once(':').map_or(addr, |(host, _)| host);
    let host = host.trim_start_matches('[').trim_end_matches(']');
    ServerName::try_from(host.to_owned()).map_err(|_| ClientError::Tls {
        addr: addr.to_owned(),
        reason: format!("no certificate can be for \"{host}\": set tls.server_name"),
    })
}

/// The usual checks, the last of which, the host's name, may be left out.
#[derive(Debug)]
struct Verifier {
    usual: Arc<WebPkiServerVerifier>,
    any_host: bool,
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let checked = self.usual.verify_server_cert(
            end_entity,
            intermediates,
            server_name,
            ocsp_response,
            now,
        );
        match checked {
            // The name is checked last, hence all else is well.
            Err(Error::InvalidCertificate(
                CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
            )) if self.any_host => Ok(ServerCertVerified::assertion()),
            other => other,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.usual.verify_tls12_signature(message, cert, dss)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.usual.verify_tls13_signature(message, cert, dss)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.usual.supported_verify_schemes()
    }
}
