//! From the command line to a running console: which ensemble it opens, and how.

use std::{collections::BTreeMap, process::ExitCode};

use anyhow::{Context, bail};

use crate::{
    app,
    cli::{ConsoleArgs, LookArgs, USAGE},
    demo::{Demo, DemoOptions},
    model::{
        Cluster, Model,
        alarm::{Alarms, settings::AlarmSettings},
    },
    notify::settings::NotifySettings,
    settings::{self, ClusterSettings},
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
    let telling = (settings.alarms, settings.notify);
    match what(&args, settings.clusters)? {
        Some(opened) => watch(opened, &args.look, telling).await?,
        None => {
            eprintln!("zoowarden: no cluster is configured");
            let options = DemoOptions {
                data_dir: args.data_dir,
                ..DemoOptions::default()
            };
            demonstrate(options, &args.look, telling).await?;
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
    demonstrate(options, look, (settings.alarms, settings.notify)).await?;
    Ok(ExitCode::SUCCESS)
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
    (alarms, notify): (AlarmSettings, NotifySettings),
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
    model.alarms = Alarms::new(alarms);
    let outcome = app::run(app::Start {
        model,
        clock,
        look: self::look(look),
        admin: AdminPorts::each(demo.admin_ports()),
        witness: Some(demo.witness()),
        notify: notify.for_a_demo(),
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
    (alarms, notify): (AlarmSettings, NotifySettings),
) -> anyhow::Result<()> {
    let clock = Clock::start();
    let memory = memory_file(&opened.cluster.name);
    let mut model = Model::new(
        clock.now(),
        opened.cluster,
        opened.connect,
        opened.addresses,
    );
    model.alarms = Alarms::new(alarms);
    app::run(app::Start {
        model,
        clock,
        look: self::look(look),
        admin: opened.admin,
        witness: None,
        notify,
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
        admin: AdminPorts::same(cluster.admin_port),
    }
}
