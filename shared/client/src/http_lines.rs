//! One HTTP GET whose answer goes on, line by line, until the server ends it.

use std::{pin::Pin, time::Duration};

use bytes::{Bytes, BytesMut};
use http_body_util::{BodyExt, Empty};
use hyper::{Request, body::Incoming, client::conn::http1, header};
use hyper_util::rt::TokioIo;

use crate::{
    connection::within,
    connector::{Connector, Stream},
    error::ClientError,
};

/// The longest line taken, bytes.
pub const MAX_LINE: usize = 64 << 10;

/// An answer that goes on. Dropping it hangs up.
#[derive(Debug)]
pub struct HttpLines {
    addr: String,
    body: Incoming,
    /// What came behind the last line.
    received: BytesMut,
    connection: Pin<Box<http1::Connection<TokioIo<Stream>, Empty<Bytes>>>>,
    is_open: bool,
}

impl HttpLines {
    /// [`Self::open_by`], plainly.
    ///
    /// # Errors
    /// As there.
    pub async fn open(addr: &str, path: &str, deadline: Duration) -> Result<Self, ClientError> {
        Self::open_by(&Connector::default(), addr, path, deadline).await
    }

    /// GETs `path` from `addr` (`host:port`); the deadline is for the answer's beginning.
    ///
    /// # Errors
    /// [`ClientError::Connect`], [`ClientError::Tls`], [`ClientError::Proxy`],
    /// [`ClientError::Http`] (any status but 200 among them), or [`ClientError::Deadline`].
    pub async fn open_by(
        connector: &Connector,
        addr: &str,
        path: &str,
        deadline: Duration,
    ) -> Result<Self, ClientError> {
        within("an HTTP stream", deadline, begin(connector, addr, path)).await
    }

    /// The next line, without its end; `None` when the server has ended the answer. Cancel
    /// safe: a line is lost to nobody.
    ///
    /// # Errors
    /// [`ClientError::Http`] when the connection broke, [`ClientError::AnswerTooLarge`] above
    /// [`MAX_LINE`].
    pub async fn next(&mut self) -> Result<Option<String>, ClientError> {
        loop {
            if let Some(end) = self.received.iter().position(|byte| *byte == b'\n') {
                let line = self.received.split_to(end + 1);
                return Ok(Some(String::from_utf8_lossy(&line[..end]).into_owned()));
            }
            if self.received.len() > MAX_LINE {
                return Err(ClientError::AnswerTooLarge {
                    addr: self.addr.clone(),
                    max: MAX_LINE,
                });
            }
            // The connection does the I/O; it is driven here, so that dropping ends both.
            let frame = tokio::select! {
                biased;
                frame = self.body.frame() => frame,
                _ = &mut self.connection, if self.is_open => {
                    self.is_open = false;
                    continue;
                }
            };
            match frame {
                Some(Ok(frame)) => {
                    if let Some(data) = frame.data_ref() {
                        self.received.extend_from_slice(data);
                    }
                }
                Some(Err(error)) => return Err(failed(&self.addr, &error.to_string())),
                None => return Ok(None),
            }
        }
    }
}

async fn begin(connector: &Connector, addr: &str, path: &str) -> Result<HttpLines, ClientError> {
    let stream = connector.open(addr).await?;
    let shaken = http1::handshake(TokioIo::new(stream)).await;
    let (mut sender, connection) = shaken.map_err(|e| failed(addr, &e.to_string()))?;
    let request = Request::get(path)
        .header(header::HOST, addr)
        .body(Empty::<Bytes>::new())
        .map_err(|e| failed(addr, &e.to_string()))?;
    let mut connection = Box::pin(connection);
    let mut is_open = true;
    let response = {
        let mut answering = std::pin::pin!(sender.send_request(request));
        loop {
            tokio::select! {
                answer = &mut answering => break answer,
                _ = &mut connection, if is_open => is_open = false,
            }
        }
    };
    let response = response.map_err(|e| failed(addr, &e.to_string()))?;
    if response.status().as_u16() != 200 {
        return Err(failed(addr, &format!("status {}", response.status())));
    }
    Ok(HttpLines {
        addr: addr.to_owned(),
        body: response.into_body(),
        received: BytesMut::new(),
        connection,
        is_open,
    })
}

fn failed(addr: &str, detail: &str) -> ClientError {
    ClientError::Http {
        addr: addr.to_owned(),
        detail: detail.to_owned(),
    }
}
