//! `--resync CONFIG`: orders, on the host of a stopped member, that its next start gives up all
//! that it has and takes it from the leader. The way back for a member that does not vouch for
//! its data, and so has no AdminServer to be told by.

use std::{
    collections::BTreeMap,
    env,
    io::{self, Write as _},
    process::ExitCode,
    time::{SystemTime, UNIX_EPOCH},
};

use anyhow::{Context as _, ensure};
use zoowarden_shared::audit::{Outcome, Record};

use crate::{
    cli::ServerArgs,
    configure::Configured,
    disk::{DataDirs, RealDisk, Repair, RepairKind, RepairStage},
    exit::WrongConfig,
    lock::DirectoryLock,
};

/// Notes the order; the next start carries it out.
///
/// # Errors
/// When the member runs, or has no others to take anything from, or the file system fails.
pub(crate) fn order(args: &ServerArgs) -> anyhow::Result<ExitCode> {
    let config = args.config.as_deref().context("expected a CONFIG")?;
    let configured = Configured::read(config, &args.set).context(WrongConfig)?;
    let config = &configured.config;
    ensure!(
        config.is_distributed(),
        "a standalone server has no leader to take its data from"
    );
    let _held = DirectoryLock::take(&config.data_dir)?;
    let dirs = DataDirs::new(&config.data_dir, Some(&config.data_log_dir));
    let ordered = Repair {
        kind: RepairKind::Resync,
        stage: RepairStage::Wanted,
        order: record(args),
    };
    ordered.write(&RealDisk, &dirs)?;
    writeln!(
        io::stdout(),
        "the next start sets aside all that is in {} and takes it from the leader",
        config.data_dir.display()
    )?;
    Ok(ExitCode::SUCCESS)
}

/// The order as it will stand in the audit log once it is carried out.
fn record(args: &ServerArgs) -> Record {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let user = env::var("USER").unwrap_or_else(|_| "?".to_owned());
    let config = args.config.as_deref().unwrap_or_else(|| "".as_ref());
    Record {
        unix_ms: now.map_or(0, |since| i64::try_from(since.as_millis()).unwrap_or(0)),
        principal: format!("os:{user}"),
        host: String::new(),
        reason: None,
        what: "resync".to_owned(),
        arguments: BTreeMap::new(),
        command: format!("--resync {}", config.display()),
        gates: Vec::new(),
        before: None,
        after: None,
        outcome: Outcome::Begun,
        sentence: "ordered while the member was stopped".to_owned(),
        duration_ms: None,
    }
}
