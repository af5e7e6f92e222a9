//! From the command line to a running console: which ensemble it opens, and how.

use std::{collections::BTreeMap, process::ExitCode};

use anyhow::{Context, bail};

use crate::{
    app,
    cli::ConsoleArgs,
    demo::{Demo, DemoOptions},
    model::{Cluster, Model},
    settings::{self, ClusterSettings},
    source::{AdminPort, Clock, memory_file},
    terminal,
    view::Look,
};

/// Exit code where there is no terminal to draw on.
const NO_TERMINAL: u8 = 2;

/// Opens the console.
///
/// # Errors
/// When console.toml, an address or the terminal is not as it must be.
pub async fn run(args: ConsoleArgs) -> anyhow::Result<ExitCode> {
    if !terminal::is_there() {
        eprintln!(
            "zoowarden draws on a terminal, and standard output is none.\n\
             For scripts and pipes: zoowarden status --connect HOST:PORT,... [--json]"
        );
        return Ok(ExitCode::from(NO_TERMINAL));
    }
    let look = Look {
        ascii: args.ascii,
        // no-color.org: present and not empty.
        mono: args.no_color || std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty()),
    };
    let (opened, _demo) = match what(&args)? {
        Some(opened) => (opened, None),
        None => {
            // Nothing is drawn yet: this line is what there is to see for a moment.
            eprintln!("zoowarden: no cluster is configured; starting the demo");
            let demo = Demo::start(DemoOptions {
                data_dir: args.data_dir.clone(),
            })
            .await?;
            (demonstrated(&demo, &args), Some(demo))
        }
    };
    let clock = Clock::start();
    // A demo leaves nothing behind but the data that it was asked to keep.
    let memory = memory_file(&opened.cluster.name).filter(|_| !opened.cluster.demo);
    let model = Model::new(
        clock.now(),
        opened.cluster,
        opened.connect,
        opened.addresses,
    );
    app::run(app::Start {
        model,
        clock,
        look,
        admin: opened.admin,
        memory,
    })
    .await?;
    Ok(ExitCode::SUCCESS)
}

/// The ensemble to watch.
struct Opened {
    cluster: Cluster,
    connect: Vec<String>,
    addresses: BTreeMap<String, String>,
    admin: AdminPort,
}

/// The server that this console has just started.
fn demonstrated(demo: &Demo, args: &ConsoleArgs) -> Opened {
    let data = match &args.data_dir {
        Some(directory) => format!("data kept in {}", directory.display()),
        None => "throw-away data".to_owned(),
    };
    Opened {
        cluster: Cluster {
            name: format!("on this machine, {data}"),
            demo: true,
            note: Some("yours: zoowarden --connect HOST:2181".to_owned()),
            ..Cluster::default()
        },
        connect: vec![demo.connect().to_owned()],
        addresses: BTreeMap::new(),
        admin: AdminPort(demo.admin_port()),
    }
}

/// What the command line or console.toml names; `None` for the demo.
fn what(args: &ConsoleArgs) -> anyhow::Result<Option<Opened>> {
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
            admin: AdminPort(args.admin_port),
        }));
    }
    if args.data_dir.is_some() {
        return Ok(None);
    }
    let clusters = settings::load(args.config.clone())?;
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
            demo: false,
            note: others,
        },
        connect: cluster.connect,
        addresses: cluster.addresses,
        admin: AdminPort(cluster.admin_port),
    }
}
