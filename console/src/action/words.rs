//! The actions as the command line writes them.

use zoowarden_shared::{SessionId, Sid, config::ServerSpec};

use super::spec::{Action, Joiner, Kind, Spare, Who};

/// How many of a member's clients move where nobody says, and the most that may at once.
pub const REBALANCE_PERCENT: u8 = 10;

impl Action {
    /// The action of these words: `replace 3 by 4`.
    ///
    /// # Errors
    /// In words, what was expected.
    pub fn parse(words: &[String]) -> Result<Self, String> {
        let Some((name, arguments)) = words.split_first() else {
            return Err(format!("expected an action: {}", names()));
        };
        let kind = Kind::ALL.into_iter().find(|kind| kind.name() == name);
        let kind =
            kind.ok_or_else(|| format!("expected an action ({}), found \"{name}\"", names()))?;
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        parse_arguments(kind, &arguments).map_err(|found| {
            let expected = format!("{name} {}", kind.arguments());
            format!("expected: {}; {found}", expected.trim_end())
        })
    }

    /// The words that [`Self::parse`] takes for it.
    #[must_use]
    pub fn command_line(&self) -> Vec<String> {
        let mut words = vec![self.kind().name().to_owned()];
        match self {
            Self::Start { member } | Self::Restart { member } | Self::Snapshot { member } => {
                words.push(member.to_string());
            }
            Self::RollingRestart { done } => {
                if !done.is_empty() {
                    let done: Vec<String> = done.iter().map(Who::to_string).collect();
                    words.extend(["after".to_owned(), done.join(",")]);
                }
            }
            Self::TransferLeadership { to: sid }
            | Self::Promote { member: sid }
            | Self::Remove { member: sid }
            | Self::Demote { member: sid }
            | Self::Resync { member: sid } => words.push(sid.to_string()),
            Self::Replace { old, by } => {
                words.extend([old.to_string(), "by".to_owned()]);
                words.push(match by {
                    Spare::Observer(sid) => sid.to_string(),
                    Spare::Joiner(joiner) => server_line(joiner),
                });
            }
            Self::Add { joiner } => words.push(server_line(joiner)),
            Self::KillSession { session } => words.push(session.to_string()),
            Self::Rebalance { from, percent } => {
                words.extend([from.to_string(), percent.to_string()]);
            }
            Self::Restore { file } => words.push(file.clone()),
            Self::QuorumLoss => {}
        }
        words
    }
}

fn names() -> String {
    Kind::ALL.map(Kind::name).join(", ")
}

/// `server.N=...` of a joiner.
#[must_use]
pub fn server_line(joiner: &Joiner) -> String {
    format!("server.{}={}", joiner.sid, joiner.spec)
}

fn parse_arguments(kind: Kind, arguments: &[&str]) -> Result<Action, String> {
    let found = || match arguments {
        [] => "found nothing after it".to_owned(),
        some => format!("found \"{}\"", some.join(" ")),
    };
    Ok(match (kind, arguments) {
        (Kind::Start, [member]) => Action::Start {
            member: who(member)?,
        },
        (Kind::Restart, [member]) => Action::Restart {
            member: who(member)?,
        },
        (Kind::RollingRestart, []) => Action::RollingRestart { done: Vec::new() },
        (Kind::RollingRestart, ["after", done]) => Action::RollingRestart {
            done: done.split(',').map(who).collect::<Result<_, _>>()?,
        },
        (Kind::TransferLeadership, [to]) => Action::TransferLeadership { to: sid(to)? },
        (Kind::Replace, [old, "by", by]) => Action::Replace {
            old: sid(old)?,
            by: match joiner(by) {
                Some(joiner) => Spare::Joiner(joiner?),
                None => Spare::Observer(sid(by)?),
            },
        },
        (Kind::Add, [line]) => Action::Add {
            joiner: joiner(line).ok_or_else(found)??,
        },
        (Kind::Promote, [member]) => Action::Promote {
            member: sid(member)?,
        },
        (Kind::Remove, [member]) => Action::Remove {
            member: sid(member)?,
        },
        (Kind::Demote, [member]) => Action::Demote {
            member: sid(member)?,
        },
        (Kind::KillSession, [session]) => Action::KillSession {
            session: session_id(session)?,
        },
        (Kind::Rebalance, [from]) => Action::Rebalance {
            from: who(from)?,
            percent: REBALANCE_PERCENT,
        },
        (Kind::Rebalance, [from, percent]) => Action::Rebalance {
            from: who(from)?,
            percent: percent
                .parse()
                .ok()
                .filter(|percent| (1..=100).contains(percent))
                .ok_or_else(|| format!("expected 1 to 100 percent, found \"{percent}\""))?,
        },
        (Kind::Snapshot, [member]) => Action::Snapshot {
            member: who(member)?,
        },
        (Kind::Resync, [member]) => Action::Resync {
            member: sid(member)?,
        },
        (Kind::Restore, [file]) if !file.is_empty() => Action::Restore {
            file: (*file).to_owned(),
        },
        (Kind::QuorumLoss, []) => Action::QuorumLoss,
        _ => return Err(found()),
    })
}

fn who(text: &str) -> Result<Who, String> {
    if let Ok(sid) = sid(text) {
        return Ok(Who::Sid(sid));
    }
    let (host, port) = crate::model::roster::split(text);
    if host.is_empty() || port.is_none() {
        return Err(format!(
            "expected a member's id or HOST:PORT, found \"{text}\""
        ));
    }
    Ok(Who::Address(text.to_owned()))
}

fn sid(text: &str) -> Result<Sid, String> {
    let number = text.parse().ok().filter(|sid| (0..=255).contains(sid));
    number
        .map(Sid)
        .ok_or_else(|| format!("expected a server's id, 0 to 255, found \"{text}\""))
}

/// `None` where it does not even begin as a server line.
fn joiner(text: &str) -> Option<Result<Joiner, String>> {
    let (id, spec) = text.strip_prefix("server.")?.split_once('=')?;
    Some(sid(id).and_then(|sid| {
        let spec: ServerSpec = spec.parse().map_err(|wrong| format!("{wrong}"))?;
        Ok(Joiner { sid, spec })
    }))
}

fn session_id(text: &str) -> Result<SessionId, String> {
    let id = text
        .strip_prefix("0x")
        .and_then(|digits| u64::from_str_radix(digits, 16).ok());
    // Ids are negative where the sid's first bit is set: sixteen digits are one.
    id.map(|id| SessionId(id as i64))
        .filter(|id| *id != SessionId::NONE)
        .ok_or_else(|| {
            format!("expected a session's id, 0x and hexadecimal digits, found \"{text}\"")
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Action, String> {
        let words: Vec<String> = line.split(' ').map(str::to_owned).collect();
        Action::parse(&words)
    }

    #[test]
    fn every_action_is_written_as_it_is_read() {
        for line in [
            "start 3",
            "restart 127.0.0.1:2181",
            "rolling-restart",
            "rolling-restart after 1,2",
            "transfer-leadership 2",
            "replace 3 by 4",
            "replace 3 by server.4=zk4:2888:3888:participant;zk4:2181",
            "add server.4=zk4:2888:3888:observer;zk4:2181",
            "promote 4",
            "remove 3",
            "demote 3",
            "kill-session 0x300000000000001",
            "rebalance 1 5",
            "snapshot 2",
            "resync 2",
            "restore snapshot.100000007",
            "quorum-loss",
        ] {
            let action = parse(line).unwrap_or_else(|wrong| panic!("{line}: {wrong}"));
            assert_eq!(action.command_line().join(" "), line);
        }
    }

    #[test]
    fn what_is_no_action_says_what_was_expected() {
        let wrong = |line: &str| parse(line).unwrap_err();
        assert!(wrong("explode 3").contains("rolling-restart"));
        assert_eq!(
            wrong("restart"),
            "expected: restart MEMBER; found nothing after it"
        );
        assert!(wrong("replace 3 with 4").contains("found \"3 with 4\""));
        assert!(wrong("promote zk4").contains("expected a server's id"));
        assert!(wrong("kill-session 7").contains("0x"));
        assert!(wrong("kill-session 0x0").contains("0x"));
        assert!(wrong("rebalance 1 101").contains("1 to 100"));
        assert!(wrong("add 4").contains("server.N="));
    }
}
