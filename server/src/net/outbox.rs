//! Bytes on their way into one socket: written at once where the socket takes them, else kept
//! in order until it does.

use std::{
    collections::VecDeque,
    io::{self, IoSlice},
    task::{Context, Poll, ready},
};

use bytes::{Buf, Bytes};
use tokio::net::tcp::OwnedWriteHalf;

/// Parts that one vectored write offers to the socket.
const PARTS_PER_WRITE: usize = 32;

/// The writing half of a socket and what waits for it.
#[derive(Debug)]
pub(super) struct Outbox {
    /// `None` once the connection is over: dropping it closes the socket.
    socket: Option<OwnedWriteHalf>,
    waiting: VecDeque<Bytes>,
    waiting_bytes: usize,
}

impl Outbox {
    pub(super) fn new(socket: OwnedWriteHalf) -> Self {
        Self {
            socket: Some(socket),
            waiting: VecDeque::new(),
            waiting_bytes: 0,
        }
    }

    /// Bytes that wait because the socket does not take them.
    pub(super) fn waiting_bytes(&self) -> usize {
        self.waiting_bytes
    }

    /// Sends these bytes after all that was sent before. Never waits; true where something
    /// is left for [`Self::poll_flush`].
    ///
    /// # Errors
    /// The socket's, when it is broken.
    pub(super) fn send(&mut self, mut bytes: Bytes) -> io::Result<bool> {
        if self.waiting.is_empty()
            && let Some(socket) = &self.socket
        {
            match socket.try_write(&bytes) {
                Ok(written) => bytes.advance(written),
                Err(fault) if is_transient(&fault) => {}
                Err(fault) => return Err(fault),
            }
            if bytes.is_empty() {
                return Ok(false);
            }
        }
        self.waiting_bytes += bytes.len();
        self.waiting.push_back(bytes);
        Ok(true)
    }

    /// Ready when the socket has taken all that waited.
    ///
    /// # Errors
    /// The socket's, when it is broken.
    pub(super) fn poll_flush(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        loop {
            self.write_what_fits()?;
            if self.waiting.is_empty() {
                return Poll::Ready(Ok(()));
            }
            let Some(socket) = &self.socket else {
                return Poll::Ready(Err(io::ErrorKind::NotConnected.into()));
            };
            ready!(socket.as_ref().poll_write_ready(context))?;
        }
    }

    /// Drops the socket's writing half and all that waits for it.
    pub(super) fn abandon(&mut self) {
        self.socket = None;
        self.waiting.clear();
        self.waiting_bytes = 0;
    }

    /// Writes what waits, as far as the socket takes it now.
    fn write_what_fits(&mut self) -> io::Result<()> {
        let Some(socket) = &self.socket else {
            return Ok(());
        };
        while !self.waiting.is_empty() {
            let mut parts = [IoSlice::new(&[]); PARTS_PER_WRITE];
            let mut used = 0;
            for (part, bytes) in parts.iter_mut().zip(&self.waiting) {
                *part = IoSlice::new(bytes);
                used += 1;
            }
            match socket.try_write_vectored(&parts[..used]) {
                Ok(written) => {
                    self.waiting_bytes -= written;
                    discard(&mut self.waiting, written);
                }
                Err(fault) if is_transient(&fault) => break,
                Err(fault) => return Err(fault),
            }
        }
        Ok(())
    }
}

fn is_transient(fault: &io::Error) -> bool {
    matches!(
        fault.kind(),
        io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted
    )
}

/// Removes the first `count` bytes.
fn discard(waiting: &mut VecDeque<Bytes>, mut count: usize) {
    while let Some(front) = waiting.front_mut() {
        if front.len() > count {
            front.advance(count);
            return;
        }
        count -= front.len();
        waiting.pop_front();
    }
}
