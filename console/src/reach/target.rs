//! The ensemble that a command without a screen is given: by addresses, or by its name in
//! console.toml.

use std::{collections::BTreeMap, path::Path};

use anyhow::{Context as _, Result};
use zoowarden_client::hosts;

use super::Reach;
use crate::settings;

/// Whom to ask, and by which way.
#[derive(Debug)]
pub(crate) struct Target {
    /// What a console calls it.
    pub(crate) name: String,
    /// `host:port`, as they were written.
    pub(crate) seeds: Vec<String>,
    /// Where something is reached from here.
    pub(crate) addresses: BTreeMap<String, String>,
    pub(crate) reach: Reach,
}

impl Target {
    /// The one of `--connect`, plainly; else of `--cluster`, or the only one, by its way there.
    ///
    /// # Errors
    /// A list of hosts that is none, no such cluster, a way that cannot be gone.
    pub(crate) async fn of(
        connect: Option<&str>,
        cluster: Option<&str>,
        config: Option<&Path>,
    ) -> Result<Self> {
        if let Some(list) = connect {
            let seeds = hosts::parse(list).context("--connect")?;
            let seeds: Vec<String> = seeds.iter().map(ToString::to_string).collect();
            return Ok(Self {
                name: seeds.join(","),
                seeds,
                addresses: BTreeMap::new(),
                reach: Reach::default(),
            });
        }
        let clusters = settings::load(config.map(Path::to_path_buf))?.clusters;
        let cluster = settings::choose(cluster, clusters).map_err(anyhow::Error::msg)?;
        Ok(Self {
            name: cluster.name,
            reach: Reach::open(&cluster.reach).await?,
            seeds: cluster.connect,
            addresses: cluster.addresses,
        })
    }
}
