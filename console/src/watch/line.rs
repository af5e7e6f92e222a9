//! One line of news, as text or as JSON.

use serde::Serialize;

use crate::{
    model::{alarm::notice::Urgency, clock::date_and_time, happening::Weight},
    text::clean,
};

/// How much it matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Severity {
    Info,
    Warning,
    Critical,
}

impl Severity {
    fn name(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Critical => "critical",
        }
    }
}

impl From<Weight> for Severity {
    fn from(weight: Weight) -> Self {
        match weight {
            Weight::Good => Self::Info,
            Weight::Warn => Self::Warning,
            Weight::Bad => Self::Critical,
        }
    }
}

impl From<Urgency> for Severity {
    fn from(urgency: Urgency) -> Self {
        match urgency {
            Urgency::Low => Self::Info,
            Urgency::Normal => Self::Warning,
            Urgency::Critical => Self::Critical,
        }
    }
}

/// A line. Its texts are cleaned where it is printed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) wall_ms: i64,
    pub(super) severity: Severity,
    /// What it is about in one word.
    pub(super) kind: &'static str,
    pub(super) sentence: String,
    /// The member it is about, where it is about one.
    pub(super) member: Option<String>,
}

#[derive(Serialize)]
struct Json<'a> {
    /// RFC 3339, UTC.
    time: String,
    severity: Severity,
    kind: &'a str,
    sentence: String,
    member: Option<String>,
}

impl Line {
    /// With its end.
    pub(super) fn text(&self) -> String {
        format!(
            "{}  {:<8}  {:<8}  {}\n",
            date_and_time(self.wall_ms),
            self.severity.name(),
            self.kind,
            clean(&self.sentence)
        )
    }

    /// With its end.
    pub(super) fn json(&self) -> String {
        let json = Json {
            time: date_and_time(self.wall_ms).replace(' ', "T") + "Z",
            severity: self.severity,
            kind: self.kind,
            sentence: clean(&self.sentence),
            member: self.member.as_deref().map(clean),
        };
        // Texts and a name cannot fail to serialize.
        serde_json::to_string(&json).unwrap_or_default() + "\n"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_stays_one_line_whatever_a_member_says() {
        let line = Line {
            wall_ms: 0,
            severity: Severity::Warning,
            kind: "down",
            sentence: "1 zk1:\n\u{1b}[31mgone".to_owned(),
            member: Some("zk1:2181".to_owned()),
        };
        assert_eq!(line.text().lines().count(), 1);
        assert!(!line.text().contains('\u{1b}'));
        let json: serde_json::Value = serde_json::from_str(&line.json()).unwrap();
        assert_eq!(json["time"], "1970-01-01T00:00:00Z");
        assert_eq!(json["severity"], "warning");
        assert_eq!(json["member"], "zk1:2181");
    }
}
