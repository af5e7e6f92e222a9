//! Everything the screens are drawn from. No terminal, no sockets, no clock in here.
//!
//! ```text
//!   clock     time as an argument        probe    what one poll found out
//!   pulse     its own heartbeats
//!   beats     the heartbeat strip        member   report, beats and zxids of one member
//!   lag       transactions behind the leader;  member_clock  its clock against ours
//!   roster    who the members are, and where each can be asked
//!   verdict   one sentence on the ensemble, from all members;  zones  what a zone's loss leaves
//!   sessions  the join of all members' sessions
//!   tree      znodes that have been looked at;  wanted   what the screen needs of them
//!   znode     what can be done to a znode;  find  looking for znodes;  text_area  typing
//!   session   our own session            memory   what is kept on disk between runs
//!   history   what happened, line by line;  happening  one of them, and how it is said
//!   chosen    what is chosen, as it is copied;  choices  what can be done with it
//!   story     one of them in full;  cause   why there was an election
//!   links     links between the members and from here;  rates   writes and fsyncs over time
//!   carriers  which voters a commit waits for
//!   next_step what to do next, in words;  recovery  the gate that is open, what can be done
//!   crowd     in the demo: what its clients count from their side;  breaks  what can be broken
//!   alarm     what is wrong, and what is told of it
//!   metrics   all numbers that members tell, over a quarter of an hour
//!   survey    what members are asked beside their polls;  watches  their watches, joined
//!   others    other consoles on this cluster;  own_audit  this console's log of its actions
//!   palette   what `:` finds;  pages  text over the screen;  privacy  what `p` hides
//!   replay    where a replay is;  carried  what of a model outlives a cluster's page
//!   ui        screen, selection, sort, filter;  rows   the rows in the order drawn
//! ```

use serde::{Deserialize, Serialize};

pub mod alarm;
pub mod beats;
pub mod breaks;
mod carried;
pub mod carriers;
pub mod cause;
pub mod choices;
pub mod chosen;
pub mod clock;
pub mod concern;
pub mod crowd;
pub mod drill;
pub mod filter;
pub mod find;
pub mod happening;
pub mod history;
pub mod lag;
pub mod layout;
pub mod links;
pub mod member;
pub mod member_clock;
pub mod memo;
pub mod memory;
pub mod metrics;
pub mod naming;
pub mod next_step;
pub mod others;
pub mod own_audit;
pub mod pages;
pub mod palette;
pub mod privacy;
pub mod probe;
pub mod pulse;
pub mod rates;
pub mod recovery;
pub mod replay;
pub mod roster;
pub mod rows;
pub mod session;
pub mod sessions;
pub mod story;
pub mod survey;
pub mod text_area;
pub mod tips;
pub mod tree;
pub mod ui;
pub mod verdict;
pub mod wanted;
pub mod watches;
pub mod znode;
pub mod zones;

use std::collections::BTreeMap;

use crate::{
    demo::{MemberEnd, Supervised},
    keymap::bound::Keys,
    reach::way::Way,
};
use alarm::{Alarms, settings::AlarmSettings};
use breaks::Breaks;
use carriers::Carriers;
use clock::Now;
use crowd::Cost;
use history::History;
use links::Links;
use member::{Member, Vote};
use metrics::Metrics;
use others::Others;
use own_audit::OwnAudit;
use rates::Rates;
use recovery::Recovery;
use replay::Replay;
use roster::{Known, split};
use session::OwnSession;
use sessions::Sessions;
use survey::Survey;
use tree::Tree;
use ui::{Said, Ui};
use znode::desk::Desk;
use zones::Zones;
use zoowarden_shared::admin::{
    Role,
    verdict::{EnsembleFacts, Judgement, judge},
};

/// The cluster as the operator named it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cluster {
    /// Its name, or the addresses that were given.
    pub name: String,
    /// Such as `PROD`, drawn as `[PROD]`.
    pub tag: Option<String>,
    /// As a command line names it, such as `--connect zk1:2181`; empty in a replay.
    pub named_by: String,
    /// A colour's name as console.toml has it, already checked.
    pub colour: Option<String>,
    /// The console spawned it: DEMO stands on every screen.
    pub demo: bool,
    /// In a demo, the members' processes by their client addresses.
    pub pids: BTreeMap<String, u32>,
    /// How it is reached.
    pub way: Way,
    /// Where its members stand.
    pub zones: Zones,
    /// Other clusters of the fleet: where there are any, the top of this one is not the top.
    pub others: usize,
    /// More to say about it, such as a tip in the demo or other configured clusters.
    pub note: Option<String>,
}

impl Cluster {
    /// As notices call it: DEMO stands before a demo's name.
    #[must_use]
    pub fn told_as(&self) -> String {
        let mark = if self.demo { "DEMO " } else { "" };
        format!("{mark}{}", self.name)
    }
}

/// What the console itself costs the ensemble.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Load {
    /// Requests of all kinds to all members, over the last few seconds; `None` before them.
    pub requests_per_s: Option<f64>,
    pub watches: usize,
    /// Open streams of heartbeats.
    pub streams: usize,
}

/// The whole state of the console.
#[derive(Clone, Debug)]
pub struct Model {
    pub now: Now,
    pub cluster: Cluster,
    pub known: Known,
    /// In the order of the roster: by id, those without one last.
    pub members: Vec<Member>,
    /// Who leads, and since when it has been known.
    pub led: Option<(String, u64)>,
    /// When the leader was last seen to have stopped leading.
    pub leader_ended_mono_ms: Option<u64>,
    /// The configuration was read from the ensemble, not from an older run's memory.
    pub config_is_fresh: bool,
    /// Judged anew after every event.
    pub verdict: Judgement,
    /// Since when its word has been what it is.
    pub verdict_since_mono_ms: u64,
    /// What was before it, this console did not see.
    pub opened_mono_ms: u64,
    pub history: History,
    pub alarms: Alarms,
    pub links: Links,
    pub recovery: Recovery,
    pub rates: Rates,
    pub carriers: Carriers,
    pub metrics: Metrics,
    pub survey: Survey,
    pub others: Others,
    pub own_audit: OwnAudit,
    /// Other clusters of the fleet that are in trouble, by name.
    pub elsewhere: Vec<String>,
    /// The operator's read-only hooks: what is run on a member's host, by name.
    pub hooks: BTreeMap<String, Vec<String>>,
    /// Where the operator's runbooks are, by the rule's name.
    pub runbooks: BTreeMap<String, String>,
    /// In the demo, what its clients count.
    pub crowd: Option<Cost>,
    /// In the demo, members' processes that have ended and do not run again, by client
    /// address.
    pub ended: BTreeMap<String, MemberEnd>,
    /// In the demo, what their supervisors said last, by client address.
    pub supervised: BTreeMap<String, Supervised>,
    /// In `zoowarden drill`: what is exercised.
    pub drill: Option<Box<drill::Drill>>,
    pub session: OwnSession,
    pub sessions: Sessions,
    pub tree: Tree,
    pub desk: Desk,
    /// The operator has said `--read-only`.
    pub read_only: bool,
    /// The table of keys as the operator has bound them.
    pub keys: Keys,
    /// In a demo: what was broken from here.
    pub breaks: Breaks,
    pub ui: Ui,
    pub load: Load,
    /// The oldest moment that this run's recording still holds; `None` while nothing is
    /// recorded.
    pub recording_since_wall_ms: Option<i64>,
    /// When the last console that wrote the memory saw the ensemble; shown until the first
    /// member answers.
    pub remembered_wall_ms: Option<i64>,
    /// When the memory was last written.
    pub kept_mono_ms: u64,
    /// What the shell was last told to watch.
    pub watching: Vec<String>,
    /// A recording is shown.
    pub replay: Option<Replay>,
    /// The picture that `f` has frozen: all of it but the alarms is drawn from here.
    pub frozen: Option<Box<Model>>,
    /// When was last looked at what follows from all that was told.
    pub observed_mono_ms: u64,
    /// Something that is drawn has changed since the last drawing.
    pub is_dirty: bool,
    /// The same, by heartbeats alone, which are drawn at their own pace.
    pub has_new_beats: bool,
}

impl Model {
    /// A model that knows only the addresses that the operator gave.
    #[must_use]
    pub fn new(
        now: Now,
        cluster: Cluster,
        seeds: Vec<String>,
        address_map: BTreeMap<String, String>,
    ) -> Self {
        let mut model = Self {
            now,
            keys: Keys::default(),
            breaks: Breaks::default(),
            cluster,
            known: Known {
                seeds,
                address_map,
                ..Known::default()
            },
            members: Vec::new(),
            led: None,
            leader_ended_mono_ms: None,
            config_is_fresh: false,
            verdict: judge(&EnsembleFacts {
                members: &[],
                voters: None,
                lag_bound: 0,
            }),
            verdict_since_mono_ms: now.mono_ms,
            opened_mono_ms: now.mono_ms,
            history: History::default(),
            alarms: Alarms::new(AlarmSettings::default()),
            links: Links::default(),
            recovery: Recovery::default(),
            rates: Rates::default(),
            carriers: Carriers::default(),
            metrics: Metrics::default(),
            survey: Survey::default(),
            others: Others::since(now),
            own_audit: OwnAudit::default(),
            elsewhere: Vec::new(),
            hooks: BTreeMap::new(),
            runbooks: BTreeMap::new(),
            crowd: None,
            ended: BTreeMap::new(),
            supervised: BTreeMap::new(),
            drill: None,
            session: OwnSession::default(),
            sessions: Sessions::default(),
            tree: Tree::default(),
            desk: Desk::default(),
            read_only: false,
            ui: Ui::default(),
            load: Load::default(),
            recording_since_wall_ms: None,
            remembered_wall_ms: None,
            kept_mono_ms: 0,
            watching: Vec::new(),
            replay: None,
            frozen: None,
            observed_mono_ms: 0,
            is_dirty: true,
            has_new_beats: false,
        };
        model.reroster();
        model.judge();
        model
    }

    /// Tells the operator what a key has done.
    pub fn say(&mut self, text: String) {
        self.tell_operator(text, false);
    }

    /// Tells the operator why a key has done nothing.
    pub fn say_fault(&mut self, text: String) {
        self.tell_operator(text, true);
    }

    fn tell_operator(&mut self, text: String, is_fault: bool) {
        self.ui.said = Some(Said {
            at_mono_ms: self.now.mono_ms,
            text,
            is_fault,
        });
    }

    /// Joins what is known of the members anew, keeping what was seen of each.
    pub fn reroster(&mut self) {
        let mut old: Vec<Member> = std::mem::take(&mut self.members);
        let heard = old.iter().filter(|member| member.heard_mono_ms.is_some());
        let heard = heard.map(|member| member.address.clone());
        self.known.answered.extend(heard);
        for place in self.known.places() {
            let kept = old
                .iter()
                .position(|member| member.address == place.address);
            let mut member =
                kept.map_or_else(|| Member::new(place.address.clone()), |i| old.remove(i));
            member.sid = place.sid.or(member.sid);
            member.vote = match place.votes {
                _ if place.is_outside => Vote::Outside,
                Some(true) => Vote::Participant,
                Some(false) => Vote::Observer,
                None => Vote::Unknown,
            };
            member.port_guessed = place.port_guessed;
            member.unaddressed = place.unaddressed;
            self.members.push(member);
        }
    }

    /// Judges the ensemble anew.
    pub fn judge(&mut self) {
        let before = self.verdict.verdict;
        verdict::note_trouble(self);
        self.verdict = verdict::verdict(self);
        if self.verdict.verdict != before {
            self.verdict_since_mono_ms = self.now.mono_ms;
        }
    }

    /// The addresses to poll, and every host whose address decides who is who.
    #[must_use]
    pub fn to_watch(&self) -> (Vec<String>, Vec<String>) {
        let can_be_asked = self
            .members
            .iter()
            .filter(|member| member.unaddressed.is_none());
        let addresses = can_be_asked.map(|member| member.address.clone()).collect();
        let servers = self.known.config.servers.values();
        let mut hosts: Vec<String> = servers
            .flat_map(|server| &server.addresses)
            .map(|peer| peer.host.clone())
            .chain(
                self.known
                    .config
                    .client_addresses()
                    .map(|(_, client)| client.host.clone()),
            )
            .chain(self.known.seeds.iter().map(|seed| split(seed).0.to_owned()))
            .collect();
        hosts.sort_unstable();
        hosts.dedup();
        (addresses, hosts)
    }

    /// The member at this address.
    #[must_use]
    pub fn member(&self, address: &str) -> Option<&Member> {
        self.members.iter().find(|member| member.address == address)
    }

    /// The member that now says it leads; with two, the one of the higher epoch.
    #[must_use]
    pub fn leader(&self) -> Option<&Member> {
        self.members
            .iter()
            .filter(|member| {
                matches!(
                    member.current_role(self.now),
                    Some(Role::Leader | Role::Standalone)
                )
            })
            .max_by_key(|member| member.facts.zxid)
    }
}
