//! Messages after the handshake: a length and that many bytes.

use bytes::{Bytes, BytesMut};

use crate::proto::{FrameError, Frames, put_frame};

/// The longest message, bytes (`QuorumCnxManager.PACKETMAXSIZE`).
pub const MAX_MESSAGE: usize = 512 * 1024;

/// Cuts a message off the front of received bytes, or nothing where it is not whole yet.
///
/// # Errors
/// [`FrameError`] for a length that is not within 1..=[`MAX_MESSAGE`]; the connection is then
/// of no use.
pub fn next_message(buffer: &mut BytesMut) -> Result<Option<Bytes>, FrameError> {
    match Frames::new(buffer, MAX_MESSAGE).next_frame()? {
        Some(message) if message.is_empty() => Err(FrameError {
            length: 0,
            max: MAX_MESSAGE,
        }),
        message => Ok(message),
    }
}

/// Appends a message.
pub fn put_message(out: &mut BytesMut, payload: &[u8]) {
    put_frame(out, |out| out.extend_from_slice(payload));
}
