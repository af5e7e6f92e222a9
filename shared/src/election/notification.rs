//! A vote, as members tell it each other (`FastLeaderElection.Notification`).

use crate::{
    ids::{Sid, Zxid},
    jute::{Jute, JuteError, Reader, Writer},
};

/// What a member is doing (`QuorumPeer.ServerState`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(i32)]
pub enum PeerState {
    /// It looks for a leader.
    Looking = 0,
    /// It follows one.
    Following = 1,
    /// It leads.
    Leading = 2,
    /// It follows one without a vote.
    Observing = 3,
}

impl PeerState {
    /// The state of a number, if it is one.
    #[must_use]
    pub fn from_code(code: i32) -> Option<Self> {
        match code {
            0 => Some(Self::Looking),
            1 => Some(Self::Following),
            2 => Some(Self::Leading),
            3 => Some(Self::Observing),
            _ => None,
        }
    }
}

/// A member's vote, and what it is at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notification {
    /// What its sender does.
    pub state: PeerState,
    /// For whom it votes; `i64::MIN` of an observer, as in all three of its numbers.
    pub leader: Sid,
    /// That candidate's last zxid.
    pub zxid: Zxid,
    /// The round of voting.
    pub election_epoch: i64,
    /// That candidate's current epoch. The oldest form, which lacks it, implies the zxid's.
    pub peer_epoch: i64,
    /// Which form the message has: 2 with a configuration, else 0, as Apache reads the older
    /// forms.
    pub version: i32,
    /// The text of its sender's [`crate::config::DynamicConfig`], since 3.5.
    pub config: Option<String>,
}

impl Notification {
    /// The form with a configuration (`Notification.CURRENTVERSION`).
    pub const VERSION: i32 = 2;
    /// Without peer epoch and version.
    const OLDEST_LEN: usize = 28;
    /// With both, and nothing more: 3.4.
    const WITHOUT_CONFIG_LEN: usize = 40;
}

impl Jute for Notification {
    /// With a configuration the form of 3.5 and later, else that of 3.4.
    fn encode(&self, out: &mut Writer) {
        (self.state as i32).encode(out);
        self.leader.encode(out);
        self.zxid.encode(out);
        self.election_epoch.encode(out);
        self.peer_epoch.encode(out);
        self.version.encode(out);
        if let Some(config) = &self.config {
            config.encode(out);
        }
    }

    /// The form is told by the length, as in `FastLeaderElection.WorkerReceiver`. What follows
    /// the configuration is left alone, for versions to come.
    fn decode(input: &mut Reader) -> Result<Self, JuteError> {
        let length = input.remaining();
        let state = i32::decode(input)?;
        let state = PeerState::from_code(state).ok_or(JuteError::BadValue {
            what: "peer state",
            value: i64::from(state),
        })?;
        let (leader, zxid): (_, Zxid) = (Jute::decode(input)?, Jute::decode(input)?);
        let election_epoch = Jute::decode(input)?;
        let peer_epoch = if length == Self::OLDEST_LEN {
            i64::from(zxid.epoch())
        } else {
            Jute::decode(input)?
        };
        let mut version = 0;
        let mut config = None;
        if length > Self::OLDEST_LEN {
            version = Jute::decode(input)?;
        }
        if length == Self::WITHOUT_CONFIG_LEN {
            version = 0;
        }
        if version >= Self::VERSION {
            config = Some(String::decode(input)?);
        }
        let _ = input.rest();
        Ok(Self {
            state,
            leader,
            zxid,
            election_epoch,
            peer_epoch,
            version,
            config,
        })
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    fn vote() -> Notification {
        Notification {
            state: PeerState::Leading,
            leader: Sid(2),
            zxid: Zxid(0x3_0000_0001),
            election_epoch: 4,
            peer_epoch: 5,
            version: Notification::VERSION,
            config: Some("server.1=h:1:2:participant\nversion=0".to_owned()),
        }
    }

    #[test]
    fn the_oldest_form_takes_the_epoch_from_the_zxid() {
        let oldest = vote().to_bytes().slice(..28);
        let expected = Notification {
            peer_epoch: 3,
            version: 0,
            config: None,
            ..vote()
        };
        assert_eq!(Notification::from_bytes(oldest), Ok(expected));
    }

    #[test]
    fn the_form_of_3_4_is_of_version_0_whatever_it_says() {
        let form = vote().to_bytes().slice(..40);
        let expected = Notification {
            version: 0,
            config: None,
            ..vote()
        };
        assert_eq!(Notification::from_bytes(form), Ok(expected));
    }

    #[test]
    fn lengths_between_the_forms_are_refused() {
        let whole = vote().to_bytes();
        for length in (0..whole.len()).filter(|length| ![28, 40].contains(length)) {
            assert!(
                Notification::from_bytes(whole.slice(..length)).is_err(),
                "of {length} bytes"
            );
        }
        let longer = Bytes::from([&whole[..], b"to come"].concat());
        assert_eq!(Notification::from_bytes(longer), Ok(vote()));
    }
}
