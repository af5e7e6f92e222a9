//! Starts the process that runs a plan.

use std::{
    ffi::OsString,
    path::PathBuf,
    process::Stdio,
    time::{SystemTime, UNIX_EPOCH},
};

use rustix::process::{Pid, Signal, kill_process};
use tokio::{process::Command, sync::watch};

use super::{Shelf, shown};
use crate::{
    action::{Kind, Orders},
    own_program::OwnProgram,
};

/// What starts plans for one cluster.
#[derive(Clone, Debug)]
pub struct Launcher {
    /// This binary.
    program: PathBuf,
    /// Which ensemble, as `zoowarden act` takes it: `--cluster prod`.
    ensemble: Vec<OsString>,
    shelf: Shelf,
}

/// A plan's process.
#[derive(Debug)]
pub(crate) struct Launched {
    pub(crate) id: String,
    pub(crate) journal: PathBuf,
    /// Whether it has ended, and was reaped.
    pub(crate) ended: watch::Receiver<bool>,
    /// What it does.
    says: String,
    pid: Option<Pid>,
}

/// Whether this goes on when the console is gone. What is one order is done before anybody
/// could leave.
#[must_use]
pub fn outlives_the_screen(kind: Kind) -> bool {
    // A restore that ended between two members' commits would leave two trees, and a lost quorum
    // that went on in half of its members none that writes.
    matches!(
        kind,
        Kind::RollingRestart | Kind::Replace | Kind::Resync | Kind::Restore | Kind::QuorumLoss
    )
}

impl Launcher {
    /// For the ensemble that these arguments name; `None` where plans cannot be kept.
    #[must_use]
    pub fn new(ensemble: Vec<OsString>) -> Option<Self> {
        Some(Self {
            program: OwnProgram::find().ok()?.path,
            ensemble,
            shelf: Shelf::own()?,
        })
    }

    /// The same, of another binary and with another shelf.
    #[must_use]
    pub fn with(program: PathBuf, ensemble: Vec<OsString>, shelf: Shelf) -> Self {
        Self {
            program,
            ensemble,
            shelf,
        }
    }

    /// Where the journals are.
    #[must_use]
    pub(crate) fn shelf(&self) -> Shelf {
        self.shelf.clone()
    }

    /// Starts it. No secret is on its command line: it reads them where the console did.
    ///
    /// # Errors
    /// In words, why it does not start.
    pub(crate) fn launch(&self, orders: &Orders) -> Result<Launched, String> {
        self.shelf.tidy();
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        let unix_ms = now.map_or(0, |now| now.as_millis());
        let action = &orders.judgement.action;
        let id = format!(
            "{unix_ms:013}-{}-{}",
            action.kind().name(),
            std::process::id()
        );
        let journal = self.shelf.path(&id);
        let mut command = Command::new(&self.program);
        command
            .arg0("zoowarden")
            .arg("act")
            .args(&self.ensemble)
            .arg("--confirm")
            .arg(&orders.typed.confirm)
            .arg("--reason")
            .arg(&orders.typed.reason)
            .arg("--powered-off")
            .arg(&orders.typed.powered_off)
            .arg("--ticket")
            .arg(&orders.typed.ticket)
            .arg("--journal")
            .arg(&journal)
            .arg("--shown")
            .arg(shown(&orders.judgement, &orders.facts))
            .arg("--")
            .args(action.command_line())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            // A group of its own: a terminal that hangs up does not end it.
            .process_group(0);
        let mut child = command
            .spawn()
            .map_err(|error| format!("{}: {error}", self.program.display()))?;
        let pid = child.id().and_then(|id| Pid::from_raw(id.cast_signed()));
        let (tell, ended) = watch::channel(false);
        tokio::spawn(async move {
            // How it ended, its journal says.
            let _ = child.wait().await;
            tell.send_replace(true);
        });
        Ok(Launched {
            id,
            journal,
            ended,
            says: action.to_string(),
            pid,
        })
    }
}

impl Launched {
    /// Whether the plan is under way.
    pub(crate) fn runs(&self) -> bool {
        !*self.ended.borrow()
    }

    /// What whoever leaves the console is told.
    pub(crate) fn goes_on(&self) -> String {
        let Self { says, id, .. } = self;
        format!("{says} goes on without this console: zoowarden plans; zoowarden plans --stop {id}")
    }

    /// No further step.
    pub(crate) fn stop(&self) {
        // Where it has ended and was not reaped yet, the signal is nothing.
        if let Some(pid) = self.pid
            && self.runs()
        {
            let _ = kill_process(pid, Signal::TERM);
        }
    }
}
