//! A notice's text made safe and bounded: member names, znodes and error texts in it were
//! written by others, and every channel leads out of the process.

use serde::Serialize;

use crate::{
    model::alarm::notice::{Notice, Occasion, Urgency},
    text::{clean, cut},
};

/// Columns of a title, and of the cluster's and the alarm's names.
const TITLE_COLUMNS: usize = 200;
/// Columns of a line of the body, and how many lines of it are told.
const LINE_COLUMNS: usize = 400;
const BODY_LINES: usize = 12;

/// A notice as channels tell it. Serialised, it is what a command reads on its standard input
/// and a webhook receives.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Wording {
    pub(super) number: u64,
    pub(super) occasion: &'static str,
    pub(super) urgency: &'static str,
    pub(super) cluster: String,
    pub(super) alarm: String,
    pub(super) title: String,
    /// Lines are separated by `\n`; there is no other control character in it.
    pub(super) body: String,
}

impl Wording {
    pub(super) fn of(notice: &Notice) -> Self {
        let short = |text: &str| cut(&clean(&text.replace('\n', " ")), TITLE_COLUMNS);
        let lines = notice.body.lines().take(BODY_LINES);
        let body: Vec<String> = lines.map(|line| cut(&clean(line), LINE_COLUMNS)).collect();
        Self {
            number: notice.number,
            occasion: occasion(notice.occasion),
            urgency: urgency(notice.urgency),
            cluster: short(&notice.cluster),
            alarm: short(&notice.alarm),
            title: short(&notice.title),
            body: body.join("\n"),
        }
    }

    /// `CLUSTER: TITLE`, for channels that show one line above the body.
    pub(super) fn headline(&self) -> String {
        if self.cluster.is_empty() {
            self.title.clone()
        } else {
            format!("{}: {}", self.cluster, self.title)
        }
    }

    /// The body in one line.
    pub(super) fn one_line(&self) -> String {
        self.body.replace('\n', " ")
    }

    /// The JSON object of it, on one line.
    pub(super) fn json(&self) -> String {
        // Strings and a number: there is nothing in it that JSON could refuse.
        serde_json::to_string(self).unwrap_or_default()
    }
}

fn urgency(urgency: Urgency) -> &'static str {
    match urgency {
        Urgency::Low => "low",
        Urgency::Normal => "normal",
        Urgency::Critical => "critical",
    }
}

fn occasion(occasion: Occasion) -> &'static str {
    match occasion {
        Occasion::Began => "began",
        Occasion::Reminder => "reminder",
        Occasion::Ended => "ended",
        Occasion::Flood => "flood",
        Occasion::Test => "test",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_leaves_the_process_is_clean_and_bounded() {
        let wording = Wording::of(&Notice {
            number: 7,
            occasion: Occasion::Began,
            urgency: Urgency::Critical,
            cluster: "prod".to_owned(),
            alarm: "margin".to_owned(),
            title: "no\x1b]0;quorum\nnow".to_owned(),
            body: format!("first\x07\nsecond\n{}", "x".repeat(100_000)),
        });
        assert_eq!(wording.headline(), "prod: no\\x1b]0;quorum now");
        assert!(wording.body.starts_with("first\\x07\nsecond\nxxx"));
        assert!(wording.body.chars().count() < 500, "bounded");
        let json: serde_json::Value = serde_json::from_str(&wording.json()).unwrap();
        assert_eq!(
            (&json["urgency"], &json["number"]),
            (&"critical".into(), &7.into())
        );
    }
}
