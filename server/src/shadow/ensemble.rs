//! Who the ensemble is, asked of its members as a client would.
//!
//! `conf` is asked first, which leaves no trace; where it is not in a member's whitelist, one
//! session reads `/zookeeper/config` and is closed.

use std::{net::IpAddr, time::Duration};

use anyhow::{Context, bail, ensure};
use zoowarden_client::{ConnectOptions, Connection, fourletter};
use zoowarden_shared::{
    Zxid,
    admin::{MemberReport, absorb_conf, absorb_srvr, word_refusal},
    config::{DynamicConfig, HostPort},
};

/// For one answer of one member.
const PATIENCE: Duration = Duration::from_secs(3);

/// What a member does not say without `conf`: Apache's sample configuration.
const TICK_TIME_MS: u32 = 2000;
const INIT_LIMIT_TICKS: u32 = 10;
const SYNC_LIMIT_TICKS: u32 = 5;

/// An ensemble, as one of its members describes it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Ensemble {
    pub(super) servers: DynamicConfig,
    pub(super) tick_time_ms: u32,
    pub(super) init_limit_ticks: u32,
    pub(super) sync_limit_ticks: u32,
}

/// Asks one host after the other until one answers.
///
/// # Errors
/// What each of them answered, where none described an ensemble; or why the addresses that one
/// gave are of no use from here.
pub(super) async fn find(hosts: &[HostPort]) -> anyhow::Result<Ensemble> {
    let mut faults = Vec::new();
    for host in hosts {
        match describe(host).await {
            Ok(ensemble) => {
                check_addresses(&ensemble.servers, host).await?;
                return Ok(ensemble);
            }
            Err(fault) => faults.push(format!("{host}: {fault:#}")),
        }
    }
    bail!(
        "cannot learn who the ensemble is:\n  {}",
        faults.join("\n  ")
    )
}

async fn describe(host: &HostPort) -> anyhow::Result<Ensemble> {
    let address = host.to_string();
    let conf = fourletter::ask(&address, "conf", PATIENCE).await?;
    let conf = if word_refusal("conf", &conf).is_none() {
        conf
    } else {
        String::new()
    };
    let mut report = MemberReport::default();
    absorb_conf(&mut report, &conf);
    let membership = match report.membership {
        Some(membership) => membership,
        None => read_config_node(&address).await?,
    };
    let servers = DynamicConfig::parse(&membership, &address)?;
    ensure!(
        servers.voters().next().is_some(),
        "it is a standalone server: there is nobody to follow"
    );
    let tick_time_ms = report.tick_time_ms.and_then(|ms| ms.try_into().ok());
    Ok(Ensemble {
        servers,
        tick_time_ms: tick_time_ms.unwrap_or(TICK_TIME_MS),
        init_limit_ticks: setting(&conf, "initLimit").unwrap_or(INIT_LIMIT_TICKS),
        sync_limit_ticks: setting(&conf, "syncLimit").unwrap_or(SYNC_LIMIT_TICKS),
    })
}

fn setting(conf: &str, key: &str) -> Option<u32> {
    let values = conf.lines().filter_map(|line| line.split_once('='));
    let value = values.into_iter().find(|(name, _)| *name == key)?.1;
    value.trim().parse().ok()
}

/// The world may read `/zookeeper/config`, unless an operator has changed that.
async fn read_config_node(address: &str) -> anyhow::Result<String> {
    let options = ConnectOptions {
        connect_deadline: PATIENCE,
        call_deadline: PATIENCE,
        ..ConnectOptions::default()
    };
    let (connection, _) = Connection::connect(address, options).await?;
    let answer = connection.get_data("/zookeeper/config", false).await;
    // Without it the session expires by itself.
    let _ = connection.close().await;
    let data = answer.context("cannot read /zookeeper/config")?.value.data;
    let text = String::from_utf8(data.unwrap_or_default().into());
    text.context("/zookeeper/config is no text")
}

/// Members often name themselves by addresses that mean something to them alone.
async fn check_addresses(servers: &DynamicConfig, asked: &HostPort) -> anyhow::Result<()> {
    let asked_here = is_loopback(asked).await;
    let mut reachable = false;
    for (sid, server) in &servers.servers {
        for address in &server.addresses {
            let peer = HostPort::new(&address.host, address.quorum_port);
            let line = format!("server.{sid}={}:{}", address.host, address.quorum_port);
            ensure!(
                !peer.is_any(),
                "{asked} gives {line}, an address on which it listens and that nobody can dial. \
                 Its configuration needs the host's name or address there"
            );
            match resolve(&peer).await {
                Ok(found) if !asked_here && found.iter().all(IpAddr::is_loopback) => bail!(
                    "{asked} gives {line}, which is this host from here. Its configuration needs \
                     an address that other hosts reach too, or run the shadow where it runs"
                ),
                Ok(_) => reachable = true,
                Err(fault) => tracing::warn!(%sid, %fault, "cannot resolve {line}"),
            }
        }
    }
    ensure!(
        reachable,
        "{asked} names no server that can be resolved from here"
    );
    Ok(())
}

async fn is_loopback(host: &HostPort) -> bool {
    let found = resolve(host).await;
    found.is_ok_and(|found| found.iter().any(IpAddr::is_loopback))
}

async fn resolve(host: &HostPort) -> std::io::Result<Vec<IpAddr>> {
    let found = tokio::net::lookup_host((host.host.as_str(), host.port)).await?;
    Ok(found.map(|address| address.ip()).collect())
}

/// The last transaction that any of the hosts has applied, as `srvr` tells it to everybody.
pub(super) async fn last_zxid(hosts: &[HostPort]) -> Option<Zxid> {
    let asked = hosts.iter().map(async |host| {
        let address = host.to_string();
        let text = fourletter::ask(&address, "srvr", PATIENCE).await.ok()?;
        let mut report = MemberReport::default();
        absorb_srvr(&mut report, &text);
        report.zxid
    });
    let answers = futures_util::future::join_all(asked).await;
    answers.into_iter().flatten().max()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn servers(text: &str) -> DynamicConfig {
        DynamicConfig::parse(text, "test").unwrap()
    }

    async fn refusal(text: &str, asked: &str) -> String {
        let asked = HostPort::parse(asked).unwrap();
        let refused = check_addresses(&servers(text), &asked).await;
        format!("{:#}", refused.unwrap_err())
    }

    #[tokio::test]
    async fn addresses_that_lead_nowhere_are_named() {
        let any = "server.1=0.0.0.0:2888:3888\nserver.2=127.0.0.1:2888:3888\n";
        let refused = refusal(any, "127.0.0.1:2181").await;
        assert!(
            refused.contains("server.1=0.0.0.0:2888, an address"),
            "{refused}"
        );
        let local = "server.3=127.0.0.1:2888:3888\n";
        let refused = refusal(local, "192.0.2.1:2181").await;
        assert!(
            refused.contains("server.3=127.0.0.1:2888, which is this host"),
            "{refused}"
        );
        let here = HostPort::new("127.0.0.1", 2181);
        check_addresses(&servers(local), &here).await.unwrap();
    }

    #[test]
    fn settings_are_read_where_conf_gives_them() {
        let conf = "tickTime=500\ninitLimit=7\nsyncLimit=x\n";
        assert_eq!(setting(conf, "initLimit"), Some(7));
        assert_eq!(setting(conf, "syncLimit"), None);
        assert_eq!(setting("", "initLimit"), None);
    }
}
