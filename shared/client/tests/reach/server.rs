//! Members that a test plays: they answer each four-letter word by its name, plainly or over a
//! real TLS.

use std::{fs, sync::Arc};

use rustls::{
    RootCertStore, ServerConfig,
    crypto::ring,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _},
    server::WebPkiClientVerifier,
};
use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _},
    net::TcpListener,
};
use tokio_rustls::TlsAcceptor;

use crate::papers::{Paper, Papers};

/// A member without TLS; returns its address. As Apache, it hangs up on what is no word.
pub(crate) async fn plain() -> String {
    let (listener, addr) = listen().await;
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(answer(stream));
        }
    });
    addr
}

/// A member with this certificate, which takes clients with one of `clients` only, where that
/// is given; returns its address.
pub(crate) async fn secure(paper: &Paper, clients: Option<&Papers>) -> String {
    let provider = Arc::new(ring::default_provider());
    let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .unwrap();
    let builder = match clients {
        None => builder.with_no_client_auth(),
        Some(papers) => {
            let mut roots = RootCertStore::empty();
            roots
                .add(CertificateDer::from_pem_file(papers.ca()).unwrap())
                .unwrap();
            let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
            builder.with_client_cert_verifier(verifier.build().unwrap())
        }
    };
    let chain = vec![CertificateDer::from_pem_file(&paper.cert).unwrap()];
    let key = PrivateKeyDer::from_pem_slice(&fs::read(&paper.key).unwrap()).unwrap();
    let config = builder.with_single_cert(chain, key).unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let (listener, addr) = listen().await;
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                if let Ok(stream) = acceptor.accept(stream).await {
                    answer(stream).await;
                }
            });
        }
    });
    addr
}

async fn answer(mut stream: impl AsyncRead + AsyncWrite + Unpin) {
    let mut word = [0; 4];
    if stream.read_exact(&mut word).await.is_ok() && word.is_ascii() && word[0] > b' ' {
        let text = format!("answer to {}\n", String::from_utf8_lossy(&word));
        let _ = stream.write_all(text.as_bytes()).await;
        let _ = stream.shutdown().await;
    }
}

async fn listen() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let addr = listener.local_addr().unwrap().to_string();
    (listener, addr)
}
