//! The demo: an ensemble of the bundled server on this machine, as child processes, and a crowd
//! of small real clients on it, so that there is something to see and something to break.
//!
//! ```text
//!   Demo ──> ensemble ──> member   a child each: `zoowarden server CONFIG`
//!     │        │            ├── program     the process, its log and its last words
//!     │        │            └── handle      the way to its supervisor, for who acts or breaks
//!     │        ├── processes        starts and restarts them, where the operator acts
//!     │        ├── breaker          breaks them, where the menu `B` says so
//!     │        │            config, ports   its zoo.cfg and where it listens
//!     │        └──> scratch         configurations, logs, and data that nobody keeps
//!     ├────> crowd                  tasks of this process: services, locks, a queue, ...
//!     └────> witness                tells the console what they count, who has ended, and what
//!              └── supervised       the supervisors do about it
//!
//!   headless   the same without a screen, for scripts
//! ```
//!
//! A child ends with this process, however that ends: it holds the read end of a pipe whose
//! only write end is here (`--exit-with-parent`), and the system closes it for the dead.
//!
//! Each member has the supervisor that any member has (`zoowarden_server::supervise`), as a task
//! of this process: what crashes is started again, what is held down waits for the operator.
//!
//! Deliberately absent: any path by which the crowd could reach another server than the
//! children.

mod args;
mod breaker;
mod config;
mod crowd;
mod damage;
mod ensemble;
mod handle;
mod headless;
mod member;
mod ports;
mod processes;
mod program;
mod relays;
mod room;
mod scratch;
mod slowness;
mod supervised;
mod witness;

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use anyhow::Result;
use zoowarden_shared::Sid;

use crate::{
    action::{exec::process::Processes, hands::Hands},
    keymap::bound::Keys,
    model::{Cluster, Model, clock::Now},
};
pub use args::Args;
pub use breaker::Breaker;
pub use handle::MemberHandle;
pub use headless::run as run_headless;
pub use member::{MemberInfo, Place};
pub use ports::Ports;
pub(crate) use room::IS_POSSIBLE as CAN_FILL_DISKS;
pub use supervised::{MemberEnd, Supervised};
pub use witness::Witness;

use crowd::Crowd;
use ensemble::Ensemble;

/// How many members there are where nobody says.
pub const DEFAULT_MEMBERS: u16 = 3;

/// How to run a demo.
#[derive(Clone, Debug)]
pub struct DemoOptions {
    /// From 1, which is a standalone server.
    pub members: u16,
    /// Where the data stays, a directory for each member in it; a temporary directory that
    /// goes with the demo otherwise.
    pub data_dir: Option<PathBuf>,
    /// The first of the ports; free ones otherwise.
    pub base_port: Option<u16>,
}

impl Default for DemoOptions {
    fn default() -> Self {
        Self {
            members: DEFAULT_MEMBERS,
            data_dir: None,
            base_port: None,
        }
    }
}

/// A running demo. It ends when this is dropped; [`Self::stop`] also waits for that.
#[derive(Debug)]
pub struct Demo {
    // Dropped in this order: first the clients go, then the members.
    crowd: Crowd,
    ensemble: Ensemble,
}

impl Demo {
    /// Starts the members, waits until all of them serve, and lets the crowd in.
    ///
    /// # Errors
    /// When a port is taken, or a member cannot be started or does not serve within 30 s: with
    /// the end of its log.
    pub async fn start(options: DemoOptions) -> Result<Self> {
        let DemoOptions {
            members,
            data_dir,
            base_port,
        } = options;
        let ensemble = Ensemble::start(members, data_dir.as_deref(), base_port).await?;
        let crowd = Crowd::start(addresses(&ensemble));
        Ok(Self { crowd, ensemble })
    }

    /// A directory that goes with the demo.
    #[must_use]
    pub fn scratch(&self) -> &Path {
        self.ensemble.scratch()
    }

    /// The members' client addresses, `127.0.0.1:PORT` each.
    #[must_use]
    pub fn connect(&self) -> Vec<String> {
        addresses(&self.ensemble)
    }

    /// The port of each member's AdminServer, by its client address.
    #[must_use]
    pub fn admin_ports(&self) -> BTreeMap<String, u16> {
        self.members()
            .map(|member| (member.address(), member.place.ports.admin))
            .collect()
    }

    /// The members, in the order of their ids.
    pub fn members(&self) -> impl Iterator<Item = &MemberInfo> {
        self.ensemble.members.iter().map(|member| &member.info)
    }

    /// What a console on it begins with.
    #[must_use]
    pub fn model(&self, now: Now, name: String) -> Model {
        let ports: Vec<String> = self
            .members()
            .map(|member| member.place.ports.admin.to_string())
            .collect();
        let cluster = Cluster {
            name,
            named_by: format!(
                "--connect {} --admin-port {}",
                self.connect().join(","),
                ports.join(",")
            ),
            demo: true,
            pids: self.members().map(|m| (m.address(), m.pid)).collect(),
            ..Cluster::default()
        };
        let mut model = Model::new(now, cluster, self.connect(), BTreeMap::new());
        model.breaks.is_possible = true;
        model.keys = Keys::new(&[], true);
        if self.members().count() > 1 {
            for info in self.members() {
                let (address, sid) = (info.address(), Sid(i64::from(info.place.id)));
                let mut members = model.members.iter_mut();
                if let Some(member) = members.find(|member| member.address == address) {
                    member.sid = Some(sid);
                }
                model.known.identities.insert(address, sid);
            }
        }
        model
    }

    /// Who tells a console what it cannot see.
    #[must_use]
    pub fn witness(&self) -> Witness {
        let members = self.ensemble.members.iter();
        Witness {
            counts: self.crowd.counts(),
            reports: members
                .map(|member| (member.info.address(), member.reports()))
                .collect(),
        }
    }

    /// How a console starts and restarts the members; it works for as long as the demo does.
    #[must_use]
    pub fn processes(&self) -> Processes {
        processes::serve(self.handles())
    }

    /// With what a console acts on the members.
    #[must_use]
    pub fn hands(&self) -> Hands {
        let configurations = self.members().map(|member| {
            let place = &member.place;
            (Sid(place.id.into()), place.config.clone())
        });
        let addresses = self.connect().into_iter().collect();
        Hands::of_a_demo(self.processes(), addresses, configurations.collect())
    }

    /// How a console breaks the members; it works for as long as the demo does.
    #[must_use]
    pub fn breaker(&self) -> Breaker {
        Breaker(self.handles())
    }

    /// A way to each member's supervisor, by the member's client address.
    #[must_use]
    pub fn handles(&self) -> BTreeMap<String, MemberHandle> {
        let members = self.ensemble.members.iter();
        members
            .map(|member| (member.info.address(), member.handle()))
            .collect()
    }

    /// Ends clients and members, each member in order, within a few seconds.
    pub async fn stop(self) {
        drop(self.crowd);
        self.ensemble.stop().await;
    }
}

fn addresses(ensemble: &Ensemble) -> Vec<String> {
    let members = ensemble.members.iter();
    members.map(|member| member.info.address()).collect()
}
