//! jute, ZooKeeper's serialisation: big-endian integers, length-prefixed strings and buffers,
//! count-prefixed vectors, no tags.
//!
//! A [`Reader`] never trusts a length: it is checked against the bytes that remain before
//! anything is allocated. Strings are decoded as Java's `new String(bytes, UTF_8)` does:
//! malformed sequences (Java's own encoder writes characters beyond the BMP as two three-byte
//! surrogates) become U+FFFD, which no valid path contains.

use bytes::{BufMut, Bytes, BytesMut};

/// Why bytes are not a jute record.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JuteError {
    /// The record goes on beyond the end of the input.
    #[error("need {needed} more bytes at offset {offset}, {left} are left")]
    Truncated {
        /// Where in the input the read began.
        offset: usize,
        /// How many bytes the field takes.
        needed: usize,
        /// How many bytes there were.
        left: usize,
    },
    /// A length or count that cannot be: below -1, or larger than the input that is left.
    #[error("impossible length {length} at offset {offset}, {left} bytes are left")]
    BadLength {
        /// Where the length stands.
        offset: usize,
        /// The length read.
        length: i32,
        /// How many bytes follow it.
        left: usize,
    },
    /// A field whose value has no meaning.
    #[error("{what} has the impossible value {value}")]
    BadValue {
        /// The field.
        what: &'static str,
        /// What it held.
        value: i64,
    },
    /// Bytes follow where the record should have ended.
    #[error("{0} bytes are left over after the record")]
    TrailingBytes(usize),
}

/// The value of a `buffer` field: `None` is jute's -1, Java's null.
pub type Buffer = Option<Bytes>;

/// Reads fields from the front of some bytes.
#[derive(Clone, Debug)]
pub struct Reader {
    input: Bytes,
    offset: usize,
}

impl Reader {
    /// A reader at the start of `input`.
    #[must_use]
    pub fn new(input: Bytes) -> Self {
        Self { input, offset: 0 }
    }

    /// Bytes not yet read.
    #[must_use]
    pub fn remaining(&self) -> usize {
        self.input.len() - self.offset
    }

    /// Bytes read so far.
    #[must_use]
    pub fn offset(&self) -> usize {
        self.offset
    }

    /// All that is left, without copying.
    #[must_use]
    pub fn rest(&mut self) -> Bytes {
        let rest = self.input.slice(self.offset..);
        self.offset = self.input.len();
        rest
    }

    /// The next `count` bytes, without copying.
    ///
    /// # Errors
    /// [`JuteError::Truncated`] where fewer are left.
    pub fn take(&mut self, count: usize) -> Result<Bytes, JuteError> {
        let range = self.claim(count)?;
        Ok(self.input.slice(range))
    }

    /// That nothing is left.
    ///
    /// # Errors
    /// [`JuteError::TrailingBytes`] where something is.
    pub fn finish(&self) -> Result<(), JuteError> {
        match self.remaining() {
            0 => Ok(()),
            left => Err(JuteError::TrailingBytes(left)),
        }
    }

    /// A length or count: `None` for -1, else at most the bytes that are left, since every
    /// element takes at least one.
    ///
    /// # Errors
    /// [`JuteError::BadLength`] for anything else.
    pub fn length(&mut self) -> Result<Option<usize>, JuteError> {
        let offset = self.offset;
        let length = i32::decode(self)?;
        let left = self.remaining();
        match usize::try_from(length) {
            Ok(count) if count <= left => Ok(Some(count)),
            Err(_) if length == -1 => Ok(None),
            _ => Err(JuteError::BadLength {
                offset,
                length,
                left,
            }),
        }
    }

    fn claim(&mut self, count: usize) -> Result<std::ops::Range<usize>, JuteError> {
        let left = self.remaining();
        if count > left {
            return Err(JuteError::Truncated {
                offset: self.offset,
                needed: count,
                left,
            });
        }
        let start = self.offset;
        self.offset += count;
        Ok(start..self.offset)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], JuteError> {
        let range = self.claim(N)?;
        let mut bytes = [0; N];
        bytes.copy_from_slice(&self.input[range]);
        Ok(bytes)
    }
}

/// Where fields are written; a growing buffer.
pub type Writer = BytesMut;

/// Something with a jute encoding.
pub trait Jute: Sized {
    /// Appends the encoding to `out`.
    fn encode(&self, out: &mut Writer);

    /// Reads one value from the front of `input`.
    ///
    /// # Errors
    /// [`JuteError`] where the bytes are not such a value.
    fn decode(input: &mut Reader) -> Result<Self, JuteError>;

    /// The encoding alone.
    fn to_bytes(&self) -> Bytes {
        let mut out = BytesMut::new();
        self.encode(&mut out);
        out.freeze()
    }

    /// The value that `input` is from its first byte to its last.
    ///
    /// # Errors
    /// [`JuteError`] where the bytes are not such a value, or more than one.
    fn from_bytes(input: Bytes) -> Result<Self, JuteError> {
        let mut reader = Reader::new(input);
        let value = Self::decode(&mut reader)?;
        reader.finish()?;
        Ok(value)
    }
}

impl Jute for i32 {
    fn encode(&self, out: &mut Writer) {
        out.put_i32(*self);
    }
    fn decode(input: &mut Reader) -> Result<Self, JuteError> {
        Ok(Self::from_be_bytes(input.array()?))
    }
}

impl Jute for i64 {
    fn encode(&self, out: &mut Writer) {
        out.put_i64(*self);
    }
    fn decode(input: &mut Reader) -> Result<Self, JuteError> {
        Ok(Self::from_be_bytes(input.array()?))
    }
}

impl Jute for bool {
    fn encode(&self, out: &mut Writer) {
        out.put_u8(u8::from(*self));
    }
    /// Any byte but zero is true, as `DataInput.readBoolean` has it.
    fn decode(input: &mut Reader) -> Result<Self, JuteError> {
        Ok(input.array::<1>()?[0] != 0)
    }
}

impl Jute for Buffer {
    fn encode(&self, out: &mut Writer) {
        match self {
            None => out.put_i32(-1),
            Some(bytes) => put_bytes(out, bytes),
        }
    }
    fn decode(input: &mut Reader) -> Result<Self, JuteError> {
        match input.length()? {
            None => Ok(None),
            Some(count) => Ok(Some(input.take(count)?)),
        }
    }
}

impl Jute for String {
    fn encode(&self, out: &mut Writer) {
        put_bytes(out, self.as_bytes());
    }
    /// Null reads as the empty string: no field of this type tells them apart.
    fn decode(input: &mut Reader) -> Result<Self, JuteError> {
        Ok(Option::<Self>::decode(input)?.unwrap_or_default())
    }
}

impl Jute for Option<String> {
    fn encode(&self, out: &mut Writer) {
        match self {
            None => out.put_i32(-1),
            Some(text) => text.encode(out),
        }
    }
    fn decode(input: &mut Reader) -> Result<Self, JuteError> {
        let Some(count) = input.length()? else {
            return Ok(None);
        };
        let range = input.claim(count)?;
        Ok(Some(
            String::from_utf8_lossy(&input.input[range]).into_owned(),
        ))
    }
}

/// A null vector reads as an empty one.
impl<T: Jute> Jute for Vec<T> {
    fn encode(&self, out: &mut Writer) {
        out.put_i32(self.len() as i32);
        for item in self {
            item.encode(out);
        }
    }
    fn decode(input: &mut Reader) -> Result<Self, JuteError> {
        Ok(Option::<Self>::decode(input)?.unwrap_or_default())
    }
}

/// For the few vectors whose null is written as -1 (a quorum packet's authinfo).
impl<T: Jute> Jute for Option<Vec<T>> {
    fn encode(&self, out: &mut Writer) {
        match self {
            None => out.put_i32(-1),
            Some(items) => items.encode(out),
        }
    }
    fn decode(input: &mut Reader) -> Result<Self, JuteError> {
        let Some(count) = input.length()? else {
            return Ok(None);
        };
        // The count is at most the bytes left; what it makes us reserve is bounded further,
        // since an element in memory may be many times its encoding.
        let mut items = Vec::with_capacity(count.min(256));
        for _ in 0..count {
            items.push(T::decode(input)?);
        }
        Ok(Some(items))
    }
}

/// Appends a length and the bytes: a jute buffer or string.
pub fn put_bytes(out: &mut Writer, bytes: &[u8]) {
    out.put_i32(bytes.len() as i32);
    out.put_slice(bytes);
}

/// Defines a struct whose jute encoding is its fields in order.
macro_rules! record {
    ($(#[$meta:meta])* pub struct $name:ident { $($(#[$field_meta:meta])* pub $field:ident: $type:ty,)* }) => {
        $(#[$meta])*
        #[derive(Clone, Debug, Default, PartialEq, Eq)]
        pub struct $name { $($(#[$field_meta])* pub $field: $type,)* }

        impl $crate::jute::Jute for $name {
            fn encode(&self, out: &mut $crate::jute::Writer) {
                $($crate::jute::Jute::encode(&self.$field, out);)*
            }
            fn decode(input: &mut $crate::jute::Reader) -> Result<Self, $crate::jute::JuteError> {
                Ok(Self { $($field: $crate::jute::Jute::decode(input)?,)* })
            }
        }
    };
}
pub(crate) use record;

#[cfg(test)]
mod tests {
    use super::*;

    fn decode<T: Jute>(bytes: &'static [u8]) -> Result<T, JuteError> {
        T::from_bytes(Bytes::from_static(bytes))
    }

    #[test]
    fn integers_are_big_endian() {
        assert_eq!(decode::<i32>(&[0, 0, 1, 2]), Ok(258));
        assert_eq!(decode::<i64>(&[0xff; 8]), Ok(-1));
    }

    #[test]
    fn null_and_empty_buffers_differ() {
        assert_eq!(decode::<Buffer>(&[0xff; 4]), Ok(None));
        assert_eq!(decode::<Buffer>(&[0; 4]), Ok(Some(Bytes::new())));
        assert_eq!(Buffer::None.to_bytes().as_ref(), &[0xff; 4]);
    }

    #[test]
    fn a_length_beyond_the_input_is_refused_before_it_is_reserved() {
        let huge = [0x7f, 0xff, 0xff, 0xff, 0, 0];
        let bad = JuteError::BadLength {
            offset: 0,
            length: i32::MAX,
            left: 2,
        };
        assert_eq!(
            Buffer::from_bytes(Bytes::copy_from_slice(&huge)),
            Err(bad.clone())
        );
        assert_eq!(
            Vec::<String>::from_bytes(Bytes::copy_from_slice(&huge)),
            Err(bad)
        );
        assert!(decode::<String>(&[0xff, 0xff, 0xff, 0xfe]).is_err());
    }

    #[test]
    fn javas_surrogate_pairs_read_as_replacement_characters() {
        let text: String = decode(&[0, 0, 0, 6, 0xed, 0xa0, 0xbd, 0xed, 0xb8, 0x80]).unwrap();
        assert!(text.chars().all(|c| c == '\u{fffd}'));
    }

    #[test]
    fn left_over_bytes_are_an_error() {
        assert_eq!(
            decode::<i32>(&[0, 0, 0, 1, 9]),
            Err(JuteError::TrailingBytes(1))
        );
    }
}
