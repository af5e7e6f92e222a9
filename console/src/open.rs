//! From the command line to a running console: which ensemble it opens, and how.
//!
//! `rooms` goes from one cluster to another, by way of the fleet.

mod rooms;

use std::{
    collections::BTreeMap,
    ffi::{OsStr, OsString},
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::Context;

use rooms::Rooms;

use crate::{
    action::{exec::hooks::Hooks, hands::Hands},
    app::{self, Ended},
    cli::{ConsoleArgs, LookArgs, USAGE},
    demo::{Demo, DemoOptions},
    keymap::{
        Action,
        bound::{Keys, Rebinding},
    },
    model::{
        Cluster, Model,
        alarm::{Alarms, settings::AlarmSettings},
    },
    notify::settings::NotifySettings,
    reach::{Reach, secret::SecretSource, settings::ReachSettings, way::Way},
    record::{Ring, settings::RecordSettings},
    settings::{self, ClusterSettings, Settings, UiSettings},
    source::{AdminPorts, Clock, memory_file},
    stage::Stage,
    terminal,
    view::{Look, Theme},
};

/// Opens the console on what the command line or console.toml names, on a demo otherwise.
///
/// # Errors
/// When console.toml, an address or the terminal is not as it must be, or the demo does not
/// start.
pub async fn run(args: ConsoleArgs) -> anyhow::Result<ExitCode> {
    if !terminal::is_there() {
        return Ok(no_terminal());
    }
    let settings = settings::load(args.config.clone())?;
    let (clusters, everywhere) = Everywhere::of(settings);
    let which = Which {
        connect: args.connect.as_deref(),
        cluster: args.cluster.as_deref(),
        admin_port: &args.admin_port,
        config: args.config.as_deref(),
    };
    let rooms = match args.data_dir {
        Some(_) => None,
        None => Rooms::of(which, clusters)?,
    };
    match rooms {
        Some(rooms) => rooms.visit(&args.look, everywhere, args.read_only).await?,
        None => {
            eprintln!("zoowarden: no cluster is configured");
            let options = DemoOptions {
                data_dir: args.data_dir,
                ..DemoOptions::default()
            };
            demonstrate(options, &args.look, everywhere, args.read_only).await?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Starts a demo and opens the console on it; the demo ends with the console.
///
/// # Errors
/// When console.toml or the terminal is not as it must be, or the demo does not start.
pub async fn demo(look: &LookArgs, options: DemoOptions) -> anyhow::Result<ExitCode> {
    if !terminal::is_there() {
        return Ok(no_terminal());
    }
    let settings = settings::load(None)?;
    let (_, everywhere) = Everywhere::of(settings);
    demonstrate(options, look, everywhere, false).await?;
    Ok(ExitCode::SUCCESS)
}

/// What console.toml says for whichever ensemble is opened.
#[derive(Clone)]
pub(crate) struct Everywhere {
    alarms: AlarmSettings,
    notify: NotifySettings,
    read_only_hooks: BTreeMap<String, Vec<String>>,
    runbooks: BTreeMap<String, String>,
    ui: UiSettings,
    keys: Vec<Rebinding>,
    record: RecordSettings,
    audit_syslog: Option<PathBuf>,
}

impl Everywhere {
    /// It, and the clusters.
    pub(crate) fn of(settings: Settings) -> (Vec<ClusterSettings>, Self) {
        let everywhere = Self {
            alarms: settings.alarms,
            notify: settings.notify,
            read_only_hooks: settings.read_only_hooks,
            runbooks: settings.runbooks,
            record: settings.record,
            audit_syslog: settings.audit_syslog,
            ui: settings.ui,
            keys: settings.keys,
        };
        (settings.clusters, everywhere)
    }

    /// How the screen is set.
    pub(crate) fn ui(&self) -> UiSettings {
        self.ui
    }

    /// Where is recorded, if at all.
    fn ring(&self, directory: Option<PathBuf>) -> Option<Ring> {
        Some(Ring {
            directory: directory.filter(|_| self.record.enabled)?,
            limit_bytes: self.record.limit_bytes,
        })
    }

    /// What acts on an ensemble that others run, by these hooks.
    fn hands(&self, hooks: Hooks) -> Hands {
        let mut hands = Hands::with_hooks(hooks);
        hands.audit_syslog.clone_from(&self.audit_syslog);
        hands
    }

    /// How the operator is told beside the screen.
    pub(crate) fn notify(&self) -> NotifySettings {
        self.notify.clone()
    }

    /// Gives the model its part; what is left is how the operator is told.
    pub(crate) fn lay_into(self, model: &mut Model) -> NotifySettings {
        model.alarms = Alarms::new(self.alarms);
        model.hooks = self.read_only_hooks;
        model.runbooks = self.runbooks;
        model.keys = Keys::new(&self.keys, model.breaks.is_possible);
        self.notify
    }
}

pub(crate) fn no_terminal() -> ExitCode {
    eprintln!(
        "zoowarden draws on a terminal, and standard output is none.\n\
         For scripts and pipes: zoowarden status --connect HOST:PORT,... [--json]\n\
         or, for a demo:        zoowarden demo --headless"
    );
    ExitCode::from(USAGE)
}

async fn demonstrate(
    options: DemoOptions,
    look: &LookArgs,
    everywhere: Everywhere,
    read_only: bool,
) -> anyhow::Result<()> {
    // Nothing is drawn yet: this line is what there is to see for a moment.
    eprintln!("zoowarden: starting the demo, members: {}", options.members);
    let data = match &options.data_dir {
        Some(directory) => format!("data kept in {}", directory.display()),
        None => "throw-away data".to_owned(),
    };
    let demo = Demo::start(options).await?;
    let clock = Clock::start();
    let mut model = demo.model(clock.now(), format!("on this machine, {data}"));
    model.read_only = read_only;
    let ui = everywhere.ui;
    let recording = everywhere.ring(Some(demo.scratch().join("recording")));
    let notify = everywhere.lay_into(&mut model);
    model.cluster.note = Some(note(&model));
    let start = app::Start {
        model,
        clock,
        look: self::look(look, ui),
        admin: AdminPorts::each(demo.admin_ports()),
        witness: Some(demo.witness()),
        breaker: Some(demo.breaker()),
        saboteur: None,
        elsewhere: None,
        reach: Reach::default(),
        hands: demo.hands(),
        // The demo's members end with this console, and what is done to them.
        launcher: None,
        // A demo leaves nothing behind but the data that it was asked to keep.
        memory: None,
        recording,
    };
    let outcome = alone(start, notify.for_a_demo(), ui.mouse).await;
    demo.stop().await;
    outcome.map(drop)
}

/// Runs one console on a stage of its own.
pub(crate) async fn alone(
    start: app::Start,
    notify: NotifySettings,
    mouse: bool,
) -> anyhow::Result<Ended> {
    let mut stage = Stage::open(notify, mouse)?;
    let ended = app::run(start, &mut stage).await;
    stage.close();
    ended
}

/// What to do with a demo, beside its name.
fn note(model: &Model) -> String {
    let mut lines = model.keys.all();
    let line = lines.find(|line| line.binding.action == Action::Break);
    let breaks = line.map_or_else(String::new, |line| format!("{} breaks it, ", line.shown));
    format!("{breaks}yours: --connect HOST")
}

/// What the command line says goes before console.toml.
pub(crate) fn look(args: &LookArgs, ui: UiSettings) -> Look {
    // no-color.org: present and not empty.
    let is_mono =
        args.no_color || std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    Look {
        ascii: args.ascii || ui.ascii,
        theme: match is_mono {
            true => Theme::Mono,
            false => args.theme.unwrap_or(ui.theme),
        },
    }
}

/// The ensemble to watch.
#[derive(Clone)]
pub(crate) struct Opened {
    cluster: Cluster,
    connect: Vec<String>,
    addresses: BTreeMap<String, String>,
    pub(crate) admin: AdminPorts,
    reach: ReachSettings,
    /// The way there, once its secrets were read.
    way: Option<Reach>,
    hooks: Hooks,
    /// As `zoowarden act` takes it.
    named_by: Vec<OsString>,
}

impl Opened {
    /// The file of what is kept of it between runs.
    pub(crate) fn memory(&self) -> Option<PathBuf> {
        memory_file(&self.cluster.name)
    }

    /// Whether a command that reads a secret may ask the operator on the terminal.
    fn may_ask(&self) -> bool {
        let auth = &self.reach.auth;
        let secrets = [&auth.digest, &auth.sasl];
        let mut commands = secrets.into_iter().flatten();
        self.way.is_none() && commands.any(|secret| matches!(secret, SecretSource::Command(_)))
    }

    /// A model that knows its addresses, the way there, and what starts its members. No screen
    /// may be taken over yet: a secret's command may ask.
    pub(crate) async fn model(self, clock: Clock) -> anyhow::Result<(Model, Reach, Hooks)> {
        let reach = match self.way.clone() {
            Some(way) => way,
            None => Reach::open(&self.reach)
                .await
                .with_context(|| self.cluster.name.clone())?,
        };
        let mut model = Model::new(clock.now(), self.cluster, self.connect, self.addresses);
        let words: Vec<String> = self.named_by.iter().map(|word| quoted(word)).collect();
        model.cluster.named_by = words.join(" ");
        model.cluster.way = Way::of(&self.reach, &reach);
        model.known.has_own_ports = reach.client.tls().is_some();
        Ok((model, reach, self.hooks))
    }
}

/// A word for a shell, to be pasted.
fn quoted(word: &OsStr) -> String {
    let word = word.to_string_lossy();
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_.,:/=+@%".contains(c);
    match !word.is_empty() && word.chars().all(is_plain) {
        true => word.into_owned(),
        false => format!("'{}'", word.replace('\'', r"'\''")),
    }
}

/// What the command line says of the ensemble.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Which<'a> {
    pub(crate) connect: Option<&'a str>,
    pub(crate) cluster: Option<&'a str>,
    /// As the command line has them: see [`AdminPorts::in_order`].
    pub(crate) admin_port: &'a [u16],
    /// The console.toml that the command line names.
    pub(crate) config: Option<&'a Path>,
}

/// What the command line or console.toml names.
///
/// # Errors
/// When it names no ensemble that there is, or none where there are several.
pub(crate) fn named(args: Which<'_>, clusters: Vec<ClusterSettings>) -> anyhow::Result<Opened> {
    if let Some(hosts) = args.connect {
        return connected(hosts, args.admin_port);
    }
    let chosen = settings::choose(args.cluster, clusters).map_err(anyhow::Error::msg)?;
    Ok(configured(chosen, args.config))
}

/// What `--connect` names.
fn connected(hosts: &str, admin_port: &[u16]) -> anyhow::Result<Opened> {
    let connect = settings::parse_hosts(hosts)
        .map_err(anyhow::Error::msg)
        .context("--connect")?;
    let admin = AdminPorts::in_order(&connect, admin_port)
        .map_err(anyhow::Error::msg)
        .context("--admin-port")?;
    let mut named_by: Vec<OsString> = vec!["--connect".into(), hosts.into()];
    if !admin_port.is_empty() {
        let ports: Vec<String> = admin_port.iter().map(u16::to_string).collect();
        named_by.extend(["--admin-port".into(), ports.join(",").into()]);
    }
    Ok(Opened {
        cluster: Cluster {
            name: connect.join(","),
            ..Cluster::default()
        },
        connect,
        addresses: BTreeMap::new(),
        reach: ReachSettings::default(),
        way: None,
        hooks: Hooks::default(),
        admin,
        named_by,
    })
}

/// `file` is the console.toml that the command line names.
fn configured(cluster: ClusterSettings, file: Option<&Path>) -> Opened {
    let mut named_by: Vec<OsString> = vec!["--cluster".into(), cluster.name.clone().into()];
    if let Some(file) = file {
        named_by.extend(["--config".into(), file.into()]);
    }
    Opened {
        cluster: Cluster {
            name: cluster.name,
            tag: cluster.tag,
            colour: cluster.colour,
            zones: cluster.zones,
            ..Cluster::default()
        },
        connect: cluster.connect,
        addresses: cluster.addresses,
        reach: cluster.reach,
        way: None,
        hooks: cluster.hooks,
        admin: cluster.admin,
        named_by,
    }
}
