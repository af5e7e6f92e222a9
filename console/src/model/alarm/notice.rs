//! What the operator is told beside the screen, and how that went.

use serde::{Deserialize, Serialize};

/// How urgently it is told: by impact on the ensemble, not by what broke.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Urgency {
    /// Something has changed for the better, or is only to be known.
    Low,
    /// A fault that costs no client anything: the ensemble survives at least one more.
    Normal,
    /// One more loss stops the ensemble, or it stands already.
    Critical,
}

/// Why it is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Occasion {
    Began,
    /// It still lasts, and still matters as much.
    Reminder,
    Ended,
    /// Many at once, told as one.
    Flood,
    /// The operator asked for it, to try the channels.
    Test,
}

/// One notification. Its text may hold what came from outside: each channel cleans it for
/// itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// Counts from 1; deliveries name it.
    pub number: u64,
    pub occasion: Occasion,
    pub urgency: Urgency,
    /// The cluster's name, `DEMO` before it in a demo.
    pub cluster: String,
    /// The alarm it is about, by its key; empty where it is about many or none.
    pub alarm: String,
    /// Half a line.
    pub title: String,
    /// A sentence or a few.
    pub body: String,
}

/// A way to tell it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Channel {
    /// The desktop's notification service (D-Bus).
    Desktop,
    /// An escape sequence (OSC 9 or 777), which goes through ssh to the operator's terminal.
    Terminal,
    Bell,
    /// A command of the operator's.
    Command,
    Webhook,
}

impl Channel {
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Desktop => "desktop",
            Self::Terminal => "terminal",
            Self::Bell => "bell",
            Self::Command => "command",
            Self::Webhook => "webhook",
        }
    }
}

/// `desktop in 12 ms, webhook: no answer`. It may hold text from outside.
pub fn said<'a>(deliveries: impl IntoIterator<Item = &'a Delivery>) -> String {
    let one = |delivery: &Delivery| {
        let name = delivery.channel.name();
        match &delivery.result {
            Ok(()) => format!("{name} in {} ms", delivery.took_ms),
            Err(why) => format!("{name}: {why}"),
        }
    };
    let all: Vec<String> = deliveries.into_iter().map(one).collect();
    all.join(", ")
}

/// How telling it by one channel went.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivery {
    /// [`Notice::number`].
    pub notice: u64,
    pub channel: Channel,
    /// From the notice to the end of the telling, milliseconds.
    pub took_ms: u64,
    /// Why it failed, in one line.
    pub result: Result<(), String>,
}
