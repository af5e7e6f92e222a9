//! The driver's side of the ports between members: which link is whose, and what replication
//! asks of the network and of the configuration files.

use std::sync::Arc;

use bytes::Bytes;
use rustc_hash::FxHashMap;
use tokio::task::AbortHandle;
use zoowarden_shared::quorum::QuorumPacket;
use zoowarden_zab::{Effect, Input, LinkEvent, LinkId};

use crate::{
    net::{ElectionPort, Gathered, Link, LinkMessage, QuorumPort, Received},
    reconfig::{ConfigFiles, OwnPorts},
};

/// The ports that a member of an ensemble has and a standalone server has not.
pub(crate) struct PeerPorts {
    pub(crate) election: Arc<ElectionPort>,
    pub(crate) quorum: Arc<QuorumPort>,
    pub(crate) files: ConfigFiles,
    pub(crate) own: OwnPorts,
}

/// The links of the core, and what is gathered for them.
pub(super) struct Replication {
    ports: PeerPorts,
    links: FxHashMap<LinkId, Channel>,
    /// Links with something gathered, each once.
    gathered: Vec<LinkId>,
}

/// A link, as far as it has come.
enum Channel {
    Dialling(AbortHandle),
    Open(OpenLink),
}

struct OpenLink {
    link: Arc<Link>,
    /// Packets of this batch: they are one write.
    gathered: Gathered,
}

impl Replication {
    pub(super) fn new(ports: PeerPorts) -> Self {
        Self {
            ports,
            links: FxHashMap::default(),
            gathered: Vec::new(),
        }
    }

    /// What the core is to be told of this message, in order. Links that it hung up are
    /// not spoken of any more.
    pub(super) fn hear(&mut self, message: LinkMessage, mut tell: impl FnMut(LinkId, LinkEvent)) {
        match message {
            LinkMessage::Accepted(link) => {
                let (id, remote) = (link.id(), link.remote());
                self.links.insert(id, Channel::open(link));
                tell(id, LinkEvent::Accepted { remote });
            }
            LinkMessage::Connected(link) => {
                let id = link.id();
                match self.links.get_mut(&id) {
                    Some(channel) => {
                        *channel = Channel::open(link);
                        tell(id, LinkEvent::Connected);
                    }
                    None => link.hang_up(),
                }
            }
            LinkMessage::DialFailed(id) => {
                if self.links.remove(&id).is_some() {
                    tell(id, LinkEvent::DialFailed);
                }
            }
            LinkMessage::Received(id, received, _) => {
                if !self.links.contains_key(&id) {
                    return;
                }
                match received {
                    Received::Packets(packets) => {
                        for packet in packets {
                            tell(id, LinkEvent::Packet(packet));
                        }
                    }
                    Received::SnapshotChunk(chunk) => tell(id, LinkEvent::SnapshotChunk(chunk)),
                    Received::SnapshotEnd => tell(id, LinkEvent::SnapshotEnd),
                }
            }
            LinkMessage::Closed(id) => {
                if self.links.remove(&id).is_some() {
                    tell(id, LinkEvent::Closed);
                }
            }
            LinkMessage::Drained(_) => {}
        }
    }

    /// Does what is the network's; gives back what is the disk's.
    pub(super) fn perform(&mut self, effect: Effect) -> Option<Effect> {
        match effect {
            Effect::ToElection(sid, notification) => self.ports.election.send(sid, &notification),
            Effect::Dial(id, sid) => {
                let dialling = self.ports.quorum.dial(id, sid);
                self.links.insert(id, Channel::Dialling(dialling));
            }
            Effect::Send(id, packet) => self.send(id, &packet),
            Effect::Hangup(id) => self.hang_up(id),
            // Here and now: what the disk is given after it must find it done. It is seldom.
            Effect::ConfigSeen(configs) => {
                for config in &configs {
                    self.ports.election.config_seen(config);
                    self.ports.quorum.config_seen(config);
                }
                self.ports.files.seen(&configs);
            }
            Effect::ConfigActive(config) => {
                self.ports.election.config_active(&config);
                self.ports.quorum.config_active(&config);
                self.ports.own.config_active(&config);
                self.ports.files.activate(&config);
            }
            Effect::PauseLink(id) => self.pause(id, true),
            Effect::ResumeLink(id) => self.pause(id, false),
            disk => return Some(disk),
        }
        None
    }

    fn send(&mut self, id: LinkId, packet: &QuorumPacket) {
        if let Some(Channel::Open(open)) = self.links.get_mut(&id) {
            if open.gathered.is_empty() {
                self.gathered.push(id);
            }
            open.gathered.push(packet);
        }
    }

    /// Sends a part of a snapshot behind the packets that were gathered before.
    pub(super) fn send_raw(&mut self, id: LinkId, bytes: Bytes) {
        if let Some(Channel::Open(open)) = self.links.get_mut(&id) {
            open.flush();
            open.link.send_raw(bytes);
        }
    }

    fn hang_up(&mut self, id: LinkId) {
        match self.links.remove(&id) {
            Some(Channel::Open(mut open)) => {
                open.flush();
                open.link.hang_up();
            }
            Some(Channel::Dialling(dialling)) => dialling.abort(),
            None => {}
        }
    }

    fn pause(&self, id: LinkId, paused: bool) {
        if let Some(Channel::Open(open)) = self.links.get(&id) {
            open.link.pause_reading(paused);
        }
    }

    /// Sends what was gathered since the last time.
    pub(super) fn flush(&mut self) {
        for id in self.gathered.drain(..) {
            if let Some(Channel::Open(open)) = self.links.get_mut(&id) {
                open.flush();
            }
        }
    }

    /// Lets all links go.
    pub(super) fn close(&mut self) {
        let ids: Vec<_> = self.links.keys().copied().collect();
        for id in ids {
            self.hang_up(id);
        }
    }
}

impl Channel {
    fn open(link: Arc<Link>) -> Self {
        Self::Open(OpenLink {
            link,
            gathered: Gathered::default(),
        })
    }
}

impl OpenLink {
    fn flush(&mut self) {
        if !self.gathered.is_empty() {
            self.link.send(self.gathered.take());
        }
    }
}

/// A link's event as the core hears it.
pub(super) fn input(link: LinkId, event: LinkEvent) -> zoowarden_peer::Input {
    zoowarden_peer::Input::Replication(Input::Link(link, event))
}
