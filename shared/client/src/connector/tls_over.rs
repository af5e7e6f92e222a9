//! TLS over a socket that its owner drives without tasks: blocking for the handshake, and from
//! then on as the owner likes.

use std::io::{self, ErrorKind, Read, Write};

use rustls::ClientConnection;

use super::{Tls, explain};
use crate::error::ClientError;

/// A TLS session and its socket. Where the socket does not block, neither do these: they tell
/// `WouldBlock` as it does, and what is written may wait inside until [`Write::flush`] has gone
/// through.
#[derive(Debug)]
pub struct TlsOver<S> {
    session: Box<ClientConnection>,
    socket: S,
}

impl<S: Read + Write> TlsOver<S> {
    /// Shakes hands with `addr` over a socket that blocks.
    ///
    /// # Errors
    /// [`ClientError::Tls`], with what mends it.
    pub fn open(tls: &Tls, addr: &str, mut socket: S) -> Result<Self, ClientError> {
        let mut session = Box::new(tls.session(addr)?);
        while session.is_handshaking() {
            let done = session.complete_io(&mut socket);
            done.map_err(|fault| explain::handshake_failed(addr, &fault))?;
        }
        Ok(Self { session, socket })
    }

    /// The same session over what `change` makes of the socket.
    pub fn map<T>(self, change: impl FnOnce(S) -> T) -> TlsOver<T> {
        TlsOver {
            session: self.session,
            socket: change(self.socket),
        }
    }

    /// The socket, to be waited for.
    pub fn socket(&mut self) -> &mut S {
        &mut self.socket
    }
}

impl<S: Read + Write> Read for TlsOver<S> {
    /// What has been decrypted, else what the socket has: never mixed, so that fewer bytes than
    /// asked for do not mean that the socket is empty.
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        loop {
            match self.session.reader().read(bytes) {
                Err(empty) if empty.kind() == ErrorKind::WouldBlock => {}
                read => return read,
            }
            // 0 is told by the reader, which knows whether it was a farewell.
            self.session.read_tls(&mut self.socket)?;
            if let Err(fault) = self.session.process_new_packets() {
                // The alert that says why we hang up; nobody may be left to take it.
                let _ = self.flush();
                return Err(io::Error::new(ErrorKind::InvalidData, fault));
            }
        }
    }
}

impl<S: Read + Write> Write for TlsOver<S> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // The session holds a bounded amount: what waits in it goes first.
        self.flush()?;
        let count = self.session.writer().write(bytes)?;
        match self.flush() {
            Err(full) if full.kind() == ErrorKind::WouldBlock => {}
            flushed => flushed?,
        }
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        while self.session.wants_write() {
            if self.session.write_tls(&mut self.socket)? == 0 {
                return Err(ErrorKind::WriteZero.into());
            }
        }
        self.socket.flush()
    }
}
