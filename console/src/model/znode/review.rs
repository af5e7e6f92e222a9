//! What a change will do, said before it is done, and what must be typed to do it.

use similar::{ChangeTag, TextDiff};

use super::{acl_text, change::Change, holding::counted, quota, transaction::Kind};
use crate::{json, model::tree::name, text::count};
use zoowarden_shared::{
    acl::{Acl, perms},
    quota::StatsTrack,
};

/// Texts of more lines are not compared line by line.
const MAX_LINES: usize = 2000;
/// Unchanged lines drawn beside each changed one.
const CONTEXT: usize = 2;
/// Paths that are listed of a deletion.
const MAX_LISTED: usize = 200;

/// What a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    Plain,
    /// It goes.
    Old,
    /// It comes.
    New,
    /// The operator should know.
    Warning,
}

/// What makes it happen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asks {
    /// `y`.
    Yes,
    /// This text, and Enter.
    Text(String),
}

/// A change, as it is shown before it is made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Review {
    pub lines: Vec<(Mark, String)>,
    pub asks: Asks,
}

/// What this change will do.
#[must_use]
pub fn review(change: &Change) -> Review {
    let mut asks = Asks::Yes;
    let lines = match change {
        Change::SetData {
            data,
            seen,
            version,
            ..
        } => {
            let mut lines = vec![(
                Mark::Plain,
                format!(
                    "{} bytes -> {} bytes, if it is still at version {version}",
                    count(seen.len() as u64),
                    count(data.len() as u64)
                ),
            )];
            lines.extend(no_json_any_more(seen, data));
            lines.extend(data_diff(seen, data));
            lines
        }
        Change::Create {
            data, acl, kind, ..
        } => created(data, acl, *kind),
        Change::Delete(holding) => {
            let many = holding.znodes().len() > 1;
            if many {
                asks = Asks::Text(name(change.path()).to_owned());
            }
            let mut lines = vec![(Mark::Warning, holding.sentence())];
            let transactions = change.transactions().len();
            if transactions > 1 {
                lines.push((
                    Mark::Warning,
                    format!("in {transactions} transactions: each is all or nothing"),
                ));
            }
            lines.push((Mark::Plain, "u takes it back, but for:".to_owned()));
            let lost = holding.lost().into_iter();
            lines.extend(lost.map(|line| (Mark::Plain, format!("  {line}"))));
            let all = holding.znodes();
            lines.extend(
                all.iter()
                    .take(MAX_LISTED)
                    .map(|held| (Mark::Old, held.path.clone())),
            );
            if all.len() > MAX_LISTED {
                let rest = counted(all.len() - MAX_LISTED, "more znode");
                lines.push((Mark::Old, format!("and {rest}")));
            }
            lines
        }
        Change::Recreate(znodes) => {
            let summary = format!("creates {} again", counted(znodes.len(), "znode"));
            let listed = znodes.iter().take(MAX_LISTED);
            [(Mark::Plain, summary)]
                .into_iter()
                .chain(listed.map(|held| (Mark::New, held.path.clone())))
                .collect()
        }
        Change::SetAcl {
            acl, seen, version, ..
        } => {
            let mut lines = vec![(
                Mark::Plain,
                format!("if its ACL is still at version {version}"),
            )];
            lines.extend(no_digests(acl));
            lines.extend(nobody_left(acl));
            lines.extend(line_diff(&acl_text::write(seen), &acl_text::write(acl)));
            lines
        }
        Change::SetQuota { limits, seen, .. } => {
            let shown = |limits: Option<&StatsTrack>| {
                limits.map_or_else(String::new, |limits| {
                    let fields = quota::fields(limits).into_iter();
                    let set = fields.filter(|(_, value)| !value.is_empty());
                    let lines = set.map(|(name, value)| format!("{name}: {value}"));
                    lines.collect::<Vec<_>>().join("\n")
                })
            };
            let old = shown(seen.as_ref().map(|(limits, _)| limits));
            let note = "soft limits are only logged; hard ones refuse writes (since 3.7, where \
                        zookeeper.enforceQuota=true)";
            [(Mark::Plain, note.to_owned())]
                .into_iter()
                .chain(line_diff(&old, &shown(limits.as_ref())))
                .collect()
        }
    };
    Review { lines, asks }
}

fn created(data: &[u8], acl: &[Acl], kind: Kind) -> Vec<(Mark, String)> {
    let what = match kind {
        Kind::Persistent => "a persistent znode".to_owned(),
        Kind::Sequential => "a persistent znode with a number behind its name".to_owned(),
        Kind::Container => "a container: the server removes it once it had children and has \
                            none"
            .to_owned(),
        Kind::Ttl { ttl_ms } => format!(
            "a znode that the server removes {} ms after its last change, if it has no children",
            count(u64::try_from(ttl_ms).unwrap_or(0))
        ),
    };
    let mut lines = vec![(
        Mark::Plain,
        format!("{what}, {} bytes", count(data.len() as u64)),
    )];
    lines.extend(no_digests(acl));
    lines.extend(nobody_left(acl));
    let entries = acl_text::write(acl);
    lines.extend(
        entries
            .lines()
            .map(|line| (Mark::New, format!("acl {line}"))),
    );
    if !data.is_empty() {
        lines.extend(data_diff(&[], data));
    }
    lines
}

/// Entries whose id no password opens.
fn no_digests(acl: &[Acl]) -> impl Iterator<Item = (Mark, String)> {
    let wrong = acl.iter().filter(|entry| acl_text::is_no_digest(entry));
    wrong.map(|entry| {
        let text = format!(
            "{}:{} is not a digest (28 characters of base64 after the user): no password opens it",
            entry.id.scheme, entry.id.id
        );
        (Mark::Warning, text)
    })
}

/// A list that nobody may change again.
fn nobody_left(acl: &[Acl]) -> Option<(Mark, String)> {
    acl.iter()
        .all(|entry| entry.perms & perms::ADMIN == 0 || acl_text::is_no_digest(entry))
        .then(|| {
            let text = "nobody has the right \"a\": only the super user can change this ACL again";
            (Mark::Warning, text.to_owned())
        })
}

fn no_json_any_more(old: &[u8], new: &[u8]) -> Option<(Mark, String)> {
    let is_structured = |bytes: &[u8]| {
        bytes.trim_ascii_start().starts_with(b"{") || bytes.trim_ascii_start().starts_with(b"[")
    };
    if !is_structured(old) || serde_json::from_slice::<serde::de::IgnoredAny>(old).is_err() {
        return None;
    }
    let fault = serde_json::from_slice::<serde::de::IgnoredAny>(new).err()?;
    Some((
        Mark::Warning,
        format!("was JSON and is none any more: {fault}"),
    ))
}

fn data_diff(old: &[u8], new: &[u8]) -> Vec<(Mark, String)> {
    let (Ok(old), Ok(new)) = (std::str::from_utf8(old), std::str::from_utf8(new)) else {
        return vec![(Mark::Plain, "bytes that are no text".to_owned())];
    };
    // One long line of JSON is compared by its parts.
    let pretty = |text: &str| {
        let is_json = json::fault(text.as_bytes()).is_none();
        is_json.then(|| json::indented(text).0)
    };
    if old != new
        && old.lines().count() == 1
        && let (Some(old), Some(new)) = (pretty(old), pretty(new))
    {
        if old == new {
            return vec![(Mark::Plain, "only the spacing differs".to_owned())];
        }
        return line_diff(&old, &new);
    }
    line_diff(old, new)
}

/// Changed lines and some around them.
fn line_diff(old: &str, new: &str) -> Vec<(Mark, String)> {
    if old == new {
        return vec![(Mark::Plain, "nothing differs".to_owned())];
    }
    if old.lines().count() > MAX_LINES || new.lines().count() > MAX_LINES {
        return vec![(Mark::Plain, "too many lines to compare here".to_owned())];
    }
    let diff = TextDiff::from_lines(old, new);
    let mut lines = Vec::new();
    for (number, group) in diff.grouped_ops(CONTEXT).iter().enumerate() {
        if number > 0 {
            lines.push((Mark::Plain, "...".to_owned()));
        }
        for part in group.iter().flat_map(|op| diff.iter_changes(op)) {
            let mark = match part.tag() {
                ChangeTag::Equal => Mark::Plain,
                ChangeTag::Delete => Mark::Old,
                ChangeTag::Insert => Mark::New,
            };
            let text = part.value().trim_end_matches('\n').to_owned();
            lines.push((mark, text));
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use zoowarden_shared::stat::Stat;

    use super::*;
    use crate::model::znode::holding::Holding;

    fn set(seen: &'static str, data: &'static str) -> Vec<(Mark, String)> {
        review(&Change::SetData {
            path: "/a".into(),
            data: Bytes::from_static(data.as_bytes()),
            seen: Bytes::from_static(seen.as_bytes()),
            version: 3,
        })
        .lines
    }

    #[test]
    fn an_edit_shows_what_goes_and_what_comes() {
        let lines = set("a\nb\nc\n", "a\nB\nc\n");
        assert_eq!(
            lines[0].1,
            "6 bytes -> 6 bytes, if it is still at version 3"
        );
        assert!(lines.contains(&(Mark::Old, "b".into())));
        assert!(lines.contains(&(Mark::New, "B".into())));
    }

    #[test]
    fn one_line_of_json_is_compared_by_its_parts() {
        let lines = set(r#"{"a":1,"b":2}"#, r#"{"a":1,"b":3}"#);
        assert!(
            lines.contains(&(Mark::Old, "  \"b\": 2".into())),
            "{lines:?}"
        );
        assert!(!lines.contains(&(Mark::Old, "  \"a\": 1,".into())));
        let digits = set(r#"{"a":1.1}"#, r#"{"a":1.10}"#);
        assert!(
            digits.contains(&(Mark::New, "  \"a\": 1.10".into())),
            "{digits:?}"
        );
        let broken = set(r#"{"a":1}"#, r#"{"a":1"#);
        assert!(broken.iter().any(|(mark, _)| *mark == Mark::Warning));
    }

    #[test]
    fn a_family_is_deleted_only_by_its_name() {
        let mut holding = Holding::default();
        holding.add("/a", &Stat::default(), None);
        assert_eq!(review(&Change::Delete(holding.clone())).asks, Asks::Yes);
        holding.add("/a/b", &Stat::default(), None);
        let review = review(&Change::Delete(holding));
        assert_eq!(review.asks, Asks::Text("a".into()));
        assert!(review.lines.contains(&(Mark::Old, "/a/b".into())));
    }

    #[test]
    fn an_acl_that_nobody_could_change_again_is_warned_of() {
        let acl = acl_text::read("world:anyone:r").unwrap();
        let lines = review(&Change::SetAcl {
            path: "/a".into(),
            acl,
            seen: Acl::open(),
            version: 0,
        })
        .lines;
        assert!(lines.iter().any(|(mark, _)| *mark == Mark::Warning));
        assert!(lines.contains(&(Mark::Old, "world:anyone:cdrwa".into())));
    }

    #[test]
    fn an_entry_that_no_password_opens_is_warned_of_and_keeps_nobody_in() {
        let acl = acl_text::read("digest:bob:pw:cdrwa").unwrap();
        let kind = Kind::Persistent;
        let set = Change::SetAcl {
            path: "/a".into(),
            acl: acl.clone(),
            seen: Acl::open(),
            version: 0,
        };
        for lines in [created(b"", &acl, kind), review(&set).lines] {
            let warned = |text: &str| {
                let mut warned = lines.iter().filter(|(mark, _)| *mark == Mark::Warning);
                warned.any(|(_, line)| line.contains(text))
            };
            let no_digest = "digest:bob:pw is not a digest (28 characters of base64";
            assert!(warned(no_digest), "{lines:?}");
            assert!(
                warned("only the super user can change this ACL"),
                "{lines:?}"
            );
        }
    }
}
