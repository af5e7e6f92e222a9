//! What of an event is kept: all that the sources told of the ensemble and of our own session.

use std::{collections::HashMap, net::IpAddr};

use serde::{Deserialize, Serialize};
use zoowarden_client::Certificate;
use zoowarden_shared::{
    SessionId, Sid,
    admin::{ClientConnection, Heartbeat, Monitor, SessionDump},
    config::DynamicConfig,
};

use crate::{
    demo::{MemberEnd, Supervised},
    event::{Event, SessionEvent},
    model::{
        Load,
        alarm::notice::Delivery,
        clock::Now,
        crowd::Cost,
        links::knock::Knock,
        memory::Memory,
        probe::Probe,
        survey::{Answer, Question},
    },
};

/// An event as it is recorded. A reader passes over what a newer console has added.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Seen {
    Tick,
    Probe(Probe),
    Heartbeat {
        address: String,
        at_mono_ms: u64,
        beat: Box<Heartbeat>,
    },
    StreamEnded {
        address: String,
    },
    Identity {
        address: String,
        sid: Sid,
    },
    /// The text of `/zookeeper/config`.
    Config(String),
    Resolved(HashMap<String, Vec<IpAddr>>),
    Connections {
        address: String,
        answer: Result<Vec<ClientConnection>, String>,
    },
    Certificate {
        address: String,
        names: Vec<String>,
        issuer: String,
        not_after_s: i64,
    },
    Clock {
        address: String,
        at_mono_ms: u64,
        ahead_ms: i64,
    },
    Dump(Result<SessionDump, String>),
    Connected {
        address: String,
        id: SessionId,
        timeout_ms: u64,
        read_only: bool,
    },
    SessionLost {
        why: String,
    },
    Ping {
        us: u64,
    },
    Load(Load),
    Crowd(Cost),
    MemberEnded(MemberEnd),
    Supervised(Supervised),
    Recalled(Memory),
    Knocked(Knock),
    Told(Delivery),
    /// What an operator did, as it stands on the timeline.
    Operated {
        operator: String,
        what: String,
    },
    Metrics {
        address: String,
        at_mono_ms: u64,
        monitor: Box<Monitor>,
    },
    Answered {
        address: String,
        question: Question,
        answer: Result<Answer, String>,
    },
}

/// It, and when it was seen on both clocks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Moment {
    #[serde(rename = "m")]
    pub mono_ms: u64,
    #[serde(rename = "w")]
    pub wall_ms: i64,
    #[serde(rename = "e")]
    pub seen: Seen,
}

impl Moment {
    /// Nothing but that time has passed.
    #[must_use]
    pub(super) fn tick(at: Now) -> Self {
        Self {
            mono_ms: at.mono_ms,
            wall_ms: at.wall_ms,
            seen: Seen::Tick,
        }
    }

    /// When it was seen.
    #[must_use]
    pub fn at(&self) -> Now {
        Now {
            mono_ms: self.mono_ms,
            wall_ms: self.wall_ms,
        }
    }
}

impl Seen {
    /// What is recorded of an event; `None` for the operator's keys and for what is the
    /// cluster's own data.
    #[must_use]
    pub fn of(event: &Event) -> Option<Self> {
        Some(match event.clone() {
            Event::Tick => Self::Tick,
            Event::Probe(probe) => Self::Probe(probe),
            Event::Heartbeat {
                address,
                at_mono_ms,
                beat,
            } => Self::Heartbeat {
                address,
                at_mono_ms,
                beat,
            },
            Event::StreamEnded { address } => Self::StreamEnded { address },
            Event::Identity { address, sid } => Self::Identity { address, sid },
            Event::Config(config) => Self::Config(config.to_string()),
            Event::Resolved(hosts) => Self::Resolved(hosts),
            Event::Connections { address, answer } => Self::Connections { address, answer },
            Event::Certificate {
                address,
                certificate,
            } => {
                let Certificate {
                    names,
                    issuer,
                    not_after_s,
                } = *certificate;
                Self::Certificate {
                    address,
                    names,
                    issuer,
                    not_after_s,
                }
            }
            Event::Clock {
                address,
                at_mono_ms,
                ahead_ms,
            } => Self::Clock {
                address,
                at_mono_ms,
                ahead_ms,
            },
            Event::Dump(answer) => Self::Dump(answer),
            Event::Session(event) => match event {
                SessionEvent::Connected {
                    address,
                    id,
                    timeout_ms,
                    read_only,
                } => Self::Connected {
                    address,
                    id,
                    timeout_ms,
                    read_only,
                },
                SessionEvent::Lost { why } => Self::SessionLost { why },
                SessionEvent::Ping { us } => Self::Ping { us },
            },
            Event::Load(load) => Self::Load(load),
            Event::Crowd(cost) => Self::Crowd(cost),
            Event::MemberEnded(end) => Self::MemberEnded(end),
            Event::Supervised(told) => Self::Supervised(told),
            Event::Recalled(memory) => Self::Recalled(memory),
            Event::Knocked(knock) => Self::Knocked(knock),
            Event::Told(delivery) => Self::Told(delivery),
            Event::Metrics {
                address,
                at_mono_ms,
                monitor,
            } => Self::Metrics {
                address,
                at_mono_ms,
                monitor,
            },
            Event::Operated { who, what } => Self::Operated {
                operator: who,
                what,
            },
            // What was done is taken from the timeline.
            Event::Plans(_) => return None,
            Event::Answered {
                question: Question::Hook(_),
                ..
            } => return None,
            Event::Answered {
                address,
                question,
                answer,
            } => Self::Answered {
                address,
                question,
                answer,
            },
            _ => return None,
        })
    }

    /// The event again.
    #[must_use]
    pub fn into_event(self) -> Event {
        match self {
            Self::Tick => Event::Tick,
            Self::Probe(probe) => Event::Probe(probe),
            Self::Heartbeat {
                address,
                at_mono_ms,
                beat,
            } => Event::Heartbeat {
                address,
                at_mono_ms,
                beat,
            },
            Self::StreamEnded { address } => Event::StreamEnded { address },
            Self::Identity { address, sid } => Event::Identity { address, sid },
            Self::Config(text) => Event::Config(DynamicConfig::parse_lenient(&text)),
            Self::Resolved(hosts) => Event::Resolved(hosts),
            Self::Connections { address, answer } => Event::Connections { address, answer },
            Self::Certificate {
                address,
                names,
                issuer,
                not_after_s,
            } => Event::Certificate {
                address,
                certificate: Box::new(Certificate {
                    names,
                    issuer,
                    not_after_s,
                }),
            },
            Self::Clock {
                address,
                at_mono_ms,
                ahead_ms,
            } => Event::Clock {
                address,
                at_mono_ms,
                ahead_ms,
            },
            Self::Dump(answer) => Event::Dump(answer),
            Self::Connected {
                address,
                id,
                timeout_ms,
                read_only,
            } => Event::Session(SessionEvent::Connected {
                address,
                id,
                timeout_ms,
                read_only,
            }),
            Self::SessionLost { why } => Event::Session(SessionEvent::Lost { why }),
            Self::Ping { us } => Event::Session(SessionEvent::Ping { us }),
            Self::Load(load) => Event::Load(load),
            Self::Crowd(cost) => Event::Crowd(cost),
            Self::MemberEnded(end) => Event::MemberEnded(end),
            Self::Supervised(told) => Event::Supervised(told),
            Self::Recalled(memory) => Event::Recalled(memory),
            Self::Knocked(knock) => Event::Knocked(knock),
            Self::Told(delivery) => Event::Told(delivery),
            Self::Operated { operator, what } => Event::Operated {
                who: operator,
                what,
            },
            Self::Metrics {
                address,
                at_mono_ms,
                monitor,
            } => Event::Metrics {
                address,
                at_mono_ms,
                monitor,
            },
            Self::Answered {
                address,
                question,
                answer,
            } => Event::Answered {
                address,
                question,
                answer,
            },
        }
    }

    /// Names what is told once and stays true: the newest of each name stands again at the
    /// beginning of every segment, so that each can be read without those before it.
    #[must_use]
    pub(super) fn lasting(&self) -> Option<String> {
        Some(match self {
            Self::Config(_) => "config".to_owned(),
            Self::Resolved(_) => "resolved".to_owned(),
            Self::Connected { .. } => "session".to_owned(),
            Self::Identity { address, .. } => format!("identity {address}"),
            Self::Certificate { address, .. } => format!("certificate {address}"),
            _ => return None,
        })
    }
}
