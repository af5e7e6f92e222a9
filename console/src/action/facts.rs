//! One fresh poll of all members: what every judgement rests on. Silence counts as dead.

use zoowarden_shared::{
    Epoch, SessionId, Sid, Zxid,
    admin::{Role, verdict::DEFAULT_LAG_BOUND},
    config::DynamicConfig,
};

use super::{disk::Disk, file::SnapshotFile, judgement::Quorum, spec::Who};
use crate::model::{clock::Now, probe::Fault};

/// Quorum checks on a stuck member yield once no write was acknowledged for so long.
pub const STOPPED_MS: u64 = 10_000;

/// How far back changes of the leader are counted.
pub const ELECTIONS_MS: u64 = 600_000;

/// How a member answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    Serving {
        ms: u64,
    },
    /// Alive, without a quorum or not yet joined.
    NotServing {
        ms: u64,
    },
    /// Alive; every word that would tell more is closed.
    Shut {
        ms: u64,
    },
    Silent(Fault),
    /// It cannot be asked: no address is known.
    NotAsked(String),
}

/// Whether clients' writes are acknowledged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Writes {
    /// A member that has a quorum serves.
    Succeed,
    /// None was acknowledged for so long.
    Stopped { for_ms: u64 },
}

/// What tells one run of a process from the next.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Run {
    /// Since it began to serve, milliseconds; `mntr` or the AdminServer tells.
    pub uptime_ms: Option<u64>,
    /// Requests that it has received; they are counted anew by each process.
    pub received: Option<i64>,
}

/// A member's AdminServer, where it answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AdminFacts {
    /// `host:port`.
    pub address: String,
    /// The commands that it lists.
    pub commands: Vec<String>,
    /// How far its clock is ahead of this console's, to about a second; `None`: not told.
    pub clock_ahead_ms: Option<i64>,
}

/// What a newcomer's disk has room for; `None` for what is not told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Room {
    /// Free on the newcomer's disk, bytes.
    pub free_bytes: Option<u64>,
    /// The leader's newest snapshot, bytes: it is copied.
    pub snapshot_bytes: Option<u64>,
}

/// One member.
#[derive(Clone, Debug, PartialEq)]
pub struct MemberFacts {
    /// Its client address, or a name where none is known.
    pub address: String,
    pub sid: Option<Sid>,
    /// What sentences call it.
    pub name: String,
    pub answer: Answer,
    /// Whether it is one of ours; `None` where it does not tell its version.
    pub is_ours: Option<bool>,
    pub version: Option<String>,
    pub role: Option<Role>,
    /// Role and Zab phase, where it tells.
    pub phase: Option<String>,
    /// Whether the configuration gives it a vote.
    pub votes: bool,
    /// Whether it serves, and counts for nothing: nothing passes between it and the leader, or
    /// it leads in an epoch that is over. Both take a while to notice.
    pub is_cut_off: bool,
    /// Whether it says that it cannot vouch for its data: it has no vote to give until it has
    /// taken a leader's.
    pub abstains: bool,
    pub zxid: Option<Zxid>,
    /// Transactions behind the leader, within its epoch.
    pub lag: Option<u64>,
    pub connections: Option<u64>,
    /// Sessions of the whole ensemble, as it counts them.
    pub sessions: Option<u64>,
    pub run: Run,
    /// Of a leader: since when it leads.
    pub leads_ms: Option<u64>,
    /// Sessions that it has let expire; a leader does.
    pub expired: Option<u64>,
    /// Of a leader: learners that it is bringing into step.
    pub syncing: Option<u64>,
    /// The version of the configuration that it has; read where a reconfig is judged.
    pub config_version: Option<i64>,
    pub admin: Option<AdminFacts>,
}

impl MemberFacts {
    /// Whether it answers and serves with a quorum behind it.
    #[must_use]
    pub fn serves(&self) -> bool {
        matches!(self.answer, Answer::Serving { .. })
            && self.role.is_none_or(|role| role.takes_writes())
    }

    /// Whether it follows or leads and keeps up.
    #[must_use]
    pub fn is_synced(&self) -> bool {
        self.serves() && !self.is_cut_off && self.lag.is_none_or(|lag| lag < DEFAULT_LAG_BOUND)
    }

    /// Whether it says anything at all.
    #[must_use]
    pub fn is_alive(&self) -> bool {
        matches!(
            self.answer,
            Answer::Serving { .. } | Answer::NotServing { .. } | Answer::Shut { .. }
        )
    }

    /// Whether it is there and has a vote to give.
    #[must_use]
    pub fn could_vote(&self) -> bool {
        self.is_alive() && !self.abstains
    }

    /// The same, and the others would hear it.
    #[must_use]
    pub fn could_elect(&self) -> bool {
        self.could_vote() && !self.is_cut_off
    }

    /// Whether it leads.
    #[must_use]
    pub fn leads(&self) -> bool {
        self.says_it_leads() && !self.is_cut_off
    }

    /// Whether it says that it leads: a former leader does until it notices.
    #[must_use]
    pub fn says_it_leads(&self) -> bool {
        self.serves() && matches!(self.role, Some(Role::Leader | Role::Standalone))
    }

    /// How an action names it.
    #[must_use]
    pub fn who(&self) -> Who {
        match self.sid {
            Some(sid) => Who::Sid(sid),
            None => Who::Address(self.address.clone()),
        }
    }

    /// Its AdminServer, where that lists this command.
    #[must_use]
    pub fn admin_with(&self, command: &str) -> Option<&AdminFacts> {
        self.admin
            .as_ref()
            .filter(|admin| admin.commands.iter().any(|one| one == command))
    }

    /// How it answered, in few words.
    #[must_use]
    pub fn answered(&self) -> String {
        match &self.answer {
            Answer::Serving { .. } if self.says_it_leads() && self.is_cut_off => {
                "leads in an epoch that is over".to_owned()
            }
            Answer::Serving { .. } if self.is_cut_off => "is cut off from the leader".to_owned(),
            Answer::Serving { ms } => format!("answered in {ms} ms"),
            Answer::NotServing { ms } => format!("does not serve ({ms} ms)"),
            Answer::Shut { ms } => format!("alive, all words closed ({ms} ms)"),
            Answer::Silent(fault) => format!("{}: counted dead", fault.shown()),
            Answer::NotAsked(why) => format!("cannot be asked: {why}"),
        }
    }
}

/// The session that an action is about, joined over all members.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionFacts {
    pub id: SessionId,
    /// It is this console's own.
    pub is_ours: bool,
    /// Whether it lives; `None` where nobody tells.
    pub lives: Option<bool>,
    /// Its client's address, and the member that has the connection.
    pub client: Option<(String, String)>,
    /// Its ephemerals' paths, or why they are not known.
    pub ephemerals: Result<Vec<String>, String>,
}

/// Changes of the leader, as far as somebody has looked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Elections {
    /// Seen within [`ELECTIONS_MS`].
    pub seen: usize,
    /// For how long this console has been looking, milliseconds.
    pub watched_ms: u64,
}

/// The ensemble at one moment.
#[derive(Clone, Debug, PartialEq)]
pub struct Facts {
    /// When the poll ended.
    pub at: Now,
    /// What each member was given to answer, milliseconds.
    pub deadline_ms: u64,
    /// In the order of their ids.
    pub members: Vec<MemberFacts>,
    /// `/zookeeper/config`; `None` where nobody lets it be read.
    pub config: Option<DynamicConfig>,
    pub writes: Writes,
    pub elections: Elections,
    /// Who else acts on these members now, and what he does; a list has not asked.
    pub acting: Option<String>,
    /// A storm of connections that lasts, in a sentence, where this console saw one.
    pub storm: Option<String>,
    pub session: Option<SessionFacts>,
    /// Servers outside the configuration that were asked because an action names them.
    pub strangers: Vec<MemberFacts>,
    /// The voters' disks, where an action compares them; `None`: not looked at, as in a list.
    pub disks: Option<Vec<Disk>>,
    /// The disk of who takes a lost member's place, where an action asks; `None`: not looked at.
    pub room: Option<Room>,
    /// The snapshot that an action brings, or why it cannot be; `None`: not looked at.
    pub file: Option<Result<SnapshotFile, String>>,
}

impl Facts {
    /// The member of this id or address.
    #[must_use]
    pub fn member(&self, who: &Who) -> Option<&MemberFacts> {
        self.members.iter().find(|member| match who {
            Who::Sid(sid) => member.sid == Some(*sid),
            Who::Address(address) => member.address == *address,
        })
    }

    /// The member of this id.
    #[must_use]
    pub fn sid(&self, sid: Sid) -> Option<&MemberFacts> {
        self.members.iter().find(|member| member.sid == Some(sid))
    }

    /// The member that leads; with two, the one of the higher epoch.
    #[must_use]
    pub fn leader(&self) -> Option<&MemberFacts> {
        self.members
            .iter()
            .filter(|member| member.leads())
            .max_by_key(|member| member.zxid)
    }

    /// Connections of a member that serves, on average; 0 where nobody tells.
    #[must_use]
    pub fn mean_connections(&self) -> u64 {
        let serving = self.members.iter().filter(|member| member.serves());
        let counts: Vec<u64> = serving.filter_map(|member| member.connections).collect();
        let all = counts.iter().fold(0, |sum: u64, n| sum.saturating_add(*n));
        all / (counts.len() as u64).max(1)
    }

    /// The leader's epoch.
    #[must_use]
    pub fn epoch(&self) -> Option<Epoch> {
        match self.leader()?.role {
            Some(Role::Standalone) => None,
            _ => self.leader()?.zxid.map(Zxid::epoch),
        }
    }

    /// The configuration's version, a zxid.
    #[must_use]
    pub fn config_version(&self) -> Option<i64> {
        self.config.as_ref().map(|config| config.version)
    }

    /// Whether the configuration in force, which is known, does not name it: it was removed, or
    /// left behind when a lost quorum went on without it.
    #[must_use]
    pub fn is_outside(&self, member: &MemberFacts) -> bool {
        let Some(config) = &self.config else {
            return false;
        };
        let is_named = |sid: Sid| config.servers.contains_key(&sid);
        match member.sid {
            Some(sid) => !is_named(sid),
            // Without an id it may be one of those whose address nobody tells.
            None => config.servers.keys().all(|sid| self.sid(*sid).is_some()),
        }
    }

    /// Of those who say that they lead, only the one of the newest epoch does.
    pub(super) fn tell_former_leaders(&mut self) {
        let newest = self.epoch();
        for member in &mut self.members {
            let epoch = member.zxid.map(Zxid::epoch);
            let is_over = epoch.zip(newest).is_some_and(|(its, newest)| its < newest);
            member.is_cut_off |= member.says_it_leads() && is_over;
        }
    }

    /// Those who vote.
    pub fn voters(&self) -> impl Iterator<Item = &MemberFacts> {
        self.members.iter().filter(|member| member.votes)
    }

    /// Voters that nobody could ask, by name: they are neither up nor down.
    #[must_use]
    pub fn never_asked(&self) -> Vec<&str> {
        self.voters()
            .filter(|member| matches!(member.answer, Answer::NotAsked(_)))
            .map(|member| member.name.as_str())
            .collect()
    }

    /// Whether somebody follows a leader that could not be asked: a quorum holds then.
    #[must_use]
    pub fn leader_is_unseen(&self) -> bool {
        self.leader().is_none()
            && self.voters().any(MemberFacts::serves)
            && !self.never_asked().is_empty()
    }

    /// Voters, and how many of them are in sync.
    #[must_use]
    pub fn quorum(&self) -> Quorum {
        self.quorum_without(&[])
    }

    /// The same as it is while these are away: they still vote, and do not answer.
    #[must_use]
    pub fn quorum_without(&self, away: &[Who]) -> Quorum {
        Quorum {
            voters: self.voters().count(),
            in_sync: self
                .voters()
                .filter(|member| member.is_synced() && !away.contains(&member.who()))
                .count(),
        }
    }

    /// How many could elect a leader among them.
    #[must_use]
    pub fn electing(&self) -> usize {
        self.voters().filter(|one| one.could_elect()).count()
    }

    /// The quorum once this one is back: it counts again, and where there is no quorum the voters
    /// that could elect do so with it, if they are enough.
    #[must_use]
    pub fn quorum_with(&self, back: &MemberFacts) -> Quorum {
        let now = self.quorum();
        let others = |one: &&MemberFacts| one.address != back.address && one.could_elect();
        let electing = self.voters().filter(others).count() + 1;
        let in_sync = match now.margin() {
            _ if !back.votes || back.is_synced() => now.in_sync,
            Some(_) => now.in_sync + 1,
            None if electing >= now.need() => electing,
            None => now.in_sync,
        };
        Quorum { in_sync, ..now }
    }

    /// Whether no write was acknowledged for so long that something must be done.
    #[must_use]
    pub fn writes_have_stopped(&self) -> bool {
        matches!(self.writes, Writes::Stopped { for_ms } if for_ms >= STOPPED_MS)
    }

    /// What has changed since an earlier poll that an action must not ignore: the leader, the
    /// epoch or the configuration.
    #[must_use]
    pub fn changed_since(&self, shown: &Self) -> Option<String> {
        let name = |facts: &Self| {
            facts
                .leader()
                .map_or("nobody".to_owned(), |leader| leader.name.clone())
        };
        if name(self) != name(shown) {
            return Some(format!("{} leads now, not {}", name(self), name(shown)));
        }
        // A standalone server has no epoch; nobody's has not changed either.
        if self.epoch() != shown.epoch() {
            let epoch = |facts: &Self| facts.epoch().map_or("?".to_owned(), |n| n.to_string());
            return Some(format!(
                "the epoch is {} now, not {}",
                epoch(self),
                epoch(shown)
            ));
        }
        if self.config_version() != shown.config_version() {
            return Some("another configuration is in force now".to_owned());
        }
        None
    }
}
