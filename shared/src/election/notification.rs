//! A vote, as members tell it each other (`FastLeaderElection.Notification`).

use bytes::{BufMut, Bytes};

use crate::{
    ids::{Sid, Zxid},
    jute::{Jute, JuteError, Reader, Writer},
    quorum::Features,
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
    /// What follows the configuration: nothing from Apache, which leaves it alone when it
    /// reads (`FastLeaderElection.WorkerReceiver`); from members of ours their mark.
    pub extension: Bytes,
}

impl Notification {
    /// The form with a configuration (`Notification.CURRENTVERSION`).
    pub const VERSION: i32 = 2;
    /// Without peer epoch and version.
    const OLDEST_LEN: usize = 28;
    /// With both, and nothing more: 3.4.
    const WITHOUT_CONFIG_LEN: usize = 40;

    /// The same vote, from a member of ours that can do this. It must have a configuration:
    /// Apache tells the forms without one by their length.
    #[must_use]
    pub fn with_features(mut self, features: Features) -> Self {
        let mut mark = Writer::new();
        features.put(&mut mark);
        self.extension = mark.freeze();
        self
    }

    /// What its sender can do, if it is a member of ours. To be believed for the connection on
    /// which it came only.
    #[must_use]
    pub fn features(&self) -> Option<Features> {
        Features::find(self.extension.clone())
    }

    /// Whether its sender is a member of ours.
    #[must_use]
    pub fn is_zoowarden(&self) -> bool {
        self.features().is_some()
    }
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
        out.put_slice(&self.extension);
    }

    /// The form is told by the length, as in `FastLeaderElection.WorkerReceiver`.
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
            let text = Option::<String>::decode(input)?.ok_or(JuteError::BadValue {
                what: "configuration's length",
                value: -1,
            })?;
            config = Some(text);
        }
        Ok(Self {
            state,
            leader,
            zxid,
            election_epoch,
            peer_epoch,
            version,
            config,
            extension: input.rest(),
        })
    }
}

#[cfg(test)]
mod tests {
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
            extension: Bytes::new(),
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
    }

    /// A partial or impossible message is refused as a whole; its sender's next one counts.
    #[test]
    fn zookeeper_3769_a_malformed_vote_is_an_error_and_nothing_more() {
        let whole = vote().to_bytes();
        let config_length = whole.len() as i32 - 44;
        for length in [-1, -2, i32::MIN, config_length + 1, i32::MAX] {
            let mut bytes = whole.to_vec();
            bytes[40..44].copy_from_slice(&length.to_be_bytes());
            assert!(
                Notification::from_bytes(bytes.into()).is_err(),
                "a configuration of {length} bytes"
            );
        }
        for state in [-1, 4] {
            let mut bytes = whole.to_vec();
            bytes[..4].copy_from_slice(&i32::to_be_bytes(state));
            assert!(Notification::from_bytes(bytes.into()).is_err());
        }
    }

    /// Bytes that are no UTF-8 do not lose the vote, nor does the platform's charset matter.
    #[test]
    fn zookeeper_4787_a_configuration_is_read_as_utf_8() {
        let mut bytes = vote().to_bytes().to_vec();
        bytes[44] = 0xff;
        let read = Notification::from_bytes(bytes.into()).unwrap();
        assert!(read.config.unwrap().starts_with('\u{fffd}'));
        let name = Notification {
            config: Some("server.1=zoo\u{e9}:1:2:participant\nversion=0".to_owned()),
            ..vote()
        };
        assert_eq!(Notification::from_bytes(name.to_bytes()), Ok(name));
    }

    #[test]
    fn what_follows_the_configuration_is_kept_and_tells_members_of_ours() {
        assert!(!vote().is_zoowarden());
        let ours = vote().with_features(Features::ours());
        assert_eq!(ours.features(), Some(Features::ours()));
        assert!(ours.to_bytes().starts_with(&vote().to_bytes()));
        let longer = Bytes::from([&ours.to_bytes()[..], b"to come"].concat());
        let read = Notification::from_bytes(longer.clone()).unwrap();
        assert_eq!(read.features(), Some(Features::ours()));
        assert_eq!(read.to_bytes(), longer);

        let others = Bytes::from([&vote().to_bytes()[..], b"what Apache may add"].concat());
        let read = Notification::from_bytes(others.clone()).unwrap();
        assert!(!read.is_zoowarden());
        assert_eq!(read.to_bytes(), others);
    }
}
