//! Connections of the quorum port: first in, first out, like TCP.

use std::collections::BTreeMap;

use bytes::{Bytes, BytesMut};
use zoowarden_shared::quorum::QuorumPacket;
use zoowarden_zab::LinkId;

use crate::{machine::Shadow, pipe::Pipe};

/// What ends the raw stream that follows a SNAP: the string "BenWasHere".
const SIGNATURE: &[u8] = b"\0\0\0\x0aBenWasHere";

/// What travels on a link.
#[derive(Debug)]
pub(crate) enum Item {
    /// The connection is there.
    Up,
    Packet(QuorumPacket),
    /// A piece of the raw stream after a SNAP; the last of those that were sent together.
    Raw {
        bytes: Bytes,
        is_last: bool,
    },
    /// The connection is closed, or broken.
    End,
}

/// One side of a link.
#[derive(Clone, Copy, Debug)]
pub(crate) struct End {
    pub(crate) member: usize,
    pub(crate) boot: u32,
    pub(crate) id: LinkId,
    /// Whether this side still has it.
    pub(crate) is_open: bool,
    /// Whether this side reads it.
    pub(crate) reads: bool,
}

/// A link: side 0 dialled, side 1 accepted.
#[derive(Debug)]
pub(crate) struct Link {
    pub(crate) ends: [End; 2],
    /// What is under way to each side.
    pub(crate) pipes: [Pipe<Item>; 2],
    /// What the snapshot that was sent on it comes from.
    pub(crate) snapshot: Option<Shadow>,
    /// The raw stream as the dialler reads it.
    pub(crate) raw: RawReader,
    /// Until when a dial is tried; `None` once it is accepted.
    pub(crate) dial_until_us: Option<u64>,
}

/// All links.
#[derive(Debug, Default)]
pub(crate) struct Links {
    links: BTreeMap<u64, Link>,
    by_id: BTreeMap<(usize, LinkId), (u64, usize)>,
    next_key: u64,
}

impl Links {
    /// A member dials another.
    pub(crate) fn dial(&mut self, dialler: End, to: usize, until_us: u64) -> u64 {
        let key = self.next_key;
        self.next_key += 1;
        self.by_id.insert((dialler.member, dialler.id), (key, 0));
        let nobody = End {
            member: to,
            boot: 0,
            id: LinkId::accepted(0),
            is_open: false,
            reads: true,
        };
        self.links.insert(
            key,
            Link {
                ends: [dialler, nobody],
                pipes: [Pipe::new(), Pipe::new()],
                snapshot: None,
                raw: RawReader::default(),
                dial_until_us: Some(until_us),
            },
        );
        key
    }

    /// The other side takes it.
    pub(crate) fn accept(&mut self, key: u64, end: End) {
        if let Some(link) = self.links.get_mut(&key) {
            link.dial_until_us = None;
            link.ends[1] = end;
            self.by_id.insert((end.member, end.id), (key, 1));
        }
    }

    pub(crate) fn get(&mut self, key: u64) -> Option<&mut Link> {
        self.links.get_mut(&key)
    }

    /// A member's link, and which side of it is the member's.
    pub(crate) fn find(&mut self, member: usize, id: LinkId) -> Option<(u64, usize, &mut Link)> {
        let (key, side) = *self.by_id.get(&(member, id))?;
        let link = self.links.get_mut(&key)?;
        Some((key, side, link))
    }

    /// A side lets go of a link.
    pub(crate) fn close_side(&mut self, key: u64, side: usize) {
        let Some(link) = self.links.get_mut(&key) else {
            return;
        };
        let end = &mut link.ends[side];
        end.is_open = false;
        self.by_id.remove(&(end.member, end.id));
        if !link.ends.iter().any(|end| end.is_open) {
            self.links.remove(&key);
        }
    }

    /// Every link with this member at one of its open sides: key and side.
    pub(crate) fn of(&self, member: usize) -> Vec<(u64, usize)> {
        self.by_id
            .range((member, LinkId::accepted(0))..)
            .take_while(|((its, _), _)| *its == member)
            .map(|(_, at)| *at)
            .collect()
    }

    /// All there are.
    pub(crate) fn keys(&self) -> Vec<u64> {
        self.links.keys().copied().collect()
    }

    /// Those between two members.
    pub(crate) fn between(&self, one: usize, other: usize) -> Vec<u64> {
        self.links
            .iter()
            .filter(|(_, link)| {
                let members = (link.ends[0].member, link.ends[1].member);
                members == (one, other) || members == (other, one)
            })
            .map(|(key, _)| *key)
            .collect()
    }
}

/// Finds the end of a raw stream, whose parts may be cut anywhere.
#[derive(Debug, Default)]
pub(crate) struct RawReader {
    held: BytesMut,
}

impl RawReader {
    /// The next part: what of it is the snapshot's body, and whether that is complete.
    pub(crate) fn read(&mut self, part: &[u8]) -> (Bytes, bool) {
        self.held.extend_from_slice(part);
        if self.held.ends_with(SIGNATURE) {
            let body = self.held.split_to(self.held.len() - SIGNATURE.len());
            self.held.clear();
            return (body.freeze(), true);
        }
        let certain = self.held.len().saturating_sub(SIGNATURE.len());
        (self.held.split_to(certain).freeze(), false)
    }
}
