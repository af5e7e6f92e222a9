//! The packets of the SASL exchange that may precede everything on the quorum and election
//! ports (`QuorumAuth`).

use bytes::{Bytes, BytesMut};

use super::packet::{QuorumPacketError, Scan};
use crate::jute::{Buffer, Jute, JuteError, record};

record! {
    /// One step of the exchange.
    pub struct QuorumAuthPacket {
        /// [`Self::MAGIC`]; anything else means that the other side does not authenticate.
        pub magic: i64,
        /// An [`AuthStatus`].
        pub status: i32,
        /// The SASL token.
        pub token: Buffer,
    }
}

/// How far an exchange has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i32)]
pub enum AuthStatus {
    /// Another step follows.
    InProgress = 0,
    /// The other side is who it says.
    Success = 1,
    /// It is not.
    Error = -1,
}

impl AuthStatus {
    /// The status of a number, if it is one.
    #[must_use]
    pub fn from_code(code: i32) -> Option<Self> {
        match code {
            0 => Some(Self::InProgress),
            1 => Some(Self::Success),
            -1 => Some(Self::Error),
            _ => None,
        }
    }
}

impl QuorumAuthPacket {
    /// Java's `-0xa0dbcafecafe1234L`. Its comment calls it negative, but the literal is, so
    /// that this is not.
    pub const MAGIC: i64 = 0x5f24_3501_3501_edcc;

    /// A step of the exchange.
    #[must_use]
    pub fn new(status: AuthStatus, token: Bytes) -> Self {
        Self {
            magic: Self::MAGIC,
            status: status as i32,
            token: Some(token),
        }
    }

    /// Whether the bytes to come begin such a packet; `None` where there are too few to tell.
    #[must_use]
    pub fn is_next(buffer: &[u8]) -> Option<bool> {
        let magic = buffer.first_chunk::<8>()?;
        Some(i64::from_be_bytes(*magic) == Self::MAGIC)
    }

    /// Cuts a packet off the front of received bytes, or nothing where it is not whole yet.
    ///
    /// # Errors
    /// [`QuorumPacketError`] for a token longer than `max_token` bytes, and for another magic
    /// number.
    pub fn decode_from(
        buffer: &mut BytesMut,
        max_token: usize,
    ) -> Result<Option<Self>, QuorumPacketError> {
        if let Some(false) = Self::is_next(buffer) {
            let magic = JuteError::BadValue {
                what: "authentication magic",
                value: i64::from_be_bytes(*buffer.first_chunk().unwrap_or(&[0; 8])),
            };
            return Err(magic.into());
        }
        let mut scan = Scan::new(buffer, max_token);
        if scan.skip(12).is_none() || scan.skip_buffer()?.is_none() {
            return Ok(None);
        }
        let length = scan.offset();
        Ok(Some(Self::from_bytes(buffer.split_to(length).freeze())?))
    }
}
