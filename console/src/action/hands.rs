//! What a console acts with on the ensemble that it has opened, and the runner made of it.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
    sync::Arc,
};

use zoowarden_client::{Connector, Identity, Secret};
use zoowarden_shared::Sid;

use super::{
    exec::{Executors, hooks::Hooks, process::Processes},
    means::{Means, WATCH_MS},
    poll::Way,
    recorder::{Operator, Recorder},
    run::Runner,
    turn::Turns,
};
use crate::{permit::Permit, reach::Reach};

/// A demo's root is open to everybody: any identity has all rights there. This one is its super
/// user, too, for what the root's rights do not cover: reconfigs.
pub const DEMO_IDENTITY: &str = "demo:demo";

/// With what members are started, restarted and told to do things.
#[derive(Clone, Debug, Default)]
pub struct Hands {
    pub hooks: Hooks,
    /// A demo's processes, by their client addresses.
    processes: Option<(Processes, BTreeSet<String>)>,
    /// The socket of a syslog that takes a copy of what is written down.
    pub audit_syslog: Option<PathBuf>,
}

impl Hands {
    /// Those of an ensemble that others run.
    #[must_use]
    pub fn with_hooks(hooks: Hooks) -> Self {
        Self {
            hooks,
            processes: None,
            audit_syslog: None,
        }
    }

    /// Those of a demo that this console has started.
    #[must_use]
    pub fn of_a_demo(
        processes: Processes,
        addresses: BTreeSet<String>,
        configurations: BTreeMap<Sid, PathBuf>,
    ) -> Self {
        Self {
            hooks: Hooks {
                local: configurations,
                ..Hooks::default()
            },
            processes: Some((processes, addresses)),
            audit_syslog: None,
        }
    }

    /// What there is to act with, for the judge, and what acts.
    #[must_use]
    pub fn open(
        self,
        cluster: &str,
        way: Way,
        is_read_only: bool,
        recorder: Arc<dyn Recorder>,
    ) -> (Means, Runner) {
        let way = match &self.processes {
            Some(_) => as_anybody(way),
            None => way,
        };
        let (processes, addresses) = self.processes.unzip();
        let means = Means {
            cluster: cluster.to_owned(),
            is_read_only,
            hooks: self.hooks.named.keys().copied().collect(),
            local: self.hooks.local_members(),
            watch_ms: WATCH_MS,
            has_credentials: way.reach.client.identity().digest.is_some(),
            processes: addresses.unwrap_or_default(),
            damaged: BTreeSet::new(),
            given_up: BTreeMap::new(),
        };
        let runner = Runner {
            cluster: cluster.to_owned(),
            executors: Executors {
                way,
                hooks: self.hooks,
                processes,
            },
            recorder,
            operator: Operator::of_process(),
            permit: Permit::unless(is_read_only),
            turns: Turns::own(),
        };
        (means, runner)
    }
}

fn as_anybody(way: Way) -> Way {
    let identity = Identity {
        digest: Some(Secret::new(DEMO_IDENTITY.to_owned())),
        ..Identity::default()
    };
    let client = Connector::new(None, None, identity);
    Way {
        reach: Reach {
            admin: client.clone(),
            client,
        },
        ..way
    }
}
