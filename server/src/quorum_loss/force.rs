//! Has a member go on as a voter of a new ensemble: its files, in an order in which a crash
//! leaves the old ensemble's member or the new one's, never one that could vote in both.
//!
//! `acceptedEpoch` first: from then on it follows no leader that the old ensemble may still
//! have. `currentEpoch` stays: it orders the survivors' histories among each other, in which
//! the newest must win.

use zoowarden_shared::{
    Epoch, Zxid,
    config::{DynamicConfig, Role},
};
use zoowarden_zab::Durable;

use super::reservation::Reservation;
use crate::{
    configure::Configured,
    disk::{DataDirs, DiskError, RealDisk, save_accepted},
    reconfig,
};

/// A typing error must not use the epochs up.
const MAX_STEP: Epoch = 1_000_000;

/// What the operator decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NewQuorum {
    /// The members' lines, `server.N=...`, one a line.
    pub(crate) members: String,
    /// Above every `acceptedEpoch` that any member has.
    pub(crate) epoch: Epoch,
    /// The last transaction of this member, as the operator saw it.
    pub(crate) zxid: Zxid,
}

/// Why not.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ForceError {
    #[error("a standalone server has no quorum to lose")]
    Standalone,
    #[error("it is not configured by a zoo.cfg: a restart would not know the new ensemble")]
    NoZooCfg,
    #[error("this member cannot vouch for its data: choose another, or restore this one")]
    NoData,
    #[error("the last transaction here is {here}, not {expected}: look again")]
    OtherZxid { here: Zxid, expected: Zxid },
    #[error("epoch {0} is not above {1}, which this member knows already")]
    OldEpoch(Epoch, Epoch),
    #[error("epoch {0} is too far above {1}, which is the newest that this member knows")]
    FarEpoch(Epoch, Epoch),
    #[error("members: {0}")]
    Members(String),
    #[error(transparent)]
    Disk(#[from] DiskError),
    #[error("the configuration cannot be written: {0}")]
    Write(#[from] std::io::Error),
}

impl NewQuorum {
    /// The configuration, if it is one that this member can be a voter of.
    fn config(&self, configured: &Configured) -> Result<DynamicConfig, ForceError> {
        let wrong = |why: String| ForceError::Members(why);
        let mut config = DynamicConfig::parse(&self.members, "members")
            .map_err(|fault| wrong(fault.to_string()))?;
        // A version of the operator's would have to be above all that anybody knows: ours is.
        config.version = Zxid::new(self.epoch, 0).0;
        let own = config.servers.get(&configured.sid);
        match own.map(|own| own.role) {
            Some(Role::Participant) => Ok(config),
            Some(Role::Observer) => Err(wrong("this member is to vote in it".to_owned())),
            None => Err(wrong(format!("no line server.{}", configured.sid))),
        }
    }
}

/// Makes it so; the member must not run, and its directory be ours. Again with the same
/// arguments it changes nothing: after a crash it is to be repeated.
///
/// # Errors
/// [`ForceError`]. Unless it is the file system's, nothing has changed.
pub(crate) fn force(
    configured: &Configured,
    own: Durable,
    new: &NewQuorum,
) -> Result<DynamicConfig, ForceError> {
    let old = &configured.config;
    if !old.is_distributed() {
        return Err(ForceError::Standalone);
    }
    let zoo_cfg = configured.zoo_cfg.as_ref().ok_or(ForceError::NoZooCfg)?;
    if own.last_zxid < Zxid::ZERO {
        return Err(ForceError::NoData);
    }
    if own.last_zxid != new.zxid {
        return Err(ForceError::OtherZxid {
            here: own.last_zxid,
            expected: new.zxid,
        });
    }
    let config = new.config(configured)?;
    let present = &old.ensemble.servers;
    let is_repeated = present.version == config.version && present.servers == config.servers;
    let versions = std::iter::once(present).chain(&configured.seen);
    let known = versions
        .map(|config| Zxid(config.version).epoch())
        .chain([own.accepted_epoch, own.current_epoch])
        .max()
        .unwrap_or_default();
    if !is_repeated && new.epoch <= known {
        return Err(ForceError::OldEpoch(new.epoch, known));
    }
    if new.epoch > known.saturating_add(MAX_STEP) {
        return Err(ForceError::FarEpoch(new.epoch, known));
    }
    let dirs = DataDirs::new(&old.data_dir, Some(&old.data_log_dir));
    save_accepted(&RealDisk, dirs.snapshots(), new.epoch)?;
    reconfig::force(configured.sid, zoo_cfg, &config)?;
    Reservation::remove(&old.data_dir)?;
    tracing::warn!(
        epoch = new.epoch, zxid = %own.last_zxid, members = new.members,
        "an operator has made this member a voter of a new ensemble"
    );
    Ok(config)
}
