//! One member by hand: what it is told is written down in the test, and what it asks for too.

use bytes::Bytes;
use zoowarden_shared::{
    Sid, Zxid,
    config::DynamicConfig,
    election::{Notification, PeerState},
    jute::Jute,
    quorum::{AckEpoch, Features, LeaderInfo, LearnerInfo, PacketType, QuorumPacket},
};
use zoowarden_zab::{
    Config, DiskEvent, Durable, Effect, Input, LinkEvent, LinkId, Outputs, Serving, Upcall, Zab,
};

/// One member, and what it asked for since the last look.
pub(crate) struct Hand {
    pub(crate) zab: Zab,
    pub(crate) out: Outputs,
    pub(crate) now_us: u64,
    /// Of the others' votes.
    pub(crate) round: i64,
}

pub(crate) fn z(epoch: i32, counter: u32) -> Zxid {
    Zxid::new(epoch, counter)
}

/// The configuration of three voters that this transaction brought.
pub(crate) fn members(version: Zxid) -> DynamicConfig {
    let lines = (1..=3).map(|sid| format!("server.{sid}=h:2888:3888:participant\n"));
    let lines = lines.collect::<String>();
    let mut members = DynamicConfig::parse(&lines, "test").expect("lines");
    members.version = version.0;
    members
}

impl Hand {
    /// Member 1 of three, whose disk holds everything up to here.
    pub(crate) fn new(last: Zxid, epoch: i32) -> Self {
        Self::with(Config::new(Sid(1), members(Zxid::ZERO)), last, epoch)
    }

    /// The same with other settings.
    pub(crate) fn with(config: Config, last: Zxid, epoch: i32) -> Self {
        let durable = Durable {
            last_zxid: last,
            accepted_epoch: epoch,
            current_epoch: epoch,
        };
        let mut hand = Self {
            zab: Zab::new(config, durable),
            out: Outputs::default(),
            now_us: 1_000_000,
            round: 1,
        };
        hand.zab.start(hand.now_us, &mut hand.out);
        hand
    }

    pub(crate) fn vote(&mut self, from: i64, state: PeerState, leader: i64, zxid: Zxid) {
        self.vote_of_epoch(from, state, leader, zxid, zxid.epoch());
    }

    pub(crate) fn vote_of_epoch(
        &mut self,
        from: i64,
        state: PeerState,
        leader: i64,
        zxid: Zxid,
        epoch: i32,
    ) {
        let vote = self.notification(state, leader, zxid, epoch);
        self.hear(from, vote);
    }

    /// A vote of a member for itself, which goes by this configuration.
    pub(crate) fn vote_by(&mut self, from: i64, zxid: Zxid, config: &DynamicConfig) {
        let mut vote = self.notification(PeerState::Looking, from, zxid, zxid.epoch());
        vote.config = Some(config.to_string());
        self.hear(from, vote);
    }

    fn notification(&self, state: PeerState, leader: i64, zxid: Zxid, epoch: i32) -> Notification {
        Notification {
            state,
            leader: Sid(leader),
            zxid,
            election_epoch: self.round,
            peer_epoch: i64::from(epoch),
            version: Notification::VERSION,
            config: Some(String::new()),
            extension: Bytes::new(),
        }
    }

    fn hear(&mut self, from: i64, notification: Notification) {
        let from = Sid(from);
        let input = Input::Vote { from, notification };
        self.zab.handle(self.now_us, input, &mut self.out);
    }

    pub(crate) fn link(&mut self, link: LinkId, event: LinkEvent) {
        self.zab
            .handle(self.now_us, Input::Link(link, event), &mut self.out);
    }

    pub(crate) fn packet(
        &mut self,
        link: LinkId,
        kind: PacketType,
        zxid: Zxid,
        data: Option<Bytes>,
    ) {
        let packet = QuorumPacket::new(kind, zxid, data);
        self.link(link, LinkEvent::Packet(packet));
    }

    pub(crate) fn disk(&mut self, event: DiskEvent) {
        let event = &event;
        self.zab.disk(self.now_us, event, &mut self.out);
    }

    pub(crate) fn effects(&mut self) -> Vec<Effect> {
        std::mem::take(&mut self.out.effects)
    }

    pub(crate) fn delivered(&mut self) -> Vec<Zxid> {
        let upcalls = std::mem::take(&mut self.out.upcalls).into_iter();
        let delivered = upcalls.filter_map(|upcall| match upcall {
            Upcall::Deliver { zxid, .. } => Some(zxid),
            _ => None,
        });
        delivered.collect()
    }

    /// What was sent on links, as type and zxid.
    pub(crate) fn sent(&mut self) -> Vec<(PacketType, Zxid)> {
        sent(&self.effects())
    }

    /// A follower of member 3 in epoch 2, which has acknowledged the epoch. Its link.
    pub(crate) fn following(last: Zxid, epoch: i32) -> (Self, LinkId) {
        Self::new(last, epoch).follow(last, last)
    }

    /// The same of a member that cannot vouch for its data; its leader has everything up to here.
    pub(crate) fn following_without_data(theirs: Zxid) -> (Self, LinkId) {
        Self::new(Zxid(-1), 1).follow(Zxid(-1), theirs)
    }

    /// It finds member 3 leading, which has everything up to `theirs`.
    pub(crate) fn follow(self, last: Zxid, theirs: Zxid) -> (Self, LinkId) {
        let mut hand = self;
        let epoch = theirs.epoch();
        hand.vote(3, PeerState::Leading, 3, theirs);
        hand.vote(2, PeerState::Following, 3, theirs);
        let link = hand.effects().into_iter().find_map(|effect| match effect {
            Effect::Dial(link, Sid(3)) => Some(link),
            _ => None,
        });
        let link = link.expect("it dials its leader");
        hand.link(link, LinkEvent::Connected);
        assert_eq!(hand.sent(), [(PacketType::FollowerInfo, z(epoch, 0))]);
        let info = LeaderInfo {
            protocol_version: LearnerInfo::PROTOCOL_VERSION,
            features: None,
        };
        hand.packet(link, PacketType::LeaderInfo, z(2, 0), Some(info.to_bytes()));
        assert_eq!(
            hand.effects(),
            [Effect::SaveAcceptedEpoch(2)],
            "no promise before it is kept"
        );
        hand.disk(DiskEvent::AcceptedEpochSaved(2));
        assert_eq!(hand.sent(), [(PacketType::AckEpoch, last)]);
        (hand, link)
    }

    /// It has lost its leader, and finds member 3 leading in epoch 3, with everything up to
    /// here. It has acknowledged that epoch.
    pub(crate) fn follow_again(mut self, theirs: Zxid) -> (Self, LinkId) {
        self.vote(3, PeerState::Leading, 3, theirs);
        self.vote(2, PeerState::Following, 3, theirs);
        let link = self.effects().into_iter().find_map(|effect| match effect {
            Effect::Dial(link, _) => Some(link),
            _ => None,
        });
        let link = link.expect("it dials again");
        self.link(link, LinkEvent::Connected);
        let info = LeaderInfo {
            protocol_version: LearnerInfo::PROTOCOL_VERSION,
            features: None,
        };
        self.packet(link, PacketType::LeaderInfo, z(3, 0), Some(info.to_bytes()));
        self.disk(DiskEvent::AcceptedEpochSaved(3));
        self.effects();
        (self, link)
    }

    pub(crate) fn propose(&mut self, link: LinkId, zxid: Zxid) {
        self.packet(
            link,
            PacketType::Proposal,
            zxid,
            Some(Bytes::from_static(b"txn")),
        );
    }

    /// A leader of epoch 2 with member 2 in step, whose link it is; 3 is away.
    pub(crate) fn leading(last: Zxid) -> (Self, LinkId) {
        let mut hand = Self::new(last, 1);
        hand.vote(2, PeerState::Looking, 1, last);
        // Member 2 is Apache's, so that the last wait is kept.
        hand.now_us += 200_000;
        hand.zab.tick(hand.now_us, &mut hand.out);
        let link = hand.join(1, 2, z(1, 0));
        assert_eq!(hand.sent().last(), Some(&(PacketType::LeaderInfo, z(2, 0))));
        hand.ack_epoch(link, 1, last);
        hand.disk(DiskEvent::AcceptedEpochSaved(2));
        hand.disk(DiskEvent::CurrentEpochSaved(2));
        assert!(!hand.is_leading(), "only a quorum in step makes a leader");
        hand.packet(link, PacketType::Ack, z(2, 0), None);
        assert!(hand.is_leading());
        hand.out = Outputs::default();
        (hand, link)
    }

    pub(crate) fn is_leading(&self) -> bool {
        let serve = Upcall::Serve(Serving::Leading(2));
        self.out.upcalls.contains(&serve)
    }

    /// A learner of Apache's dials and introduces itself.
    pub(crate) fn join(&mut self, number: u64, sid: i64, accepted: Zxid) -> LinkId {
        self.join_with(number, sid, accepted, None)
    }

    /// A learner that can do this.
    pub(crate) fn join_with(
        &mut self,
        number: u64,
        sid: i64,
        accepted: Zxid,
        features: Option<Features>,
    ) -> LinkId {
        let link = LinkId::accepted(number);
        let remote = "127.0.0.1:1".parse().expect("an address");
        self.link(link, LinkEvent::Accepted { remote });
        let info = LearnerInfo {
            sid: Sid(sid),
            protocol_version: LearnerInfo::PROTOCOL_VERSION,
            config_version: Some(0),
            features,
        };
        self.packet(
            link,
            PacketType::FollowerInfo,
            accepted,
            Some(info.to_bytes()),
        );
        link
    }

    pub(crate) fn ack_epoch(&mut self, link: LinkId, current_epoch: i32, last: Zxid) {
        let ack = AckEpoch { current_epoch };
        self.packet(link, PacketType::AckEpoch, last, Some(ack.to_bytes()));
    }
}

pub(crate) fn sent(effects: &[Effect]) -> Vec<(PacketType, Zxid)> {
    let sent = effects.iter().filter_map(|effect| match effect {
        Effect::Send(_, packet) => Some((packet.packet_type().expect("a known type"), packet.zxid)),
        _ => None,
    });
    sent.collect()
}
