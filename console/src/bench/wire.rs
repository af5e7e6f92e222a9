//! A lane's socket, plain or under TLS, once it no longer blocks.

use std::{
    io::{self, Read, Write},
    net::TcpStream as BlockingStream,
};

use mio::net::TcpStream;
use zoowarden_client::TlsOver;

/// Both directions of a session's connection.
#[derive(Debug)]
pub(super) enum Wire {
    Plain(TcpStream),
    Secure(TlsOver<TcpStream>),
}

impl Wire {
    /// From a socket that still blocks.
    pub(super) fn plain(socket: BlockingStream) -> io::Result<Self> {
        socket.set_nonblocking(true)?;
        Ok(Self::Plain(TcpStream::from_std(socket)))
    }

    /// From one that has shaken hands by TLS.
    pub(super) fn secure(mut socket: TlsOver<BlockingStream>) -> io::Result<Self> {
        socket.socket().set_nonblocking(true)?;
        Ok(Self::Secure(socket.map(TcpStream::from_std)))
    }

    /// What is waited for.
    pub(super) fn socket(&mut self) -> &mut TcpStream {
        match self {
            Self::Plain(socket) => socket,
            Self::Secure(session) => session.socket(),
        }
    }

    /// Whether a read of `count` bytes into a room of `room` has emptied the socket: TLS gives a
    /// record at a time.
    pub(super) fn is_emptied_by(&self, count: usize, room: usize) -> bool {
        match self {
            Self::Plain(_) => count < room,
            Self::Secure(_) => count == 0,
        }
    }
}

impl Read for Wire {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(socket) => socket.read(bytes),
            Self::Secure(session) => session.read(bytes),
        }
    }
}

impl Write for Wire {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Plain(socket) => socket.write(bytes),
            Self::Secure(session) => session.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Plain(socket) => socket.flush(),
            Self::Secure(session) => session.flush(),
        }
    }
}
