//! Cuts what a socket delivers into batches of whole frames.
//!
//! All whole frames of one read travel together as one buffer of exactly their size, so that
//! the driver is woken once for them and an idle connection holds no read buffer. A frame
//! that is not whole yet grows with the bytes that really arrived, never with what its length
//! prefix promises.

use bytes::{Bytes, BytesMut};

/// Bytes of a frame's length prefix.
const PREFIX: usize = 4;

/// A frame length that Apache's `NIOServerCnxn.readLength` refuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unreasonable length {length} (jute.maxbuffer is {max})")]
pub(crate) struct UnreasonableLength {
    /// The length that the client announced.
    pub(crate) length: i32,
    /// The largest that is taken.
    pub(crate) max: usize,
}

/// The state between two reads of one connection.
#[derive(Debug)]
pub(crate) struct Framer {
    partial: BytesMut,
    max: usize,
}

impl Framer {
    /// Takes frames of up to `max` bytes (`jute.maxbuffer`), their prefix not counted.
    pub(crate) fn new(max: usize) -> Self {
        Self {
            partial: BytesMut::new(),
            max,
        }
    }

    /// Takes what one read delivered and gives back all frames that are whole now, each with
    /// its prefix; `None` when there is none.
    ///
    /// # Errors
    /// [`UnreasonableLength`]: the stream cannot be followed any further. Frames before the
    /// bad one are lost with it, as the connection is closed anyway.
    pub(crate) fn push(&mut self, chunk: &[u8]) -> Result<Option<Bytes>, UnreasonableLength> {
        if self.partial.is_empty() {
            let whole = whole_frames(chunk, self.max)?;
            self.partial.extend_from_slice(&chunk[whole..]);
            return Ok((whole > 0).then(|| Bytes::copy_from_slice(&chunk[..whole])));
        }
        self.partial.extend_from_slice(chunk);
        let whole = whole_frames(&self.partial, self.max)?;
        if whole == 0 {
            return Ok(None);
        }
        let rest = BytesMut::from(&self.partial[whole..]);
        let mut frames = std::mem::replace(&mut self.partial, rest);
        frames.truncate(whole);
        Ok(Some(frames.freeze()))
    }
}

/// How many bytes at the start of `bytes` are whole frames.
fn whole_frames(bytes: &[u8], max: usize) -> Result<usize, UnreasonableLength> {
    let mut whole = 0;
    while let Some(prefix) = bytes[whole..].first_chunk::<PREFIX>() {
        let length = i32::from_be_bytes(*prefix);
        let size = match usize::try_from(length) {
            Ok(size) if size <= max => size,
            _ => return Err(UnreasonableLength { length, max }),
        };
        match bytes.len() - whole - PREFIX {
            rest if rest < size => break,
            _ => whole += PREFIX + size,
        }
    }
    Ok(whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(body: &[u8]) -> Vec<u8> {
        let mut bytes = (body.len() as u32).to_be_bytes().to_vec();
        bytes.extend_from_slice(body);
        bytes
    }

    #[test]
    fn frames_of_one_read_travel_together() {
        let mut framer = Framer::new(100);
        let stream = [frame(b"one"), frame(b""), frame(b"three")].concat();
        assert_eq!(
            framer.push(&stream).unwrap(),
            Some(Bytes::from(stream.clone()))
        );
    }

    #[test]
    fn any_split_of_the_stream_gives_the_same_frames() {
        let stream = [frame(b"one"), frame(&[7; 90]), frame(b""), frame(b"four")].concat();
        for size in 1..stream.len() {
            let mut framer = Framer::new(100);
            let mut got = Vec::new();
            for chunk in stream.chunks(size) {
                if let Some(frames) = framer.push(chunk).unwrap() {
                    assert_eq!(whole_frames(&frames, 100), Ok(frames.len()));
                    got.extend_from_slice(&frames);
                }
            }
            assert_eq!(got, stream, "reads of {size} bytes");
        }
    }

    #[test]
    fn a_length_beyond_the_bound_or_below_zero_is_refused_before_its_body() {
        for (prefix, length) in [([0, 0, 0, 101], 101), ([0xff; 4], -1)] {
            assert_eq!(
                Framer::new(100).push(&prefix),
                Err(UnreasonableLength { length, max: 100 })
            );
        }
        assert_eq!(Framer::new(100).push(&[0, 0, 0, 100]), Ok(None));
    }
}
