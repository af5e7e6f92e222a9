//! How members of ours know each other on the quorum port: a mark behind the data of
//! FOLLOWERINFO, OBSERVERINFO and LEADERINFO, where Apache reads what it knows and leaves the
//! rest alone (`LearnerHandler.run`, `Learner.registerWithLeader`).

use bytes::{Buf, BufMut, Bytes};

use crate::jute::Writer;

/// What a member of ours can do beyond Apache's protocol. To be believed for the connection
/// on which it came only: behind the same sid there may be an Apache server next time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Features(u32);

impl Features {
    /// "ZOOWARDN".
    const MAGIC: u64 = u64::from_be_bytes(*b"ZOOWARDN");
    const LEN: usize = 12;

    /// An ACK and a COMMIT stand for all before them, and PINGs come at the heartbeat.
    const CUMULATIVE: u32 = 1;

    /// NOMINATE is understood.
    const NOMINATIONS: u32 = 4;

    /// CONFIG is understood.
    const CONFIGS: u32 = 8;

    /// Of a notification: its sender hears nothing of the leader that it names.
    const SUSPECTS_LEADER: u32 = 2;

    /// All that this version can do.
    #[must_use]
    pub fn ours() -> Self {
        Self(Self::CUMULATIVE | Self::NOMINATIONS | Self::CONFIGS)
    }

    /// Whether an ACK and a COMMIT may stand for all before them.
    #[must_use]
    pub fn are_cumulative(self) -> bool {
        self.0 & Self::CUMULATIVE != 0
    }

    /// Whether [`super::PacketType::Nominate`] is understood.
    #[must_use]
    pub fn take_nominations(self) -> bool {
        self.0 & Self::NOMINATIONS != 0
    }

    /// Whether [`super::PacketType::Config`] is understood.
    #[must_use]
    pub fn take_configs(self) -> bool {
        self.0 & Self::CONFIGS != 0
    }

    /// In a notification: says that nothing is heard of the leader that it names.
    #[must_use]
    pub fn with_suspicion(self) -> Self {
        Self(self.0 | Self::SUSPECTS_LEADER)
    }

    /// Whether nothing is heard of the leader that the notification names.
    #[must_use]
    pub fn suspects_leader(self) -> bool {
        self.0 & Self::SUSPECTS_LEADER != 0
    }

    /// Appends the mark.
    pub(crate) fn put(self, out: &mut Writer) {
        out.put_u64(Self::MAGIC);
        out.put_u32(self.0);
    }

    /// The mark that stands at the front of these bytes, if one does.
    pub(crate) fn find(mut rest: Bytes) -> Option<Self> {
        (rest.len() >= Self::LEN && rest.get_u64() == Self::MAGIC).then(|| Self(rest.get_u32()))
    }
}
