//! What the dialling side says first: who it is, and where it can be dialled back
//! (`QuorumCnxManager.InitialMessage`).

use bytes::{Buf, BufMut, BytesMut};

use crate::{config::HostPort, ids::Sid, jute::put_bytes};

/// The longest list of addresses, bytes (`QuorumCnxManager.maxBuffer`).
pub const MAX_ADDRESSES_LEN: usize = 2048;

/// Which form a handshake has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HandshakeVersion {
    /// The sid alone, up to 3.4.
    Sid,
    /// One address, since 3.5.
    V1,
    /// Several addresses, where `multiAddress.enabled` (ZOOKEEPER-3188).
    V2,
}

/// The dialling side's introduction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Handshake {
    /// Its form.
    pub version: HandshakeVersion,
    /// Who dials. [`Self::OBSERVER`] stands for an observer without an id.
    pub sid: Sid,
    /// Its election addresses; none in the oldest form. An address that is every address
    /// ([`HostPort::is_any`]) is of no use to dial.
    pub addresses: Vec<HostPort>,
}

/// Why bytes are not a handshake.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HandshakeError {
    /// Neither a sid nor a protocol version that there is.
    #[error("{0} is no version of the election protocol")]
    UnknownVersion(i64),
    /// The addresses' length is not within 1..=[`MAX_ADDRESSES_LEN`].
    #[error("election addresses of {0} bytes, expected 1 to {MAX_ADDRESSES_LEN}")]
    BadLength(i32),
    /// Not `host:port`.
    #[error("expected an election address host:port, found \"{0}\"")]
    BadAddress(String),
}

impl Handshake {
    /// `QuorumPeer.OBSERVER_ID`.
    pub const OBSERVER: Sid = Sid(i64::MAX);

    const V1: i64 = -65536;
    const V2: i64 = -65535;

    /// The handshake of a member: the newer form only where its ensemble uses several
    /// addresses, since older versions do not know it (ZOOKEEPER-3720).
    #[must_use]
    pub fn new(sid: Sid, addresses: Vec<HostPort>) -> Self {
        let version = if addresses.len() > 1 {
            HandshakeVersion::V2
        } else {
            HandshakeVersion::V1
        };
        Self {
            version,
            sid,
            addresses,
        }
    }

    /// Appends the handshake.
    pub fn encode(&self, out: &mut BytesMut) {
        match self.version {
            HandshakeVersion::Sid => return out.put_i64(self.sid.0),
            HandshakeVersion::V1 => out.put_i64(Self::V1),
            HandshakeVersion::V2 => out.put_i64(Self::V2),
        }
        out.put_i64(self.sid.0);
        let addresses: Vec<_> = self.addresses.iter().map(HostPort::to_string).collect();
        put_bytes(out, addresses.join("|").as_bytes());
    }

    /// Cuts the handshake off the front of received bytes, or nothing where it is not whole.
    ///
    /// # Errors
    /// [`HandshakeError`] where it is none; the connection is then of no use.
    pub fn decode_from(buffer: &mut BytesMut) -> Result<Option<Self>, HandshakeError> {
        let Some(first) = buffer.first_chunk::<8>() else {
            return Ok(None);
        };
        let version = match i64::from_be_bytes(*first) {
            sid @ 0.. => {
                buffer.advance(8);
                return Ok(Some(Self {
                    version: HandshakeVersion::Sid,
                    sid: Sid(sid),
                    addresses: Vec::new(),
                }));
            }
            Self::V1 => HandshakeVersion::V1,
            Self::V2 => HandshakeVersion::V2,
            other => return Err(HandshakeError::UnknownVersion(other)),
        };
        let Some(fixed) = buffer.first_chunk::<20>() else {
            return Ok(None);
        };
        let mut fixed = &fixed[8..];
        let sid = Sid(fixed.get_i64());
        let length = fixed.get_i32();
        let size = usize::try_from(length)
            .ok()
            .filter(|size| (1..=MAX_ADDRESSES_LEN).contains(size))
            .ok_or(HandshakeError::BadLength(length))?;
        if buffer.len() < 20 + size {
            return Ok(None);
        }
        buffer.advance(20);
        let text = buffer.split_to(size);
        let addresses = String::from_utf8_lossy(&text)
            .split('|')
            .map(|address| {
                dialable(address).ok_or_else(|| HandshakeError::BadAddress(address.to_owned()))
            })
            .collect::<Result<_, _>>()?;
        Ok(Some(Self {
            version,
            sid,
            addresses,
        }))
    }
}

/// An address with its host: a port alone is none here.
fn dialable(text: &str) -> Option<HostPort> {
    HostPort::parse(text).filter(|_| text.contains(':'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn round_trip(handshake: &Handshake) {
        let mut whole = BytesMut::new();
        handshake.encode(&mut whole);
        for cut in 0..whole.len() {
            let mut part = BytesMut::from(&whole[..cut]);
            assert_eq!(
                Handshake::decode_from(&mut part),
                Ok(None),
                "of {cut} bytes"
            );
            assert_eq!(part.len(), cut, "nothing is taken from a part");
        }
        whole.extend_from_slice(b"next");
        assert_eq!(
            Handshake::decode_from(&mut whole),
            Ok(Some(handshake.clone()))
        );
        assert_eq!(&whole[..], b"next");
    }

    #[test]
    fn each_form_reads_as_it_was_written() {
        round_trip(&Handshake {
            version: HandshakeVersion::Sid,
            sid: Sid(3),
            addresses: vec![],
        });
        let one = HostPort::new("::1", 3888);
        round_trip(&Handshake::new(Sid(1), vec![one.clone()]));
        round_trip(&Handshake::new(
            Handshake::OBSERVER,
            vec![one, HostPort::new("zoo2", 3889)],
        ));
    }

    #[test]
    fn what_is_no_handshake_is_refused() {
        let refused = |version: i64, length: i32, text: &[u8]| {
            let mut buffer = BytesMut::new();
            buffer.put_i64(version);
            buffer.put_i64(1);
            buffer.put_i32(length);
            buffer.put_slice(text);
            Handshake::decode_from(&mut buffer).unwrap_err()
        };
        assert_eq!(refused(-1, 0, b""), HandshakeError::UnknownVersion(-1));
        for length in [-1, 0, 2049] {
            assert_eq!(
                refused(-65536, length, b""),
                HandshakeError::BadLength(length)
            );
        }
        for text in ["3888", "host", "host:x", "host:1:2", "[::1]", "[[a]:1"] {
            assert_eq!(
                refused(-65536, text.len() as i32, text.as_bytes()),
                HandshakeError::BadAddress(text.to_owned())
            );
        }
    }
}
