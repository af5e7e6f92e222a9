//! The shell's outer side: tasks that ask members and tell facts as events.
//!
//! ```text
//!   Command::Watch ────> member   one task a member: doors (which way to ask) + pace
//!                               + stream, the heartbeats of a member of ours
//!                        resolve  what host names mean
//!   Command::Show… ────> listing  cons and dump of all members, while they are shown
//!   Command::Ask ──────> survey  one question, once;  hook  the operator's, on a member's host
//!   Command::Announce ─> announce  our members are told that we are here
//!   Command::Knock ────> links   ports of our members that no client uses
//!   Command::Tree ─────> session  our one session: pings, /zookeeper/config, the tree
//!   Command::Find, Count > find     the tree below what is shown, slowly, on that session
//!   Command::Change ───> changes  the tree changed by it, under a `Permit`
//!   Command::Bundle ───> bundle  the ends of our members' logs, and the file
//!                        store    the memory on disk;  admin_ports  which port is whose
//!   Command::Act ──────> acting   what a gate wants: polls, plans, records
//!   Command::Break, Drill > a demo's processes
//!            all of them ──Event──> update
//! ```
//!
//! No source judges: silence, lag and the verdict are the model's. No member can hold up
//! another: each is asked by its own task, on its own sockets, under deadlines.

mod acting;
mod admin_ports;
mod announce;
mod bundle;
mod changes;
mod doors;
#[cfg(test)]
mod fake;
mod find;
mod hook;
mod links;
mod listing;
mod load;
mod member;
mod pace;
mod quota;
mod resolve;
mod session;
mod store;
mod stream;
mod survey;

use std::{collections::BTreeMap, path::PathBuf, sync::Arc, time::Duration};

use tokio::{
    sync::{Notify, mpsc, watch},
    task::JoinHandle,
};
use tracing::warn;
use zoowarden_shared::admin::{AuditTail, Presence};

use crate::action::run::Runner;
use crate::reach::Reach;
use crate::record::Shelf;
use crate::{
    demo::Breaker,
    detached::{launch::Launcher, watch::watch as watch_plans},
    drill::Saboteur,
    event::{Broken, Command, Event},
    model::{clock::Now, links::knock::Door, survey::Question, wanted::TreeRequest},
    permit::Permit,
};
use acting::Acting;
pub use admin_ports::AdminPorts;
pub use changes::Writer;
pub(crate) use doors::fault;
use find::Connections;
pub(crate) use hook::run as run_hook;
use load::LoadMeter;
pub(crate) use store::recall;
pub use store::{file_of as memory_file, state_dir};

/// How long leaving may wait for the session to be closed.
const CLOSING: Duration = Duration::from_millis(500);
/// How long leaving may wait for members to hear of it.
const PARTING: Duration = Duration::from_millis(200);

/// Lines of our own audit log that are shown.
const MOST_AUDIT_LINES: usize = 200;

/// What every source needs.
#[derive(Clone, Debug)]
struct Context {
    reach: Reach,
    events: mpsc::Sender<Event>,
    load: Arc<LoadMeter>,
    clock: Clock,
}

impl Context {
    /// Tells an event; false once nobody listens any more.
    async fn tell(&self, event: Event) -> bool {
        self.events.send(event).await.is_ok()
    }
}

/// The one place where the console reads clocks.
#[derive(Clone, Copy, Debug)]
pub struct Clock(std::time::Instant);

impl Clock {
    /// A clock that begins now.
    #[must_use]
    pub fn start() -> Self {
        Self(std::time::Instant::now())
    }

    /// This moment.
    #[must_use]
    pub fn now(self) -> Now {
        let wall = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        Now {
            // A process does not live for 2^64 ms, nor does the era.
            mono_ms: self.0.elapsed().as_millis() as u64,
            wall_ms: wall.map_or(0, |since| since.as_millis() as i64),
        }
    }
}

/// All sources, and how they are told what to do.
#[derive(Debug)]
pub struct Sources {
    context: Context,
    admin: AdminPorts,
    members: BTreeMap<String, (JoinHandle<()>, Arc<Notify>)>,
    addresses: watch::Sender<Vec<String>>,
    listing: watch::Sender<bool>,
    doors: watch::Sender<Vec<Door>>,
    tree: mpsc::UnboundedSender<TreeRequest>,
    leaving: Arc<Notify>,
    session: JoinHandle<()>,
    /// Whom we told last that we are here, and how.
    announced: Option<(Vec<String>, Presence)>,
    memory: Option<PathBuf>,
    acting: Option<Acting>,
    /// What is recorded, where it is.
    shelf: Option<Shelf>,
    /// The operator's read-only hooks, by name.
    hooks: BTreeMap<String, Vec<String>>,
    /// Our session's connection while there is one.
    connection: Connections,
    /// Who changes the tree; nobody until one is named.
    writer: Option<Writer>,
    /// What breaks a demo's members; nobody where this console has not spawned them.
    breaker: Option<(Permit, Breaker)>,
    saboteur: Option<(Permit, Saboteur)>,
    /// This console's own audit log.
    own_log: Option<PathBuf>,
    /// The find, and the counting, that is under way.
    finding: Option<JoinHandle<()>>,
    counting: Option<JoinHandle<()>>,
}

impl Sources {
    /// Starts them; they tell `events`. `memory` is the file of what is kept between runs.
    #[must_use]
    pub fn start(
        events: mpsc::Sender<Event>,
        clock: Clock,
        admin: AdminPorts,
        reach: Reach,
        memory: Option<PathBuf>,
    ) -> Self {
        let context = Context {
            reach,
            events,
            load: Arc::new(LoadMeter::default()),
            clock,
        };
        let (addresses, addresses_seen) = watch::channel(Vec::new());
        let (listing, listing_seen) = watch::channel(false);
        let (doors, doors_seen) = watch::channel(Vec::new());
        tokio::spawn(links::run(context.clone(), doors_seen));
        // Bounded by the model: it has at most `wanted::MAX_IN_FLIGHT` requests under way.
        let (tree, requests) = mpsc::unbounded_channel();
        let leaving = Arc::new(Notify::new());
        tokio::spawn(load::report(context.clone()));
        tokio::spawn(listing::run(
            context.clone(),
            addresses_seen.clone(),
            listing_seen,
            admin.clone(),
        ));
        let (connected, connection) = watch::channel(None);
        let session = tokio::spawn(session::run(
            context.clone(),
            addresses_seen,
            requests,
            connected,
            Arc::clone(&leaving),
        ));
        let sources = Self {
            context,
            admin,
            members: BTreeMap::new(),
            addresses,
            listing,
            doors,
            tree,
            leaving,
            session,
            announced: None,
            memory,
            acting: None,
            shelf: None,
            hooks: BTreeMap::new(),
            connection,
            writer: None,
            breaker: None,
            saboteur: None,
            own_log: None,
            finding: None,
            counting: None,
        };
        sources.recall();
        sources
    }

    /// Where the newest part of the recording can be taken from.
    pub fn set_shelf(&mut self, shelf: Option<Shelf>) {
        self.shelf = shelf;
    }

    /// The read-only hooks that questions may run.
    pub fn set_hooks(&mut self, hooks: BTreeMap<String, Vec<String>>) {
        self.hooks = hooks;
    }

    /// Where this console's own audit log is.
    pub fn set_own_log(&mut self, log: Option<PathBuf>) {
        self.own_log = log;
    }

    /// Names who breaks a demo's members.
    pub fn set_breaker(&mut self, permit: Permit, breaker: Breaker) {
        self.breaker = Some((permit, breaker));
    }

    /// Names who breaks things for a drill.
    pub fn set_saboteur(&mut self, permit: Permit, saboteur: Saboteur) {
        self.saboteur = Some((permit, saboteur));
    }

    /// Names who changes the tree, and where that is written down.
    pub fn set_writer(&mut self, writer: Writer) {
        self.writer = Some(writer);
    }

    /// Does what `update` asked for; the rest is the terminal's.
    pub fn perform(&mut self, command: Command) {
        match command {
            Command::Watch { addresses, hosts } => self.watch(addresses, hosts),
            Command::ShowSessions(shown) => {
                self.listing.send_replace(shown);
            }
            Command::Knock(doors) => {
                self.doors.send_replace(doors);
            }
            Command::Ask { address, question } => {
                let hook = match &question {
                    Question::Hook(name) => self.hooks.get(name).cloned(),
                    _ => None,
                };
                let admin = self.admin.of(&address);
                let asking = survey::ask(self.context.clone(), address, question, admin, hook);
                tokio::spawn(asking);
            }
            Command::Bundle(bundle) => {
                let (context, shelf) = (self.context.clone(), self.shelf.clone());
                tokio::spawn(bundle::run(context, self.admin.clone(), *bundle, shelf));
            }
            Command::Save { name, text } => {
                let context = self.context.clone();
                tokio::spawn(async move {
                    let saved = tokio::task::spawn_blocking(move || store::keep(&name, &text));
                    let saved = saved
                        .await
                        .unwrap_or_else(|_| Err("cannot be written".to_owned()));
                    context.tell(Event::Saved(saved)).await;
                });
            }
            Command::Find {
                number,
                query,
                start,
            } => {
                let (context, connection) = (self.context.clone(), self.connection.clone());
                let finding = find::run(context, connection, number, *query, start);
                instead(&mut self.finding, Some(tokio::spawn(finding)));
            }
            Command::StopFind => instead(&mut self.finding, None),
            Command::Count(path) => {
                let counting = find::count(self.context.clone(), self.connection.clone(), path);
                instead(&mut self.counting, Some(tokio::spawn(counting)));
            }
            Command::StopCount => instead(&mut self.counting, None),
            Command::Change(change) => {
                if let Some(writer) = self.writer.clone() {
                    let (context, connection) = (self.context.clone(), self.connection.clone());
                    tokio::spawn(changes::run(context, connection, *change, writer));
                }
            }
            Command::ReadAudit => {
                let (context, log) = (self.context.clone(), self.own_log.clone());
                tokio::spawn(async move {
                    let told = tokio::task::spawn_blocking(move || own_audit(log)).await;
                    let told = told.unwrap_or_else(|_| Err("cannot be read".to_owned()));
                    context.tell(Event::OwnAudit(told)).await;
                });
            }
            Command::Announce {
                addresses,
                presence,
            } => {
                let (context, admin) = (self.context.clone(), self.admin.clone());
                self.announced = Some((addresses.clone(), presence.clone()));
                tokio::spawn(announce::run(context, admin, addresses, presence));
            }
            Command::Act {
                gate,
                command,
                before,
            } => {
                if let Some(acting) = &mut self.acting {
                    acting.perform(&self.context, gate, *command, *before);
                }
            }
            Command::Break { breakage, address } => {
                if let Some((permit, breaker)) = self.breaker.clone() {
                    let context = self.context.clone();
                    tokio::spawn(async move {
                        let answer = breaker.perform(permit, breakage, &address).await;
                        let broken = Broken {
                            breakage,
                            address,
                            answer,
                        };
                        context.tell(Event::Broken(broken)).await;
                    });
                }
            }
            Command::Drill(order) => {
                if let Some((permit, saboteur)) = self.saboteur.clone() {
                    let events = self.context.events.clone();
                    tokio::spawn(async move { saboteur.perform(permit, order, events).await });
                }
            }
            Command::PollNow => {
                for (_, nudge) in self.members.values() {
                    nudge.notify_one();
                }
            }
            Command::Tree(request) => {
                // The session's task ends only with the process.
                let _ = self.tree.send(request);
            }
            Command::Remember(memory) => {
                if let Some(file) = self.memory.clone() {
                    tokio::task::spawn_blocking(move || {
                        if let Err(error) = store::save(&file, &memory) {
                            warn!(file = %file.display(), %error, "cannot keep the picture");
                        }
                    });
                }
            }
            Command::EditOutside(_) | Command::Replay(_) => {}
            Command::Quit | Command::Clusters => {}
            Command::Redraw | Command::Notify(_) | Command::Copy(_) => {}
        }
    }

    /// With what gates act; until it is set, nothing can.
    /// What runs long goes on without this console where there is a launcher.
    pub fn set_runner(&mut self, runner: Runner, launcher: Option<Launcher>) {
        if let Some(launcher) = &launcher {
            let (shelf, cluster) = (launcher.shelf(), runner.cluster.clone());
            tokio::spawn(watch_plans(shelf, cluster, self.context.events.clone()));
        }
        self.acting = Some(Acting::new(runner, launcher));
    }

    /// Closes our session, so that it does not linger on the ensemble until it expires.
    /// Tells what goes on without it.
    pub async fn leave(self) -> Option<String> {
        let goes_on = match self.acting {
            Some(acting) => acting.leave().await,
            None => None,
        };
        self.leaving.notify_one();
        let parting = self.announced.map(|(addresses, presence)| {
            let presence = Presence {
                gate: None,
                acts: false,
                leaves: true,
                ..presence
            };
            announce::run(
                self.context.clone(),
                self.admin.clone(),
                addresses,
                presence,
            )
        });
        for (task, _) in self.members.into_values() {
            task.abort();
        }
        if tokio::time::timeout(CLOSING, self.session).await.is_err() {
            warn!("left without closing the session: it expires by itself");
        }
        if let Some(parting) = parting {
            // Where nobody hears it, it is forgotten after a while.
            let _ = tokio::time::timeout(PARTING, parting).await;
        }
        goes_on
    }

    fn watch(&mut self, addresses: Vec<String>, hosts: Vec<String>) {
        self.members.retain(|address, (task, _)| {
            let kept = addresses.contains(address);
            if !kept {
                task.abort();
            }
            kept
        });
        for address in &addresses {
            let (context, admin) = (self.context.clone(), self.admin.clone());
            self.members.entry(address.clone()).or_insert_with(|| {
                let nudge = Arc::new(Notify::new());
                let task = member::run(context, address.clone(), admin, Arc::clone(&nudge));
                (tokio::spawn(task), nudge)
            });
        }
        // Behind a command names mean what they mean there.
        if self.context.reach.client.proxy().is_none() {
            tokio::spawn(resolve::run(self.context.clone(), hosts));
        }
        self.addresses.send_replace(addresses);
    }

    fn recall(&self) {
        let Some(file) = self.memory.clone() else {
            return;
        };
        let context = self.context.clone();
        tokio::spawn(async move {
            let loaded = tokio::task::spawn_blocking(move || store::load(&file)).await;
            if let Ok(Some(memory)) = loaded {
                context.tell(Event::Recalled(memory)).await;
            }
        });
    }
}

/// The end of this console's own audit log.
fn own_audit(log: Option<PathBuf>) -> Result<AuditTail, String> {
    let log = log.ok_or("there is no home directory: XDG_STATE_HOME names a place for it")?;
    let told = zoowarden_audit::tail(&log, MOST_AUDIT_LINES);
    told.map_err(|fault| format!("{}: {fault}", log.display()))
}

/// Ends a task and puts another into its place.
fn instead(place: &mut Option<JoinHandle<()>>, task: Option<JoinHandle<()>>) {
    if let Some(old) = std::mem::replace(place, task) {
        old.abort();
    }
}

#[cfg(test)]
#[path = "source_tests.rs"]
mod tests;
