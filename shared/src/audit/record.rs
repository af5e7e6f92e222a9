//! What a line of the audit log says: who, where, why, what, behind which gates, with what end.
//!
//! Texts may come from anywhere; they are made fit when the line is (see [`super::clean`]).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::text::{clean, clean_key};
use crate::{Epoch, ids::Sid};

/// Gates and arguments that a line has room for; the others are left out, and counted.
const MAX_ITEMS: usize = 32;
/// Bytes of the exact command.
const MAX_COMMAND_BYTES: usize = 4096;
/// Bytes of any other text.
const MAX_TEXT_BYTES: usize = 512;
/// The argument that says how many were left out.
const LEFT_OUT: &str = "arguments left out";

/// One thing that was asked for, about to be done, or done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// When, in milliseconds since 1970 UTC; in the line as RFC 3339.
    #[serde(rename = "time", with = "utc")]
    pub unix_ms: i64,
    /// Who: an authenticated identity (`digest:ops`), or a user of the operating system (`os:ops`).
    pub principal: String,
    /// From where: a client's address, or the host's own name.
    pub host: String,
    /// Why, in the operator's words: a ticket, a typed reason.
    pub reason: Option<String>,
    /// The action's name, as `transfer_leadership`.
    pub what: String,
    /// With which arguments. Never a secret.
    pub arguments: BTreeMap<String, String>,
    /// What was run: a request line, or the words of a command. Never a secret.
    pub command: String,
    /// What was checked before, each with its verdict.
    pub gates: Vec<Gate>,
    /// How the ensemble stood before.
    pub before: Option<Standing>,
    /// How it stood afterwards, once it is over.
    pub after: Option<Standing>,
    /// How it ended, if it did.
    pub outcome: Outcome,
    /// The same in a sentence.
    pub sentence: String,
    /// How long it took, in milliseconds, once it is over.
    pub duration_ms: Option<u64>,
}

/// A check before an action.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gate {
    /// Its name, as `epoch`.
    pub name: String,
    /// Whether a reason may override it.
    pub weight: Weight,
    /// Whether it let the action through.
    pub passed: bool,
    /// What it found, in a sentence.
    pub sentence: String,
}

/// Whether a gate may be overridden.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Weight {
    /// It may not.
    Hard,
    /// It may, by a typed reason.
    Soft,
}

/// How the ensemble stood, as far as it was known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// The leader's id.
    #[serde(with = "sid")]
    pub leader: Option<Sid>,
    /// The epoch.
    pub epoch: Option<Epoch>,
    /// The configuration's version: the zxid of the reconfig that made it.
    pub config_version: Option<i64>,
}

/// How an action ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// It was not begun.
    Refused,
    /// It is about to be done: a later line says how it ended.
    Begun,
    /// It is done, and was verified.
    Done,
    /// It was begun, and is not done.
    Failed,
    /// Whether it is done could not be found out.
    Unknown,
}

impl Outcome {
    /// The word that a line has for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Refused => "refused",
            Self::Begun => "begun",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Unknown => "unknown",
        }
    }
}

impl Record {
    /// When, as the line says it; empty for a year that has more than four digits.
    #[must_use]
    pub fn time(&self) -> String {
        utc::text(self.unix_ms).unwrap_or_default()
    }

    /// The same with every text made safe to show, and short enough for a line.
    pub(super) fn fit(&self) -> Self {
        let text = |text: &str| clean(text, MAX_TEXT_BYTES);
        let mut arguments: BTreeMap<_, _> = self
            .arguments
            .iter()
            .take(MAX_ITEMS)
            .map(|(name, value)| (clean_key(name), text(value)))
            .collect();
        let left_out = self.arguments.len().saturating_sub(MAX_ITEMS);
        if left_out > 0 {
            arguments.insert(LEFT_OUT.into(), left_out.to_string());
        }
        let gates = self.gates.iter().take(MAX_ITEMS).map(|gate| Gate {
            name: clean_key(&gate.name),
            sentence: text(&gate.sentence),
            ..*gate
        });
        Self {
            principal: text(&self.principal),
            host: text(&self.host),
            reason: self.reason.as_deref().map(text),
            what: clean_key(&self.what),
            arguments,
            command: clean(&self.command, MAX_COMMAND_BYTES),
            gates: gates.collect(),
            sentence: text(&self.sentence),
            ..*self
        }
    }
}

/// Milliseconds since 1970 as `2026-07-01T08:30:00.250Z`.
mod utc {
    use serde::{Deserialize, Deserializer, Serializer, de, ser};
    use time::{
        OffsetDateTime, PrimitiveDateTime, format_description::BorrowedFormatItem,
        macros::format_description,
    };

    const FORMAT: &[BorrowedFormatItem<'_>] =
        format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3]Z");
    const NANOS_PER_MS: i128 = 1_000_000;

    pub(super) fn text(unix_ms: i64) -> Option<String> {
        let nanos = i128::from(unix_ms) * NANOS_PER_MS;
        let time = OffsetDateTime::from_unix_timestamp_nanos(nanos).ok()?;
        time.format(FORMAT).ok()
    }

    pub(super) fn serialize<S: Serializer>(unix_ms: &i64, to: S) -> Result<S::Ok, S::Error> {
        let text = text(*unix_ms).ok_or_else(|| ser::Error::custom("no year of four digits"))?;
        to.serialize_str(&text)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<i64, D::Error> {
        let text = String::deserialize(from)?;
        let time = PrimitiveDateTime::parse(&text, FORMAT).map_err(de::Error::custom)?;
        let nanos = time.assume_utc().unix_timestamp_nanos();
        i64::try_from(nanos / NANOS_PER_MS).map_err(de::Error::custom)
    }
}

/// A server id as a number.
mod sid {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use crate::ids::Sid;

    #[allow(
        clippy::ref_option,
        clippy::trivially_copy_pass_by_ref,
        reason = "serde asks for a reference"
    )]
    pub(super) fn serialize<S: Serializer>(sid: &Option<Sid>, to: S) -> Result<S::Ok, S::Error> {
        sid.map(|sid| sid.0).serialize(to)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Sid>, D::Error> {
        Ok(Option::<i64>::deserialize(from)?.map(Sid))
    }
}
