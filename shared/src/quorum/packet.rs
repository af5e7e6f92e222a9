//! The packet itself, and finding its end in a stream that does not say how long it is.

use bytes::BytesMut;

use crate::{
    acl::Id,
    ids::Zxid,
    jute::{Buffer, Jute, JuteError, record},
};

record! {
    /// What travels between a leader and a learner.
    pub struct QuorumPacket {
        /// A [`PacketType`]; others are left alone, as Apache does.
        pub kind: i32,
        /// What the type says: a transaction's, an epoch's, or -1.
        pub zxid: Zxid,
        /// See [`super::payload`].
        pub data: Buffer,
        /// Of a forwarded request, who its client is; else absent.
        pub auth_info: Option<Vec<Id>>,
    }
}

macro_rules! packet_types {
    ($($(#[$meta:meta])* $name:ident = $value:literal, $text:literal;)*) => {
        /// The kinds of packets (constants of Apache's `Leader`).
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[repr(i32)]
        pub enum PacketType { $($(#[$meta])* $name = $value,)* }

        impl PacketType {
            /// Every kind.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// The kind of a number, if it is one.
            #[must_use]
            pub fn from_code(code: i32) -> Option<Self> {
                match code {
                    $($value => Some(Self::$name),)*
                    _ => None,
                }
            }

            /// Its name as Apache writes it (`Leader.getPacketType`).
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }
        }
    };
}

packet_types! {
    /// To the leader: a client's write or sync ([`super::ForwardedRequest`]).
    Request = 1, "REQUEST";
    /// From the leader: a transaction to log.
    Proposal = 2, "PROPOSAL";
    /// To the leader: the transaction is on disk, or NEWLEADER is accepted.
    Ack = 3, "ACK";
    /// From the leader: the proposal is decided.
    Commit = 4, "COMMIT";
    /// Both ways; the reply carries [`super::SessionTouches`].
    Ping = 5, "PING";
    /// Both ways: [`super::RevalidateRequest`] and [`super::RevalidateReply`].
    Revalidate = 6, "REVALIDATE";
    /// From the leader: answers the oldest forwarded sync.
    Sync = 7, "SYNC";
    /// From the leader to an observer: a decided transaction.
    Inform = 8, "INFORM";
    /// From the leader: commits a reconfig; the data is the designated leader's sid.
    CommitAndActivate = 9, "COMMITANDACTIVATE";
    /// From the leader: the epoch begins; the data is the configuration's text.
    NewLeader = 10, "NEWLEADER";
    /// To the leader, first: [`super::LearnerInfo`].
    FollowerInfo = 11, "FOLLOWERINFO";
    /// From the leader: the learner may serve.
    UpToDate = 12, "UPTODATE";
    /// From the leader: the missing transactions follow.
    Diff = 13, "DIFF";
    /// From the leader: cut the log after this zxid.
    Trunc = 14, "TRUNC";
    /// From the leader: a raw snapshot follows this packet.
    Snap = 15, "SNAP";
    /// To the leader, first: [`super::LearnerInfo`] of an observer.
    ObserverInfo = 16, "OBSERVERINFO";
    /// From the leader: the new epoch ([`super::LeaderInfo`]).
    LeaderInfo = 17, "LEADERINFO";
    /// To the leader: [`super::AckEpoch`].
    AckEpoch = 18, "ACKEPOCH";
    /// From the leader to an observer: [`super::InformAndActivate`].
    InformAndActivate = 19, "INFORMANDACTIVATE";
    /// From a leader of ours to learners of ours ([`super::Features::take_nominations`]): it
    /// resigns, and who is to be voted for ([`super::Nominate`]). The zxid is the last of all.
    /// The number is far from those that Apache may give away next.
    Nominate = 1000, "NOMINATE";
    /// From a leader of ours to learners of ours ([`super::Features::take_configs`]), before
    /// SNAP: the text of a configuration that it asks itself, whose transaction the snapshot
    /// may stand for. The zxid is its version.
    Config = 1001, "CONFIG";
}

/// Why bytes are not a packet. The stream cannot be read on after it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum QuorumPacketError {
    /// A length that is negative or above the bound.
    #[error("{what} of {length} in a quorum packet, at most {max} is taken")]
    TooLong {
        /// What is so long.
        what: &'static str,
        /// The length read.
        length: i32,
        /// The bound.
        max: usize,
    },
    /// Whole, but not a packet.
    #[error(transparent)]
    Jute(#[from] JuteError),
}

impl QuorumPacket {
    /// A packet without auth info.
    #[must_use]
    pub fn new(kind: PacketType, zxid: Zxid, data: Buffer) -> Self {
        Self {
            kind: kind as i32,
            zxid,
            data,
            auth_info: None,
        }
    }

    /// Its kind, if it is known.
    #[must_use]
    pub fn packet_type(&self) -> Option<PacketType> {
        PacketType::from_code(self.kind)
    }

    /// Its data as one of [`super::payload`]'s records; null data reads as empty.
    ///
    /// # Errors
    /// [`JuteError`] where it is none.
    pub fn payload<T: Jute>(&self) -> Result<T, JuteError> {
        T::from_bytes(self.data.clone().unwrap_or_default())
    }

    /// Cuts a packet off the front of received bytes, or nothing where it is not whole yet.
    /// What follows the packet stays, such as the raw stream after a SNAP.
    ///
    /// `max_buffer` bounds the data and each string, bytes. Apache's is `jute.maxbuffer` plus
    /// `jute.maxbuffer.extrasize`, by default twice 0xfffff (`BinaryInputArchive.checkLength`).
    ///
    /// # Errors
    /// [`QuorumPacketError`] for a length beyond the bound, before the bytes have come.
    pub fn decode_from(
        buffer: &mut BytesMut,
        max_buffer: usize,
    ) -> Result<Option<Self>, QuorumPacketError> {
        let Some(length) = whole_length(buffer, max_buffer)? else {
            return Ok(None);
        };
        Ok(Some(Self::from_bytes(buffer.split_to(length).freeze())?))
    }
}

/// The length of the packet that `bytes` begin with, or `None` where it is not whole.
fn whole_length(bytes: &[u8], max: usize) -> Result<Option<usize>, QuorumPacketError> {
    let mut scan = Scan::new(bytes, max);
    if scan.skip(12).is_none() || scan.skip_buffer()?.is_none() {
        return Ok(None);
    }
    // An id takes two lengths at least: no packet within the bound has more of them.
    let Some(ids) = scan.length("vector of ids", max / 8)? else {
        return Ok(None);
    };
    for _ in 0..2 * ids {
        if scan.skip_buffer()?.is_none() {
            return Ok(None);
        }
    }
    Ok(Some(scan.offset()))
}

/// Walks over jute fields without reading them. `None` from its methods: not there yet.
#[derive(Debug)]
pub(super) struct Scan<'a> {
    bytes: &'a [u8],
    offset: usize,
    max: usize,
}

impl<'a> Scan<'a> {
    pub(super) fn new(bytes: &'a [u8], max: usize) -> Self {
        Self {
            bytes,
            offset: 0,
            max,
        }
    }

    pub(super) fn offset(&self) -> usize {
        self.offset
    }

    pub(super) fn skip(&mut self, count: usize) -> Option<()> {
        self.offset = self
            .offset
            .checked_add(count)
            .filter(|end| *end <= self.bytes.len())?;
        Some(())
    }

    /// A buffer or string, null too.
    pub(super) fn skip_buffer(&mut self) -> Result<Option<()>, QuorumPacketError> {
        Ok(self
            .length("field", self.max)?
            .and_then(|count| self.skip(count)))
    }

    /// A length within the bound, 0 for null.
    fn length(
        &mut self,
        what: &'static str,
        max: usize,
    ) -> Result<Option<usize>, QuorumPacketError> {
        let Some(bytes) = self.bytes[self.offset..].first_chunk::<4>() else {
            return Ok(None);
        };
        self.offset += 4;
        match i32::from_be_bytes(*bytes) {
            -1 => Ok(Some(0)),
            length => match usize::try_from(length) {
                Ok(count) if count <= max => Ok(Some(count)),
                _ => Err(QuorumPacketError::TooLong { what, length, max }),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    fn request() -> QuorumPacket {
        QuorumPacket {
            auth_info: Some(vec![Id::new("ip", "127.0.0.1"), Id::new("digest", "a:b")]),
            ..QuorumPacket::new(
                PacketType::Request,
                Zxid(-1),
                Some(Bytes::from_static(b"body")),
            )
        }
    }

    #[test]
    fn a_packet_is_taken_when_its_last_byte_is_there_and_nothing_of_the_next_is() {
        let whole = request().to_bytes();
        for cut in 0..whole.len() {
            let mut buffer = BytesMut::from(&whole[..cut]);
            assert_eq!(QuorumPacket::decode_from(&mut buffer, 100), Ok(None));
            assert_eq!(buffer.len(), cut, "nothing is taken from a part");
        }
        let mut buffer = BytesMut::from(&whole[..]);
        buffer.extend_from_slice(b"snapshot");
        let packet = QuorumPacket::decode_from(&mut buffer, 100);
        assert_eq!(packet, Ok(Some(request())));
        assert_eq!(&buffer[..], b"snapshot");
    }

    #[test]
    fn null_fields_read_as_null() {
        let packet = QuorumPacket::new(PacketType::UpToDate, Zxid(-1), None);
        let mut buffer = BytesMut::from(&packet.to_bytes()[..]);
        assert_eq!(
            QuorumPacket::decode_from(&mut buffer, 100),
            Ok(Some(packet))
        );
    }

    #[test]
    fn lengths_beyond_the_bound_are_refused_before_their_bytes_come() {
        let mut buffer = BytesMut::from(&[0; 12][..]);
        buffer.extend_from_slice(&101_i32.to_be_bytes());
        let too_long = QuorumPacketError::TooLong {
            what: "field",
            length: 101,
            max: 100,
        };
        assert_eq!(QuorumPacket::decode_from(&mut buffer, 100), Err(too_long));
        for (count, max) in [(-2_i32, 12), (13, 12)] {
            let mut buffer = BytesMut::from(&[0; 12][..]);
            buffer.extend_from_slice(&(-1_i32).to_be_bytes());
            buffer.extend_from_slice(&count.to_be_bytes());
            let too_many = QuorumPacketError::TooLong {
                what: "vector of ids",
                length: count,
                max,
            };
            assert_eq!(QuorumPacket::decode_from(&mut buffer, 100), Err(too_many));
        }
    }
}
