//! `--inspect`, `--force-quorum` and `--set-aside`: for whoever has the data directory.

use std::{
    fs::File,
    io::{self, Read, Write as _},
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Context as _, bail, ensure};
use serde::Deserialize;
use zoowarden_shared::{Epoch, Sid, Zxid};
use zoowarden_zab::Durable;

use super::{
    aside,
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

/// An order is a few lines; what is longer is something else.
const MAX_ORDER_BYTES: u64 = 1 << 20;

/// What [`ServerArgs`] names as `DATADIR|CONFIG`, with the configuration that names it too.
struct Place {
    data_dir: PathBuf,
    configured: Option<Configured>,
}

impl Place {
    fn of(path: &Path, args: &ServerArgs) -> anyhow::Result<Self> {
        let read = |config: &Path| Configured::read(config, &args.set).context(WrongConfig);
        if path.is_file() {
            let configured = read(path)?;
            return Ok(Self {
                data_dir: configured.config.data_dir.clone(),
                configured: Some(configured),
            });
        }
        ensure!(
            path.is_dir(),
            "{}: expected a data directory, or the configuration that names it",
            path.display()
        );
        Ok(Self {
            data_dir: path.to_owned(),
            configured: match &args.config {
                Some(config) => Some(read(config)?),
                None => find_config(path, &args.set),
            },
        })
    }

    fn log_dir(&self) -> Option<&Path> {
        let configured = self.configured.as_ref()?;
        Some(configured.config.data_log_dir.as_path())
    }
}

/// Prints what is in a data directory; fails where a start would not vouch for it.
pub(crate) fn inspect(path: &Path, args: &ServerArgs) -> anyhow::Result<ExitCode> {
    let place = Place::of(path, args)?;
    let facts = DiskFacts::of(&place.data_dir, place.configured.as_ref());
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

/// Gives the data of a stopped member another name, and prints which.
pub(crate) fn set_aside(path: &Path, args: &ServerArgs) -> anyhow::Result<ExitCode> {
    let place = Place::of(path, args)?;
    let _locks = DirectoryLocks::take(&place.data_dir, place.log_dir())?;
    let dirs = DataDirs::new(&place.data_dir, place.log_dir());
    let moved = aside::set_aside(&dirs)?;
    let mut out = io::stdout().lock();
    for path in &moved {
        writeln!(out, "set aside: {}", path.display())?;
    }
    if moved.is_empty() {
        writeln!(out, "nothing is there: {}", place.data_dir.display())?;
    }
    if place.configured.is_none() {
        let line = "no configuration names this directory: logs elsewhere (dataLogDir) stay";
        writeln!(out, "{line}")?;
    }
    Ok(ExitCode::SUCCESS)
}

/// The configuration beside the directory, or in a usual place, that names it.
fn find_config(data_dir: &Path, set: &[String]) -> Option<Configured> {
    let beside = data_dir.parent().map(|parent| parent.join("zoo.cfg"));
    let within = data_dir.join("zoo.cfg");
    let places = PLACES.map(Into::into);
    let mut candidates = beside.into_iter().chain([within]).chain(places);
    candidates.find_map(|file: PathBuf| {
        let found = Configured::read(&file, set).ok()?;
        let is_its = found.config.data_dir.canonicalize().ok() == data_dir.canonicalize().ok();
        is_its.then_some(found)
    })
}

/// Makes the stopped member of CONFIG a voter of the ensemble that the command line names, or
/// an order in JSON.
pub(crate) fn force_offline(args: &ServerArgs) -> anyhow::Result<ExitCode> {
    let config = args.config.as_deref().context("expected a CONFIG")?;
    let configured = Configured::read(config, &args.set).context(WrongConfig)?;
    let new = match &args.quorum_loss.force_quorum_by {
        Some(file) => Order::read(file)?.for_member(configured.sid)?,
        None => given(args)?,
    };
    let data_dir = &configured.config.data_dir;
    let log_dir = Some(configured.config.data_log_dir.as_path());
    let _locks = DirectoryLocks::take(data_dir, log_dir)?;
    let dirs = DataDirs::new(data_dir, log_dir);
    aside::ensure_unused(&dirs)?;
    let found = look(&RealDisk, &dirs);
    if let Some(fault) = found.fault {
        bail!("a start would not vouch for this data: {fault}");
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

fn given(args: &ServerArgs) -> anyhow::Result<NewQuorum> {
    let given = &args.quorum_loss;
    let zxid = given.zxid.as_deref().context("expected --zxid")?;
    Ok(NewQuorum {
        members: given.members.join("\n"),
        epoch: given.epoch.context("expected --epoch")?,
        zxid: parse_zxid(zxid).context("--zxid: expected 0x and hexadecimal digits")?,
    })
}

/// What `--force-quorum-by` reads.
#[derive(Debug, Deserialize)]
struct Order {
    /// Whom it is for: a hook of the wrong host must change nothing there.
    sid: i64,
    members: String,
    epoch: Epoch,
    zxid: String,
}

impl Order {
    /// From a file; `-` is standard input.
    fn read(file: &Path) -> anyhow::Result<Self> {
        let mut text = String::new();
        let from: Box<dyn Read> = match file.as_os_str() == "-" {
            true => Box::new(io::stdin()),
            false => Box::new(File::open(file).with_context(|| file.display().to_string())?),
        };
        from.take(MAX_ORDER_BYTES).read_to_string(&mut text)?;
        serde_json::from_str(&text).context("the order")
    }

    fn for_member(self, sid: Sid) -> anyhow::Result<NewQuorum> {
        ensure!(
            self.sid == sid.0,
            "the order is for member {}, and this is {sid}",
            self.sid
        );
        Ok(NewQuorum {
            members: self.members,
            epoch: self.epoch,
            zxid: parse_zxid(&self.zxid).context("zxid: expected 0x and hexadecimal digits")?,
        })
    }
}

/// The locks of a member's directories.
struct DirectoryLocks {
    _data: DirectoryLock,
    _log: Option<DirectoryLock>,
}

impl DirectoryLocks {
    fn take(data_dir: &Path, log_dir: Option<&Path>) -> anyhow::Result<Self> {
        let log = log_dir.filter(|log| *log != data_dir);
        Ok(Self {
            _data: DirectoryLock::take(data_dir)?,
            _log: log.map(DirectoryLock::take).transpose()?,
        })
    }
}

/// A zxid as we print it.
pub(crate) fn parse_zxid(text: &str) -> Option<Zxid> {
    let digits = text.strip_prefix("0x")?;
    i64::from_str_radix(digits, 16).ok().map(Zxid)
}
