//! The demo's members together: their directories and ports, their start and their end.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result};
use futures_util::future::{join_all, try_join_all};

use super::{
    config::zoo_cfg,
    member::{Member, Place},
    ports,
    relays::Relays,
    scratch::Scratch,
};

/// Another process may take a free port before a member does.
const ATTEMPTS: u32 = 3;

/// Running members; they end when this is dropped.
#[derive(Debug)]
pub(super) struct Ensemble {
    // Dropped in this order: first the processes go, then what is between them, then their
    // directories.
    pub(super) members: Vec<Member>,
    _relays: Relays,
    /// Holds configurations, logs, and the data unless those are kept.
    scratch: Scratch,
}

impl Ensemble {
    /// Starts members 1 to `count` and waits until all of them serve.
    ///
    /// # Errors
    /// When a port is taken, or a member ends or does not serve in time: with the end of its
    /// log.
    pub(super) async fn start(
        count: u16,
        kept: Option<&Path>,
        base_port: Option<u16>,
    ) -> Result<Self> {
        let mut attempt = 1;
        loop {
            let base = match base_port {
                Some(base) => base,
                None => ports::free_base(count)?,
            };
            let ensemble = Self::spawn(count, kept, base).await?;
            let serving = ensemble.members.iter().map(Member::wait_until_it_serves);
            let Err(fault) = try_join_all(serving).await else {
                return Ok(ensemble);
            };
            ensemble.stop().await;
            let lost_a_port = fault.to_string().contains("in use");
            if base_port.is_some() || !lost_a_port || attempt == ATTEMPTS {
                return Err(fault);
            }
            attempt += 1;
        }
    }

    async fn spawn(count: u16, kept: Option<&Path>, base: u16) -> Result<Self> {
        let all = ports::from_base(base, count)?;
        ports::check(base, count)?;
        let mut relays = Relays::bind(&all).await?;
        let scratch = Scratch::new()?;
        let mut members = Vec::with_capacity(all.len());
        for (id, own) in (1..).zip(all.iter().copied()) {
            let home = scratch.path().join(format!("member-{id}"));
            let place = Place {
                id,
                ports: own,
                data_dir: match kept {
                    Some(dir) => std::path::absolute(dir)?.join(format!("member-{id}")),
                    None => home.join("data"),
                },
                config: home.join("zoo.cfg"),
                log: home.join("server.log"),
            };
            create(&home)?;
            create(&place.data_dir)?;
            fs::write(&place.config, zoo_cfg(&place.data_dir, own, &all)?)?;
            fs::write(place.data_dir.join("myid"), format!("{id}\n"))?;
            let member = Member::spawn(place, relays.cuts()).await?;
            relays.serve(id, &member.reports());
            members.push(member);
        }
        Ok(Self {
            members,
            _relays: relays,
            scratch,
        })
    }

    /// A directory that goes with it.
    pub(super) fn scratch(&self) -> &Path {
        self.scratch.path()
    }

    /// Ends all members, each in order.
    pub(super) async fn stop(self) {
        join_all(self.members.into_iter().map(Member::stop)).await;
    }
}

fn create(dir: &PathBuf) -> Result<()> {
    fs::create_dir_all(dir).with_context(|| format!("cannot create {}", dir.display()))
}
