//! From the command line to a running console: which ensemble it opens, and how.

use std::{collections::BTreeMap, process::ExitCode};

use anyhow::{Context, bail};

use crate::{
    action::{HookKind, exec::hook::Hook, hands::Hands},
    app,
    cli::{ConsoleArgs, LookArgs, USAGE},
    demo::{Demo, DemoOptions},
    model::{
        Cluster, Model,
        alarm::{Alarms, settings::AlarmSettings},
    },
    notify::settings::NotifySettings,
    reach::{Reach, settings::ReachSettings, way::Way},
    settings::{self, ClusterSettings, Settings},
    source::{AdminPorts, Clock, memory_file},
    terminal,
    view::Look,
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
    match what(&args, clusters)? {
        Some(opened) => watch(opened, &args.look, everywhere, args.read_only).await?,
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
struct Everywhere {
    alarms: AlarmSettings,
    notify: NotifySettings,
    read_only_hooks: BTreeMap<String, Vec<String>>,
    runbooks: BTreeMap<String, String>,
}

impl Everywhere {
    /// It, and the clusters.
    fn of(settings: Settings) -> (Vec<ClusterSettings>, Self) {
        let everywhere = Self {
            alarms: settings.alarms,
            notify: settings.notify,
            read_only_hooks: settings.read_only_hooks,
            runbooks: settings.runbooks,
        };
        (settings.clusters, everywhere)
    }

    /// Gives the model its part; what is left is how the operator is told.
    fn lay_into(self, model: &mut Model) -> NotifySettings {
        model.alarms = Alarms::new(self.alarms);
        model.hooks = self.read_only_hooks;
        model.runbooks = self.runbooks;
        self.notify
    }
}

fn no_terminal() -> ExitCode {
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
    let notify = everywhere.lay_into(&mut model);
    let outcome = app::run(app::Start {
        model,
        clock,
        look: self::look(look),
        admin: AdminPorts::each(demo.admin_ports()),
        witness: Some(demo.witness()),
        notify: notify.for_a_demo(),
        reach: Reach::default(),
        hands: Hands::of_a_demo(demo.processes(), demo.connect().into_iter().collect()),
        // A demo leaves nothing behind but the data that it was asked to keep.
        memory: None,
    })
    .await;
    demo.stop().await;
    outcome
}

/// Runs the console on an ensemble that is there until it is left.
async fn watch(
    opened: Opened,
    look: &LookArgs,
    everywhere: Everywhere,
    read_only: bool,
) -> anyhow::Result<()> {
    // The screen is not taken over yet: a secret's command may ask.
    let reach = Reach::open(&opened.reach)
        .await
        .with_context(|| opened.cluster.name.clone())?;
    let clock = Clock::start();
    let memory = memory_file(&opened.cluster.name);
    let mut model = Model::new(
        clock.now(),
        opened.cluster,
        opened.connect,
        opened.addresses,
    );
    model.cluster.way = Way::of(&opened.reach, &reach);
    model.known.has_own_ports = reach.client.tls().is_some();
    model.read_only = read_only;
    let notify = everywhere.lay_into(&mut model);
    app::run(app::Start {
        model,
        clock,
        look: self::look(look),
        admin: opened.admin,
        witness: None,
        notify,
        reach,
        hands: Hands::with_hooks(opened.hooks),
        memory,
    })
    .await
}

fn look(args: &LookArgs) -> Look {
    Look {
        ascii: args.ascii,
        // no-color.org: present and not empty.
        mono: args.no_color || std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty()),
    }
}

/// The ensemble to watch.
struct Opened {
    cluster: Cluster,
    connect: Vec<String>,
    addresses: BTreeMap<String, String>,
    admin: AdminPorts,
    reach: ReachSettings,
    hooks: BTreeMap<HookKind, Hook>,
}

/// What the command line or console.toml names; `None` for the demo.
fn what(args: &ConsoleArgs, clusters: Vec<ClusterSettings>) -> anyhow::Result<Option<Opened>> {
    if let Some(hosts) = &args.connect {
        let connect = settings::parse_hosts(hosts)
            .map_err(anyhow::Error::msg)
            .context("--connect")?;
        return Ok(Some(Opened {
            cluster: Cluster {
                name: connect.join(","),
                ..Cluster::default()
            },
            connect,
            addresses: BTreeMap::new(),
            reach: ReachSettings::default(),
            hooks: BTreeMap::new(),
            admin: AdminPorts::same(args.admin_port),
        }));
    }
    if args.data_dir.is_some() {
        return Ok(None);
    }
    let number = clusters.len();
    let chosen = match &args.cluster {
        None => clusters.into_iter().next(),
        Some(name) => {
            let known: Vec<&str> = clusters.iter().map(|one| one.name.as_str()).collect();
            if !known.contains(&name.as_str()) {
                bail!(
                    "no cluster \"{name}\" in console.toml; there are: {}",
                    known.join(", ")
                );
            }
            clusters.into_iter().find(|cluster| cluster.name == *name)
        }
    };
    Ok(chosen.map(|cluster| configured(cluster, number)))
}

fn configured(cluster: ClusterSettings, number: usize) -> Opened {
    let others = (number > 1).then(|| format!("one of {number} clusters: --cluster NAME"));
    Opened {
        cluster: Cluster {
            name: cluster.name,
            tag: cluster.tag,
            colour: cluster.colour,
            note: others,
            ..Cluster::default()
        },
        connect: cluster.connect,
        addresses: cluster.addresses,
        reach: cluster.reach,
        hooks: cluster.hooks,
        admin: AdminPorts::same(cluster.admin_port),
    }
}
