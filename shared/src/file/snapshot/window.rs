//! A window on an input: bytes can be looked at until they are consumed, and are summed up
//! when they are.

use std::io::{self, Read};

use adler2::Adler32;

/// How much is read at once.
const STEP: usize = 128 << 10;

#[derive(Debug)]
pub(super) struct Window<R> {
    input: R,
    buffer: Vec<u8>,
    /// `buffer[start..end]` is read and not consumed.
    start: usize,
    end: usize,
    /// `buffer[summed..start]` is consumed and not yet in `sum`: summing many parts at once
    /// is what makes it cheap.
    summed: usize,
    sum: Adler32,
    /// The input's offset of `buffer[0]`.
    base: u64,
}

impl<R: Read> Window<R> {
    pub(super) fn new(input: R) -> Self {
        Self {
            input,
            buffer: vec![0; STEP],
            start: 0,
            end: 0,
            summed: 0,
            sum: Adler32::new(),
            base: 0,
        }
    }

    /// The input's offset of the first byte not consumed.
    pub(super) fn offset(&self) -> u64 {
        self.base + self.start as u64
    }

    /// Reads on until `count` bytes stand in the window; false where the input ends before.
    /// The buffer grows with what was really read, not with what is asked for.
    pub(super) fn ensure(&mut self, count: usize) -> io::Result<bool> {
        while self.end - self.start < count {
            if self.end == self.buffer.len() {
                self.make_room();
            }
            match self.input.read(&mut self.buffer[self.end..]) {
                Ok(0) => return Ok(false),
                Ok(more) => self.end += more,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(true)
    }

    /// The bytes read and not consumed.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.buffer[self.start..self.end]
    }

    /// Consumes the next `count` bytes, which must stand in the window, and shows them.
    pub(super) fn consume(&mut self, count: usize) -> &[u8] {
        let from = self.start;
        self.start = (from + count).min(self.end);
        &self.buffer[from..self.start]
    }

    /// The checksum of all that was consumed.
    pub(super) fn checksum(&mut self) -> u32 {
        self.sum.write_slice(&self.buffer[self.summed..self.start]);
        self.summed = self.start;
        self.sum.checksum()
    }

    fn make_room(&mut self) {
        self.checksum();
        if self.start == 0 {
            self.buffer.resize(self.buffer.len() * 2, 0);
        } else {
            self.buffer.copy_within(self.start..self.end, 0);
            self.base += self.start as u64;
            self.end -= self.start;
            self.start = 0;
            self.summed = 0;
        }
    }
}
