//! What arrives on a link: packets, and after a SNAP the raw stream of a snapshot.

use bytes::{Buf, Bytes, BytesMut};
use zoowarden_shared::{
    file::snapshot::{SnapshotStream, SnapshotStreamError},
    quorum::{PacketType, QuorumPacket, QuorumPacketError},
};

/// What one read of a link holds, or a part of it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Received {
    /// Packets, in their order.
    Packets(Vec<QuorumPacket>),
    /// The next part of a snapshot's body.
    SnapshotChunk(Bytes),
    /// The snapshot is complete, its signature is right.
    SnapshotEnd,
}

/// Bytes that are neither a packet nor a snapshot: the link cannot be read any further.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum StreamFault {
    #[error("{0}")]
    Packet(#[from] QuorumPacketError),
    #[error("{0}")]
    Snapshot(#[from] SnapshotStreamError),
}

/// The state between two reads of one link.
#[derive(Debug)]
pub(super) struct Decoder {
    buffer: BytesMut,
    max_buffer: usize,
    /// A leader gets no snapshots: there a SNAP is a packet like any other.
    takes_snapshots: bool,
    snapshot: Option<SnapshotStream>,
    /// The body's last part is out, the end is to be told.
    at_end: bool,
}

impl Decoder {
    /// `max_buffer` bounds data and strings, as for [`QuorumPacket::decode_from`].
    pub(super) fn new(max_buffer: usize, takes_snapshots: bool) -> Self {
        Self {
            buffer: BytesMut::new(),
            max_buffer,
            takes_snapshots,
            snapshot: None,
            at_end: false,
        }
    }

    /// Takes what one read delivered.
    pub(super) fn push(&mut self, chunk: &[u8]) {
        if self.buffer.is_empty() {
            // Of exactly its size: transactions are kept for long, and with them their buffer.
            self.buffer = BytesMut::from(chunk);
        } else {
            self.buffer.extend_from_slice(chunk);
        }
    }

    /// The next thing in what was pushed; `None` when only a part of one is left.
    ///
    /// # Errors
    /// [`StreamFault`]; what stood before it is lost with the link.
    pub(super) fn next(&mut self) -> Result<Option<Received>, StreamFault> {
        if std::mem::take(&mut self.at_end) {
            return Ok(Some(Received::SnapshotEnd));
        }
        match self.snapshot.take() {
            Some(stream) => self.next_chunk(stream),
            None => self.next_packets(),
        }
    }

    fn next_chunk(&mut self, mut stream: SnapshotStream) -> Result<Option<Received>, StreamFault> {
        let scanned = stream.scan(&self.buffer)?;
        let chunk = self.buffer.split_to(scanned.body).freeze();
        match scanned.end {
            Some(end) => {
                self.buffer.advance(end - scanned.body);
                if chunk.is_empty() {
                    return Ok(Some(Received::SnapshotEnd));
                }
                self.at_end = true;
            }
            None => {
                // What is left is a part of the signature, which the walk has seen.
                self.buffer.clear();
                self.snapshot = Some(stream);
            }
        }
        Ok((!chunk.is_empty()).then_some(Received::SnapshotChunk(chunk)))
    }

    fn next_packets(&mut self) -> Result<Option<Received>, StreamFault> {
        let mut packets = Vec::new();
        while let Some(packet) = QuorumPacket::decode_from(&mut self.buffer, self.max_buffer)? {
            let is_snap = packet.packet_type() == Some(PacketType::Snap);
            packets.push(packet);
            if is_snap && self.takes_snapshots {
                self.snapshot = Some(SnapshotStream::new(self.max_buffer));
                return Ok(Some(Received::Packets(packets)));
            }
        }
        if packets.is_empty() {
            return Ok(None);
        }
        // The rest must not keep the packets' buffer, nor grow in it.
        self.buffer = BytesMut::from(&self.buffer[..]);
        Ok(Some(Received::Packets(packets)))
    }
}

#[cfg(test)]
mod tests {
    use zoowarden_shared::{
        SessionId, Zxid,
        file::snapshot::{SIGNATURE, body},
        jute::{Jute, put_bytes},
    };

    use super::*;

    const MAX: usize = 1000;

    fn packet(kind: PacketType, zxid: i64) -> QuorumPacket {
        QuorumPacket::new(kind, Zxid(zxid), None)
    }

    /// Packets, a SNAP, its body, its signature, and a packet behind it.
    fn a_synchronisation() -> (Vec<u8>, Bytes) {
        let mut snapshot = BytesMut::new();
        body::put_count(&mut snapshot, 1);
        body::put_session(&mut snapshot, SessionId(1), 4000);
        body::put_count(&mut snapshot, 0);
        body::put_end(&mut snapshot);
        let mut signature = BytesMut::new();
        put_bytes(&mut signature, SIGNATURE);
        let stream = [
            &packet(PacketType::LeaderInfo, 1).to_bytes()[..],
            &packet(PacketType::Snap, 2).to_bytes(),
            &snapshot,
            &signature,
            &packet(PacketType::NewLeader, 3).to_bytes(),
        ];
        (stream.concat(), snapshot.freeze())
    }

    #[test]
    fn packets_and_a_snapshot_come_out_however_the_stream_is_cut() {
        let (stream, snapshot) = a_synchronisation();
        for size in 1..=stream.len() {
            let mut decoder = Decoder::new(MAX, true);
            let (mut kinds, mut body, mut ends) = (Vec::new(), BytesMut::new(), 0);
            for part in stream.chunks(size) {
                decoder.push(part);
                while let Some(received) = decoder.next().unwrap() {
                    match received {
                        Received::Packets(packets) => {
                            kinds.extend(packets.iter().map(|packet| packet.zxid.0));
                        }
                        Received::SnapshotChunk(chunk) => {
                            assert_eq!(kinds, [1, 2], "in its place");
                            body.extend_from_slice(&chunk);
                        }
                        Received::SnapshotEnd => ends += 1,
                    }
                }
            }
            assert_eq!((kinds, ends), (vec![1, 2, 3], 1), "parts of {size}");
            assert_eq!(body, snapshot, "parts of {size}");
        }
    }

    #[test]
    fn all_packets_of_a_read_come_together() {
        let mut decoder = Decoder::new(MAX, false);
        decoder.push(&packet(PacketType::Ack, 1).to_bytes().repeat(50));
        let Ok(Some(Received::Packets(packets))) = decoder.next() else {
            panic!("no packets");
        };
        assert_eq!(packets.len(), 50);
        assert_eq!(decoder.next(), Ok(None));
    }

    #[test]
    fn a_leader_reads_on_after_a_snap() {
        let mut decoder = Decoder::new(MAX, false);
        decoder.push(&packet(PacketType::Snap, 1).to_bytes().repeat(2));
        let two = vec![packet(PacketType::Snap, 1); 2];
        assert_eq!(decoder.next(), Ok(Some(Received::Packets(two))));
    }

    #[test]
    fn what_is_neither_packet_nor_snapshot_is_a_fault() {
        let mut decoder = Decoder::new(MAX, true);
        decoder.push(&[0x7f; 16]);
        assert!(matches!(decoder.next(), Err(StreamFault::Packet(_))));
        let mut decoder = Decoder::new(MAX, true);
        decoder.push(&packet(PacketType::Snap, 1).to_bytes());
        decoder.push(&[0xf0; 16]);
        assert!(decoder.next().unwrap().is_some());
        assert!(matches!(decoder.next(), Err(StreamFault::Snapshot(_))));
    }
}
