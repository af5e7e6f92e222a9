//! One member of the demo: a child process under the same supervisor as any member's
//! (`zoowarden-server --supervise`), which ends with this process.

use std::{path::PathBuf, time::Duration};

use anyhow::{Context as _, Result, bail};
use tokio::{
    sync::watch,
    task::JoinHandle,
    time::{Instant, sleep},
};
use tokio_util::sync::{CancellationToken, DropGuard};
use zoowarden_client::fourletter;
use zoowarden_server::supervise::{EndRecord, Keeper, Limits, Report, Settings};
use zoowarden_shared::admin::word_refusal;

use super::{
    handle::MemberHandle,
    ports::Ports,
    program::{OwnServer, last_words},
    relays::Cuts,
    room::Room,
    slowness::Slowness,
};

/// For the start: recovery of kept data and the election included.
const START_DEADLINE: Duration = Duration::from_secs(30);
/// For one question while it starts.
const ASK_DEADLINE: Duration = Duration::from_millis(500);
const ASK_EVERY: Duration = Duration::from_millis(20);
/// How long it may take to end by itself.
const STOP_DEADLINE: Duration = Duration::from_secs(2);

/// What a member is given, and where it keeps its things.
#[derive(Clone, Debug)]
pub struct Place {
    /// From 1.
    pub id: u16,
    pub ports: Ports,
    pub data_dir: PathBuf,
    /// Its zoo.cfg.
    pub config: PathBuf,
    /// What it writes to standard error.
    pub log: PathBuf,
}

/// What there is to know about a member from outside.
#[derive(Clone, Debug)]
pub struct MemberInfo {
    pub place: Place,
    /// Of its first process.
    pub pid: u32,
}

impl MemberInfo {
    /// Its client address.
    #[must_use]
    pub fn address(&self) -> String {
        format!("127.0.0.1:{}", self.place.ports.client)
    }
}

/// A member under its supervisor; its process ends when this is dropped.
#[derive(Debug)]
pub(super) struct Member {
    pub(super) info: MemberInfo,
    keeper: Keeper,
    cuts: Cuts,
    room: Room,
    slowness: Slowness,
    /// Dropped: supervisor and process are to end, whoever holds a handle.
    shutdown: DropGuard,
    kept: JoinHandle<()>,
}

impl Member {
    /// Starts the process on the configuration that is there already.
    pub(super) async fn spawn(place: Place, cuts: Cuts) -> Result<Self> {
        let settings = Settings {
            limits: Limits::default(),
            grace: STOP_DEADLINE,
            how_to_order: "screen 0".to_owned(),
            before: None,
        };
        let room = Room::new(place.log.clone());
        let slowness = Slowness::beside(&place.log);
        let program = OwnServer {
            room: room.clone(),
            slowness: slowness.clone(),
            config: place.config.clone(),
            log: place.log.clone(),
        };
        let shutdown = CancellationToken::new();
        let (keeper, kept) = Keeper::start(program, settings, shutdown.clone());
        let shutdown = shutdown.drop_guard();
        let mut reports = keeper.reports();
        let first = reports.wait_for(|report| report.pid.is_some() || report.ended > 0);
        let first = first.await.context("the supervisor has ended")?.clone();
        let Some(pid) = first.pid else {
            let how = first.ends.first().map(|end| end.how.as_str());
            bail!("member {}: {}", place.id, how.unwrap_or_default());
        };
        Ok(Self {
            info: MemberInfo { place, pid },
            keeper,
            cuts,
            room,
            slowness,
            shutdown,
            kept,
        })
    }

    /// What its supervisor reports.
    pub(super) fn reports(&self) -> watch::Receiver<Report> {
        self.keeper.reports()
    }

    /// A way to its supervisor.
    pub(super) fn handle(&self) -> MemberHandle {
        MemberHandle {
            keeper: self.keeper.clone(),
            place: self.info.place.clone(),
            cuts: self.cuts.clone(),
            room: self.room.clone(),
            slowness: self.slowness.clone(),
        }
    }

    /// Waits until it serves: in an ensemble, until it leads or follows.
    pub(super) async fn wait_until_it_serves(&self) -> Result<()> {
        let start = Instant::now();
        let id = self.info.place.id;
        let addr = self.info.address();
        let reports = self.reports();
        loop {
            if let Ok(answer) = fourletter::ask(&addr, "srvr", ASK_DEADLINE).await
                && word_refusal("srvr", &answer).is_none()
            {
                return Ok(());
            }
            if let Some(EndRecord {
                how, last_words, ..
            }) = reports.borrow().ends.last()
            {
                bail!("member {id} ended ({how}): {}", last_words.join("\n"));
            }
            if start.elapsed() >= START_DEADLINE {
                bail!(
                    "member {id} does not serve after {START_DEADLINE:?}: {}",
                    last_words(&self.info.place.log).join("\n")
                );
            }
            sleep(ASK_EVERY).await;
        }
    }

    /// Tells it to end; what is returned waits for that.
    pub(super) fn stop(self) -> JoinHandle<()> {
        drop(self.shutdown);
        self.kept
    }
}
