//! The limits of a subtree as the operator types them. Their text on disk is setquota's
//! ([`StatsTrack`]); soft limits are only logged by the servers, hard ones refuse writes.

use zoowarden_shared::quota::StatsTrack;

use crate::text::count;

/// A quota that holds for a znode: its own or an ancestor's (there is one on a path at most).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuotaSeen {
    /// The znode that has it.
    pub on: String,
    pub limits: StatsTrack,
    /// The version of the limits' znode.
    pub version: i32,
    /// What is there now.
    pub used: StatsTrack,
}

impl QuotaSeen {
    /// `1,204 of 5,000 znodes (hard), 84,112 bytes without limit`.
    #[must_use]
    pub fn sentence(&self, path: &str) -> String {
        let from = if self.on == path {
            String::new()
        } else {
            format!(", from {}", self.on)
        };
        format!(
            "{}; {}{from}",
            part(
                self.used.count(),
                self.limits.count(),
                self.limits.count_hard(),
                "znodes"
            ),
            part(
                self.used.bytes(),
                self.limits.bytes(),
                self.limits.bytes_hard(),
                "bytes"
            ),
        )
    }

    /// Whether what is there is above a limit, a soft one or a hard one.
    #[must_use]
    pub fn is_exceeded(&self) -> bool {
        let above = |used: i64, limit: i64| limit >= 0 && used > limit;
        above(self.used.count(), self.limits.count())
            || above(self.used.count(), self.limits.count_hard())
            || above(self.used.bytes(), self.limits.bytes())
            || above(self.used.bytes(), self.limits.bytes_hard())
    }
}

fn part(used: i64, soft: i64, hard: i64, unit: &str) -> String {
    let number = |n: i64| count(u64::try_from(n).unwrap_or(0));
    let mut text = format!("{} {unit}", number(used));
    if soft >= 0 {
        text.push_str(&format!(", soft {}", number(soft)));
    }
    if hard >= 0 {
        text.push_str(&format!(", hard {}", number(hard)));
    }
    text
}

/// The fields of the form, in their order: what each limits, and what it is now.
#[must_use]
pub fn fields(limits: &StatsTrack) -> [(&'static str, String); 4] {
    let shown = |n: i64| {
        if n < 0 { String::new() } else { n.to_string() }
    };
    [
        ("znodes, soft", shown(limits.count())),
        ("znodes, hard", shown(limits.count_hard())),
        ("bytes, soft", shown(limits.bytes())),
        ("bytes, hard", shown(limits.bytes_hard())),
    ]
}

/// The limits that were typed, in the order of [`fields`]; `None` where all are empty.
///
/// # Errors
/// A sentence on the field that is no limit: znodes above 0, bytes from 0 on, as setquota's.
pub fn read(typed: &[String; 4]) -> Result<Option<StatsTrack>, String> {
    let number = |text: &str, least: i64, name: &str| -> Result<i64, String> {
        let text = text.trim();
        if text.is_empty() {
            return Ok(-1);
        }
        match text.parse::<i64>() {
            Ok(value) if value >= least => Ok(value),
            _ => Err(format!("{name}: a number from {least} on, or nothing")),
        }
    };
    if typed.iter().all(|text| text.trim().is_empty()) {
        return Ok(None);
    }
    let mut limits = StatsTrack::default();
    limits.set_count(number(&typed[0], 1, "znodes, soft")?);
    limits.set_count_hard(number(&typed[1], 1, "znodes, hard")?);
    limits.set_bytes(number(&typed[2], 0, "bytes, soft")?);
    limits.set_bytes_hard(number(&typed[3], 0, "bytes, hard")?);
    Ok(Some(limits))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(parts: [&str; 4]) -> Result<Option<StatsTrack>, String> {
        read(&parts.map(str::to_owned))
    }

    #[test]
    fn limits_are_written_as_setquota_writes_them() {
        let limits = typed(["", "5", " 0 ", ""]).unwrap().unwrap();
        assert_eq!(
            limits.to_string(),
            "count=-1,bytes=0=;byteHardLimit=-1;countHardLimit=5"
        );
        let back = fields(&limits).map(|(_, text)| text);
        assert_eq!(back, ["", "5", "0", ""]);
        assert_eq!(typed(["", "", " ", ""]), Ok(None));
    }

    #[test]
    fn what_is_no_limit_is_said() {
        for parts in [["0", "", "", ""], ["", "", "-1", ""], ["x", "", "", ""]] {
            assert!(typed(parts).is_err(), "{parts:?}");
        }
    }

    #[test]
    fn what_is_used_is_held_against_both_limits() {
        let seen = QuotaSeen {
            on: "/a".into(),
            limits: StatsTrack::parse(b"count=2,bytes=-1=;byteHardLimit=-1;countHardLimit=9"),
            version: 0,
            used: StatsTrack::parse(b"count=3,bytes=1200"),
        };
        assert!(seen.is_exceeded());
        assert_eq!(
            seen.sentence("/a/b"),
            "3 znodes, soft 2, hard 9; 1,200 bytes, from /a"
        );
    }
}
