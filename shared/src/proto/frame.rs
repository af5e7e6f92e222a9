//! Frames: a 32-bit length and that many bytes.

use bytes::{Buf, BufMut, Bytes, BytesMut};

/// Apache's default `jute.maxbuffer`: the largest frame a server takes, bytes.
pub const DEFAULT_MAX_FRAME: usize = 0xf_ffff;

/// A frame whose length cannot be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("frame length {length} is not within 0..={max}")]
pub struct FrameError {
    /// The length read.
    pub length: i32,
    /// The largest length taken.
    pub max: usize,
}

/// Cuts whole frames off the front of received bytes.
#[derive(Debug)]
pub struct Frames<'a> {
    buffer: &'a mut BytesMut,
    max: usize,
}

impl<'a> Frames<'a> {
    /// Frames of at most `max` bytes from `buffer`, which keeps what is not whole yet.
    pub fn new(buffer: &'a mut BytesMut, max: usize) -> Self {
        Self { buffer, max }
    }

    /// The next frame's body, or `None` when it is not whole yet.
    ///
    /// # Errors
    /// [`FrameError`] for a length that is negative or above the bound. As in Apache
    /// (`ClientCnxnSocket.readLength`, `NIOServerCnxn.readLength`), the bound itself is too
    /// long for a server; callers that must match it pass the bound less one.
    pub fn next_frame(&mut self) -> Result<Option<Bytes>, FrameError> {
        let Some(prefix) = self.buffer.first_chunk::<4>() else {
            return Ok(None);
        };
        let length = i32::from_be_bytes(*prefix);
        let size = match usize::try_from(length) {
            Ok(size) if size <= self.max => size,
            _ => {
                return Err(FrameError {
                    length,
                    max: self.max,
                });
            }
        };
        if self.buffer.len() < 4 + size {
            return Ok(None);
        }
        self.buffer.advance(4);
        Ok(Some(self.buffer.split_to(size).freeze()))
    }
}

/// Appends a frame whose body `write` produces: the length is filled in afterwards.
pub fn put_frame(out: &mut BytesMut, write: impl FnOnce(&mut BytesMut)) {
    let start = out.len();
    out.put_i32(0);
    write(out);
    let length = (out.len() - start - 4) as i32;
    out[start..start + 4].copy_from_slice(&length.to_be_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_cut_as_they_become_whole() {
        let mut buffer = BytesMut::new();
        put_frame(&mut buffer, |out| out.put_slice(b"one"));
        put_frame(&mut buffer, |_| {});
        buffer.put_slice(&[0, 0]);
        let mut frames = Frames::new(&mut buffer, 10);
        assert_eq!(frames.next_frame(), Ok(Some(Bytes::from_static(b"one"))));
        assert_eq!(frames.next_frame(), Ok(Some(Bytes::new())));
        assert_eq!(frames.next_frame(), Ok(None));
        assert_eq!(buffer.as_ref(), &[0, 0]);
    }

    #[test]
    fn a_frame_beyond_the_bound_is_refused_by_its_length_alone() {
        for (prefix, length) in [([0, 0, 0, 11], 11), ([0xff; 4], -1)] {
            let mut buffer = BytesMut::from(&prefix[..]);
            assert_eq!(
                Frames::new(&mut buffer, 10).next_frame(),
                Err(FrameError { length, max: 10 })
            );
        }
    }
}
