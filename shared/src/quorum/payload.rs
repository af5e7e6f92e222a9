//! What a packet's data holds, by its type.
//!
//! PROPOSAL and INFORM carry a [`crate::txn::TxnRecord`], NEWLEADER the text of a
//! [`crate::config::DynamicConfig`]; the others are here or have none.

use bytes::{BufMut, Bytes};

use super::features::Features;
use crate::{
    ids::{Epoch, SessionId, Sid},
    jute::{Jute, JuteError, Reader, Writer, record},
};

/// FOLLOWERINFO and OBSERVERINFO: who the learner is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LearnerInfo {
    /// The learner.
    pub sid: Sid,
    /// [`LearnerInfo::PROTOCOL_VERSION`] since 3.4.
    pub protocol_version: i32,
    /// The version of its configuration; a leader refuses one that is ahead of its own. Absent
    /// from 3.4, whose data is 12 bytes instead of 20.
    pub config_version: Option<i64>,
    /// Of a member of ours.
    pub features: Option<Features>,
}

impl LearnerInfo {
    /// The protocol that knows LEADERINFO and ACKEPOCH.
    pub const PROTOCOL_VERSION: i32 = 0x10000;
    /// What `LearnerHandler` takes for granted of those who send their sid alone.
    const OLDEST_PROTOCOL_VERSION: i32 = 1;
}

impl Jute for LearnerInfo {
    fn encode(&self, out: &mut Writer) {
        self.sid.encode(out);
        self.protocol_version.encode(out);
        if let Some(version) = self.config_version {
            version.encode(out);
            if let Some(features) = self.features {
                features.put(out);
            }
        }
    }

    /// The form is told by the length, as in `LearnerHandler.run`, which leaves alone what
    /// comes behind.
    fn decode(input: &mut Reader) -> Result<Self, JuteError> {
        let sid = Jute::decode(input)?;
        let protocol_version = if input.remaining() == 0 {
            Self::OLDEST_PROTOCOL_VERSION
        } else {
            Jute::decode(input)?
        };
        let config_version = if input.remaining() == 0 {
            None
        } else {
            Some(Jute::decode(input)?)
        };
        Ok(Self {
            sid,
            protocol_version,
            config_version,
            features: Features::find(input.rest()),
        })
    }
}

record! {
    /// NOMINATE: to whom the leader hands its office over.
    pub struct Nominate {
        /// Who is to be voted for.
        pub leader: Sid,
    }
}

/// LEADERINFO: how the leader speaks. The new epoch is in the packet's zxid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LeaderInfo {
    /// [`LearnerInfo::PROTOCOL_VERSION`].
    pub protocol_version: i32,
    /// Of a member of ours.
    pub features: Option<Features>,
}

impl Jute for LeaderInfo {
    fn encode(&self, out: &mut Writer) {
        self.protocol_version.encode(out);
        if let Some(features) = self.features {
            features.put(out);
        }
    }

    fn decode(input: &mut Reader) -> Result<Self, JuteError> {
        Ok(Self {
            protocol_version: Jute::decode(input)?,
            features: Features::find(input.rest()),
        })
    }
}

record! {
    /// ACKEPOCH: what the learner is at. Its last zxid is the packet's.
    #[derive(Copy)]
    pub struct AckEpoch {
        /// Its current epoch; [`Self::NOT_AN_ACK`] where it has accepted this epoch before.
        pub current_epoch: Epoch,
    }
}

impl AckEpoch {
    /// The learner cannot count for this epoch a second time.
    pub const NOT_AN_ACK: Epoch = -1;
}

record! {
    /// A session that a learner has heard from.
    #[derive(Copy)]
    pub struct SessionTouch {
        /// The session.
        pub session: SessionId,
        /// Its timeout, milliseconds.
        pub timeout_ms: i32,
    }
}

/// The reply to a PING: every session heard from since the last one, to the end of the data.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SessionTouches(pub Vec<SessionTouch>);

impl Jute for SessionTouches {
    fn encode(&self, out: &mut Writer) {
        for touch in &self.0 {
            touch.encode(out);
        }
    }

    fn decode(input: &mut Reader) -> Result<Self, JuteError> {
        let mut touches = Vec::new();
        while input.remaining() > 0 {
            touches.push(SessionTouch::decode(input)?);
        }
        Ok(Self(touches))
    }
}

record! {
    /// REVALIDATE to the leader: may this session move to the learner?
    #[derive(Copy)]
    pub struct RevalidateRequest {
        /// The session.
        pub session: SessionId,
        /// The timeout that its client has agreed on, milliseconds.
        pub timeout_ms: i32,
    }
}

record! {
    /// REVALIDATE from the leader.
    #[derive(Copy)]
    pub struct RevalidateReply {
        /// The session.
        pub session: SessionId,
        /// Whether it lives.
        pub valid: bool,
    }
}

/// REQUEST: a client's request, on its way through a learner to the leader. The packet's auth
/// info says who the client is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ForwardedRequest {
    /// The client's session.
    pub session: SessionId,
    /// The client's xid.
    pub cxid: i32,
    /// An [`crate::proto::OpCode`].
    pub op: i32,
    /// The request's body, without its header.
    pub body: Bytes,
}

impl Jute for ForwardedRequest {
    fn encode(&self, out: &mut Writer) {
        self.session.encode(out);
        self.cxid.encode(out);
        self.op.encode(out);
        out.put_slice(&self.body);
    }

    fn decode(input: &mut Reader) -> Result<Self, JuteError> {
        Ok(Self {
            session: Jute::decode(input)?,
            cxid: Jute::decode(input)?,
            op: Jute::decode(input)?,
            body: input.rest(),
        })
    }
}

/// INFORMANDACTIVATE: a decided reconfig, for an observer. (COMMITANDACTIVATE's data is a
/// [`Sid`] alone.)
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InformAndActivate {
    /// Who leads the new configuration.
    pub designated_leader: Sid,
    /// The transaction, a [`crate::txn::TxnRecord`].
    pub txn: Bytes,
}

impl Jute for InformAndActivate {
    fn encode(&self, out: &mut Writer) {
        self.designated_leader.encode(out);
        out.put_slice(&self.txn);
    }

    fn decode(input: &mut Reader) -> Result<Self, JuteError> {
        Ok(Self {
            designated_leader: Jute::decode(input)?,
            txn: input.rest(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn learner_info_has_a_form_for_every_age() {
        let bytes = |hex: &[u8]| Bytes::copy_from_slice(hex);
        let oldest = bytes(&[0, 0, 0, 0, 0, 0, 0, 7]);
        let info = LearnerInfo::from_bytes(oldest).unwrap();
        assert_eq!((info.sid, info.protocol_version), (Sid(7), 1));
        for (info, length) in [(None, 12), (Some(9), 20)] {
            let info = LearnerInfo {
                sid: Sid(7),
                protocol_version: LearnerInfo::PROTOCOL_VERSION,
                config_version: info,
                features: None,
            };
            assert_eq!(info.to_bytes().len(), length);
            assert_eq!(LearnerInfo::from_bytes(info.to_bytes()), Ok(info));
        }
        assert!(LearnerInfo::from_bytes(bytes(&[0; 13])).is_err());
    }

    #[test]
    fn touches_fill_the_data_to_its_end() {
        assert_eq!(
            SessionTouches::from_bytes(Bytes::new()),
            Ok(SessionTouches::default())
        );
        assert!(SessionTouches::from_bytes(Bytes::from_static(&[0; 13])).is_err());
    }
}
