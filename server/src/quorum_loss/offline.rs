//! `--inspect` and `--force-quorum`: for whoever has the data directory.

use std::{
    io::{self, Write as _},
    path::Path,
    process::ExitCode,
};

use anyhow::{Context as _, ensure};
use zoowarden_shared::Zxid;
use zoowarden_zab::Durable;

use super::{
    facts::DiskFacts,
    force::{NewQuorum, force},
};
use crate::{
    cli::ServerArgs,
    configure::Configured,
    disk::{DataDirs, RealDisk, look, peek_epochs},
    exit::WrongConfig,
    lock::DirectoryLock,
};

/// Where a configuration is looked for that names the directory.
const PLACES: [&str; 3] = [
    "/etc/zoowarden/zoo.cfg",
    "/etc/zookeeper/conf/zoo.cfg",
    "/etc/zookeeper/zoo.cfg",
];

/// Prints what is in a data directory; fails where a start would not vouch for it.
pub(crate) fn inspect(data_dir: &Path, args: &ServerArgs) -> anyhow::Result<ExitCode> {
    ensure!(
        data_dir.is_dir(),
        "{}: expected a data directory",
        data_dir.display()
    );
    let configured = match &args.config {
        Some(config) => Some(Configured::read(config, &args.set).context(WrongConfig)?),
        None => find_config(data_dir, &args.set),
    };
    let facts = DiskFacts::of(data_dir, configured.as_ref());
    let mut out = io::stdout().lock();
    match args.json {
        true => writeln!(out, "{}", serde_json::to_string_pretty(&facts)?)?,
        false => write!(out, "{facts}")?,
    }
    Ok(match facts.is_sound {
        true => ExitCode::SUCCESS,
        false => ExitCode::from(crate::exit::DATA_REFUSED),
    })
}

/// The configuration beside the directory, or in a usual place, that names it.
fn find_config(data_dir: &Path, set: &[String]) -> Option<Configured> {
    let beside = data_dir.parent().map(|parent| parent.join("zoo.cfg"));
    let within = data_dir.join("zoo.cfg");
    let places = PLACES.map(Into::into);
    let mut candidates = beside.into_iter().chain([within]).chain(places);
    candidates.find_map(|file: std::path::PathBuf| {
        let found = Configured::read(&file, set).ok()?;
        let is_its = found.config.data_dir.canonicalize().ok() == data_dir.canonicalize().ok();
        is_its.then_some(found)
    })
}

/// Makes the stopped member of CONFIG a voter of the ensemble that the command line names.
pub(crate) fn force_offline(args: &ServerArgs) -> anyhow::Result<ExitCode> {
    let config = args.config.as_deref().context("expected a CONFIG")?;
    let configured = Configured::read(config, &args.set).context(WrongConfig)?;
    let given = &args.quorum_loss;
    let zxid = given.zxid.as_deref().context("expected --zxid")?;
    let new = NewQuorum {
        members: given.members.join("\n"),
        epoch: given.epoch.context("expected --epoch")?,
        zxid: parse_zxid(zxid).context("--zxid: expected 0x and hexadecimal digits")?,
    };
    let _locks = ServerLocks::take(&configured)?;
    let dirs = DataDirs::new(
        &configured.config.data_dir,
        Some(&configured.config.data_log_dir),
    );
    let found = look(&RealDisk, &dirs);
    if let Some(fault) = found.fault {
        anyhow::bail!("a start would not vouch for this data: {fault}");
    }
    let (accepted_epoch, current_epoch) = peek_epochs(&RealDisk, dirs.snapshots());
    let own = Durable {
        last_zxid: found.last.unwrap_or(Zxid(-1)),
        accepted_epoch,
        current_epoch,
    };
    let config = force(&configured, own, &new)?;
    writeln!(
        io::stdout(),
        "forced: the next start is a voter of\n{config}"
    )?;
    Ok(ExitCode::SUCCESS)
}

/// The locks of a member's directories.
struct ServerLocks {
    _data: DirectoryLock,
    _log: Option<DirectoryLock>,
}

impl ServerLocks {
    fn take(configured: &Configured) -> anyhow::Result<Self> {
        let config = &configured.config;
        let log = (config.data_log_dir != config.data_dir).then_some(&config.data_log_dir);
        Ok(Self {
            _data: DirectoryLock::take(&config.data_dir)?,
            _log: log.map(|dir| DirectoryLock::take(dir)).transpose()?,
        })
    }
}

/// A zxid as we print it.
pub(crate) fn parse_zxid(text: &str) -> Option<Zxid> {
    let digits = text.strip_prefix("0x")?;
    i64::from_str_radix(digits, 16).ok().map(Zxid)
}
