//! One connection's requests on their way to the peer.
//!
//! A few bytes of requests can ask for megabytes of answers. So requests go to the peer in
//! small portions, and where the answers already pile up in front of a client that does not
//! read them, the rest waits here until it does.

use std::{collections::VecDeque, sync::Arc};

use bytes::{Buf, Bytes};
use zoowarden_peer::{ClientEvent, Effects, Input, Now, Peer};

use crate::net::{Connection, SLOW_READER_BYTES};

/// Requests that the peer is handed at once: with answers of the largest size
/// (`jute.maxbuffer`, about a megabyte) that bounds what waits for one client.
const FRAMES_PER_PORTION: usize = 16;

/// A connection and the requests that it may not have answered yet.
pub(super) struct Feed {
    connection: Arc<Connection>,
    deferred: VecDeque<Bytes>,
}

impl Feed {
    pub(super) fn new(connection: Arc<Connection>) -> Self {
        Self {
            connection,
            deferred: VecDeque::new(),
        }
    }

    pub(super) fn connection(&self) -> &Connection {
        &self.connection
    }

    /// Hands the peer these frames, or keeps them behind those that are kept already.
    pub(super) fn push(&mut self, now: Now, frames: Bytes, peer: &mut Peer, out: &mut Effects) {
        if self.deferred.is_empty() {
            self.hand_over(now, frames, peer, out);
        } else {
            self.deferred.push_back(frames);
        }
    }

    /// Goes on with what was kept.
    pub(super) fn resume(&mut self, now: Now, peer: &mut Peer, out: &mut Effects) {
        for frames in std::mem::take(&mut self.deferred) {
            self.push(now, frames, peer, out);
        }
    }

    fn hand_over(&mut self, now: Now, mut frames: Bytes, peer: &mut Peer, out: &mut Effects) {
        let conn = self.connection.id();
        loop {
            let size = portion(&frames);
            let portion = frames.split_to(size);
            let event = ClientEvent::Frames(portion);
            peer.handle(now, Input::Client(conn, event), out);
            if frames.is_empty() {
                return;
            }
            let unread = out.to_client(conn).len() + self.connection.waiting_bytes();
            if unread > SLOW_READER_BYTES {
                self.deferred.push_front(frames);
                self.connection.defer_requests();
                return;
            }
        }
    }
}

/// The size of the first frames, at most [`FRAMES_PER_PORTION`].
fn portion(frames: &[u8]) -> usize {
    let mut rest = frames;
    for _ in 0..FRAMES_PER_PORTION {
        let Some(prefix) = rest.first_chunk::<4>() else {
            break;
        };
        // Whole frames only: what came before checked every length.
        rest.advance(rest.len().min(4 + u32::from_be_bytes(*prefix) as usize));
    }
    frames.len() - rest.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_portion_is_a_number_of_whole_frames() {
        let frame = [0, 0, 0, 2, 7, 7];
        assert_eq!(portion(&frame.repeat(3)), 18);
        assert_eq!(portion(&frame.repeat(100)), 6 * FRAMES_PER_PORTION);
        assert_eq!(portion(&[]), 0);
    }
}
