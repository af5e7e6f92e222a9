//! Who is to be acted on, and what there is to act with.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use anyhow::{Context as _, Result};
use zoowarden_client::{Connector, Identity, http};
use zoowarden_shared::{
    Sid,
    admin::{MemberReport, absorb_configuration, admin_object},
};

use super::Args;
use crate::{
    action::{
        Elections, Means, Proof, Writes,
        audit_log::{AuditLog, own_log},
        disk::{DiskFacts, LastHeard},
        hands::Hands,
        poll::{Before, DISK_PATH, Way},
        run::Runner,
    },
    model::roster::{Known, join, split},
    reach::{Reach, secret::SecretSource},
    settings::{self, ClusterSettings},
    source::{AdminPorts, Clock, recall},
};

/// For one question to an AdminServer that the command line names.
const DEADLINE: Duration = Duration::from_secs(2);

/// All that the gate is driven with.
pub(super) struct Opened {
    pub(super) runner: Runner,
    pub(super) before: Before,
    pub(super) means: Means,
    pub(super) clock: Clock,
    /// What a probe write has shown, once the first poll has ended and somebody leads.
    pub(super) proof: Option<Proof>,
    /// When an earlier console saw who the members are: nobody may tell now.
    pub(super) remembered_wall_ms: Option<i64>,
}

/// Opens what the command line names; the inner error is a wrong command line.
pub(super) async fn open(args: &Args) -> Result<Result<Opened, String>> {
    let clock = Clock::start();
    let cluster = match &args.connect {
        Some(hosts) => match settings::parse_hosts(hosts) {
            Ok(connect) => match named_by_hosts(args, connect) {
                Ok(cluster) => cluster,
                Err(wrong) => return Ok(Err(wrong)),
            },
            Err(wrong) => return Ok(Err(format!("--connect: {wrong}"))),
        },
        None => {
            let clusters = settings::load(args.config.clone())?.clusters;
            match settings::choose(args.cluster.as_deref(), clusters) {
                Ok(cluster) => cluster,
                Err(wrong) => return Ok(Err(wrong)),
            }
        }
    };
    let reach = match &args.digest_file {
        None => Reach::open(&cluster.reach).await?,
        Some(file) => as_digest(file.clone()).await?,
    };
    let admin = match &args.admin {
        None => cluster.admin,
        Some(list) => match settings::parse_hosts(list) {
            Ok(list) => AdminPorts::each(admin_ports(&reach, &list).await),
            Err(wrong) => return Ok(Err(format!("--admin: {wrong}"))),
        },
    };
    let mut known = Known {
        seeds: cluster.connect,
        address_map: cluster.addresses,
        ..Known::default()
    };
    // In an outage nobody tells who the members are: an earlier console may have seen it.
    let memory = recall(&cluster.name, &known.seeds);
    let remembered_wall_ms = memory.as_ref().map(|memory| memory.saved_wall_ms);
    let mut last_heard = LastHeard::new();
    if let Some(memory) = memory {
        memory.recall_members(&mut known);
        last_heard = memory.last_heard();
    }
    let before = Before {
        known,
        round_trip_us: None,
        writes: Writes::Succeed,
        at: clock.now(),
        last_heard,
        stuck_at: None,
        // Nobody has looked.
        elections: Elections::default(),
        cut_off: Default::default(),
        storm: None,
        own_session: None,
    };
    let way = Way {
        reach,
        admin,
        clock,
    };
    let hands = Hands::with_hooks(cluster.hooks);
    let syslog = settings::load(args.config.clone())?.audit_syslog;
    let recorder = Arc::new(AuditLog::at(own_log()).copied_to(syslog));
    let (mut means, mut runner) = hands.open(&cluster.name, way, args.read_only, recorder);
    if let Some(seconds) = args.watch {
        means.watch_ms = seconds * 1000;
    }
    if args.dry_run {
        // Judged as one that may act, and unable to.
        runner.permit = None;
    }
    Ok(Ok(Opened {
        runner,
        before,
        means,
        clock,
        proof: None,
        remembered_wall_ms,
    }))
}

fn named_by_hosts(args: &Args, connect: Vec<String>) -> Result<ClusterSettings, String> {
    let admin = AdminPorts::in_order(&connect, &args.admin_port);
    Ok(ClusterSettings {
        // As the console calls it.
        name: connect.join(","),
        connect,
        admin: admin.map_err(|wrong| format!("--admin-port: {wrong}"))?,
        ..ClusterSettings::default()
    })
}

async fn as_digest(file: std::path::PathBuf) -> Result<Reach> {
    let secret = SecretSource::File(file).read().await;
    let secret = secret
        .map_err(anyhow::Error::msg)
        .context("--digest-file")?;
    let identity = Identity {
        digest: Some(secret),
        ..Identity::default()
    };
    let client = Connector::new(None, None, identity);
    Ok(Reach {
        admin: client.clone(),
        client,
    })
}

/// Whose AdminServer each of these is: it tells its client port, and is on the same host.
async fn admin_ports(reach: &Reach, list: &[String]) -> BTreeMap<String, u16> {
    let mut ports = BTreeMap::new();
    for address in list {
        let (host, Some(port)) = split(address) else {
            continue;
        };
        let ask = async |path| {
            let answer = http::get_by(&reach.admin, address, path, DEADLINE).await;
            answer.ok()
        };
        let answer = ask("/commands/configuration").await;
        let object = answer.map(|answer| admin_object(answer.status, &answer.body));
        let client_port = match object {
            Some(Ok(configuration)) => {
                let mut report = MemberReport::default();
                absorb_configuration(&mut report, &configuration);
                report.client_port
            }
            // Without a quorum it tells what it starts with, by its disk.
            _ => ask(DISK_PATH).await.and_then(|answer| {
                let facts = DiskFacts::from_json(&answer.body)?;
                let sid = Sid(facts.myid?);
                Some(
                    facts
                        .config?
                        .servers
                        .get(&sid)?
                        .client_address
                        .as_ref()?
                        .port,
                )
            }),
        };
        ports.extend(client_port.map(|client| (join(host, client), port)));
    }
    ports
}
