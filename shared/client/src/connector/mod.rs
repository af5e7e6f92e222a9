//! How members are reached, and as whom: plainly, by TLS, through a command, or by TLS
//! through a command.
//!
//! ```text
//!   Connector ──┬── TCP, or pipe    a ProxyCommand's standard streams;  proxy  its template
//!               ├── tls             over either;  pem  its files
//!               ├── tls_over        the same for who drives sockets without tasks
//!               ├── certificate     what the members' say
//!               ├── probe           whether a port that stays mute speaks TLS
//!               ├── explain         why it failed, for an operator
//!               └── auth            once a session is open: digest, SASL DIGEST-MD5
//! ```

mod certificate;
mod explain;
mod pem;
mod pipe;
mod probe;
mod proxy;
mod tls;
mod tls_over;

use std::{
    collections::HashMap,
    fmt::Debug,
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
};

use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    sync::Semaphore,
};

use crate::{auth::Identity, error::ClientError};
pub use certificate::Certificate;
pub use explain::broken;
pub(crate) use explain::known_fault;
pub use probe::speaks_tls;
pub use proxy::{Proxy, ProxyError, is_host};
pub use tls::{Tls, TlsOptions, is_server_name};
pub use tls_over::TlsOver;

/// Members whose certificates are kept: more than any ensemble has.
const MAX_CERTIFICATES: usize = 256;

/// Both directions of an open connection, whatever it runs over.
pub(crate) trait Duplex: AsyncRead + AsyncWrite + Debug + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Debug + Send + Unpin> Duplex for T {}
pub(crate) type Stream = Box<dyn Duplex>;

/// How the members of one cluster are reached, and as whom. Clones share what they bound.
/// The default one connects plainly, as nobody.
#[derive(Clone, Debug)]
pub struct Connector {
    proxy: Option<Arc<Proxy>>,
    /// For commands that run at once.
    room: Arc<Semaphore>,
    tls: Option<Tls>,
    identity: Identity,
    certificates: Arc<Mutex<HashMap<String, Certificate>>>,
}

impl Default for Connector {
    fn default() -> Self {
        Self::new(None, None, Identity::default())
    }
}

impl Connector {
    /// By this command, by TLS, as this one; each where it is given.
    #[must_use]
    pub fn new(proxy: Option<Proxy>, tls: Option<Tls>, identity: Identity) -> Self {
        Self {
            proxy: proxy.map(Arc::new),
            room: Arc::new(Semaphore::new(pipe::MAX_RUNNING)),
            tls,
            identity,
            certificates: Arc::default(),
        }
    }

    /// The same way without TLS: for AdminServers that speak plain HTTP beside it.
    #[must_use]
    pub fn without_tls(&self) -> Self {
        Self {
            tls: None,
            ..self.clone()
        }
    }

    /// The command that leads there, if one does.
    #[must_use]
    pub fn proxy(&self) -> Option<&Proxy> {
        self.proxy.as_deref()
    }

    /// TLS, if it is spoken.
    #[must_use]
    pub fn tls(&self) -> Option<&Tls> {
        self.tls.as_ref()
    }

    /// As whom sessions are opened.
    #[must_use]
    pub fn identity(&self) -> &Identity {
        &self.identity
    }

    /// The certificate that this address showed last.
    #[must_use]
    pub fn certificate(&self, addr: &str) -> Option<Certificate> {
        self.lock().get(addr).cloned()
    }

    /// Opens a connection to `addr` (`host:port`, or `[v6]:port`). It takes as long as it
    /// takes: deadlines are its callers'.
    pub(crate) async fn open(&self, addr: &str) -> Result<Stream, ClientError> {
        self.open_to(addr).await.map(|(stream, _)| stream)
    }

    /// The same, and the socket address that it led to; `None` through a command.
    pub(crate) async fn open_to(
        &self,
        addr: &str,
    ) -> Result<(Stream, Option<SocketAddr>), ClientError> {
        let (stream, peer): (Stream, _) = match &self.proxy {
            None => {
                let socket = dial(addr).await?;
                let peer = socket.peer_addr().ok();
                (Box::new(socket), peer)
            }
            Some(proxy) => {
                let opened = pipe::Pipe::open(proxy, &self.room, addr).await;
                let pipe = opened.map_err(|ended| ClientError::Proxy {
                    addr: addr.to_owned(),
                    reason: ended.0,
                })?;
                (Box::new(pipe), None)
            }
        };
        let Some(tls) = &self.tls else {
            return Ok((stream, peer));
        };
        let (stream, certificate) = tls.wrap(stream, addr).await?;
        if let Some(certificate) = certificate {
            let mut kept = self.lock();
            if kept.len() >= MAX_CERTIFICATES {
                kept.clear();
            }
            kept.insert(addr.to_owned(), certificate);
        }
        Ok((Box::new(stream), peer))
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<String, Certificate>> {
        self.certificates
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// Connects to `addr` by TCP, trying every address that the name resolves to.
async fn dial(addr: &str) -> Result<TcpStream, ClientError> {
    let failed = |source| ClientError::Connect {
        addr: addr.to_owned(),
        source: Arc::new(source),
    };
    // Tokio tries all addresses of the name, and keeps the last error.
    let stream = TcpStream::connect(addr).await.map_err(failed)?;
    stream.set_nodelay(true).map_err(failed)?;
    Ok(stream)
}
