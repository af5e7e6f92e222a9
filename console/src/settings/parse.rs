//! The text of console.toml, checked: the first mistake is told with its line.

use std::{collections::BTreeMap, num::NonZeroU16};

use serde::Deserialize;
use toml::Spanned;

use super::{
    ClusterSettings, Settings, SettingsError, audit,
    hosts::is_address,
    keys,
    lists::{read_only_hooks, runbooks},
    ui, zones,
};
use crate::{
    action::exec::{
        hook_settings::RawHooks,
        hooks::{self, Hooks},
    },
    model::alarm::settings::RawAlarms,
    notify::settings::RawNotify,
    reach::settings::{RawAuth, RawTls, check as check_reach},
    record::settings::RawRecord,
    source::AdminPorts,
    view::{COLOURS, colour},
};

/// Where AdminServers listen unless they are told otherwise.
const USUAL_ADMIN_PORT: u16 = 8080;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    cluster: Vec<RawCluster>,
    notify: Option<RawNotify>,
    #[serde(default)]
    alarms: RawAlarms,
    #[serde(default)]
    read_only_hooks: BTreeMap<String, Spanned<String>>,
    #[serde(default)]
    runbooks: BTreeMap<Spanned<String>, String>,
    #[serde(default)]
    ui: ui::RawUi,
    #[serde(default)]
    keys: keys::RawKeys,
    #[serde(default)]
    record: RawRecord,
    #[serde(default)]
    audit: audit::RawAudit,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawCluster {
    name: Spanned<String>,
    connect: Spanned<Vec<Spanned<String>>>,
    tag: Option<String>,
    colour: Option<Spanned<String>>,
    admin_port: Option<u16>,
    #[serde(default)]
    admin_ports: BTreeMap<Spanned<String>, NonZeroU16>,
    #[serde(default)]
    addresses: BTreeMap<String, Spanned<String>>,
    via: Option<Spanned<Vec<String>>>,
    via_name: Option<String>,
    tls: Option<RawTls>,
    #[serde(default)]
    auth: RawAuth,
    #[serde(default)]
    hooks: RawHooks,
    #[serde(default)]
    zones: zones::RawZones,
    #[serde(default)]
    local: BTreeMap<String, Spanned<String>>,
}

/// The settings of a text that messages call `file`.
///
/// # Errors
/// [`SettingsError::Content`] for the first thing that is not as expected.
pub fn parse(text: &str, file: &str) -> Result<Settings, SettingsError> {
    let wrong = |at: usize, message: String| SettingsError::Content {
        file: file.to_owned(),
        line: text[..at.min(text.len())].lines().count().max(1),
        message,
    };
    let raw: File = toml::from_str(text).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start + 1);
        wrong(at, error.message().to_owned())
    })?;
    let mut clusters: Vec<ClusterSettings> = Vec::new();
    for cluster in raw.cluster {
        let at = |spanned: std::ops::Range<usize>| spanned.start + 1;
        let name_at = at(cluster.name.span());
        let name = cluster.name.into_inner();
        if clusters.iter().any(|other| other.name == name) {
            return Err(wrong(
                name_at,
                format!("name: \"{name}\" is taken by a cluster above"),
            ));
        }
        if let Some(spanned) = &cluster.colour
            && colour(spanned.get_ref()).is_none()
        {
            let found = spanned.get_ref();
            let message = format!("colour: expected {COLOURS}, found \"{found}\"");
            return Err(wrong(at(spanned.span()), message));
        }
        let connect_at = at(cluster.connect.span());
        let connect = cluster.connect.into_inner();
        if connect.is_empty() {
            return Err(wrong(
                connect_at,
                "connect: expected at least one host:port".to_owned(),
            ));
        }
        let bad: Vec<&Spanned<String>> = connect
            .iter()
            .chain(cluster.addresses.values())
            .chain(cluster.admin_ports.keys())
            .filter(|one| !is_address(one.get_ref()))
            .collect();
        if let Some(first) = bad.first() {
            let found: Vec<String> = bad
                .iter()
                .map(|one| format!("\"{}\"", one.get_ref()))
                .collect();
            let message = format!("expected host:port, found {}", found.join(", "));
            return Err(wrong(at(first.span()), message));
        }
        let reach = check_reach(cluster.via, cluster.via_name, cluster.tls, cluster.auth)
            .map_err(|(at, message)| wrong(at + 1, message))?;
        let named = cluster.hooks.check();
        let hooks = Hooks {
            named: named.map_err(|(at, message)| wrong(at, message))?,
            local: hooks::local(cluster.local).map_err(|(at, message)| wrong(at, message))?,
        };
        let admin_ports = cluster.admin_ports.into_iter();
        let admin = AdminPorts::with(
            cluster.admin_port.unwrap_or(USUAL_ADMIN_PORT),
            admin_ports
                .map(|(address, port)| (address.into_inner(), port.get()))
                .collect(),
        );
        let zones = zones::check(cluster.zones).map_err(|(at, message)| wrong(at, message))?;
        clusters.push(ClusterSettings {
            zones,
            hooks,
            reach,
            name,
            connect: connect.into_iter().map(Spanned::into_inner).collect(),
            tag: cluster.tag,
            colour: cluster.colour.map(Spanned::into_inner),
            admin,
            addresses: cluster
                .addresses
                .into_iter()
                .map(|(from, to)| (from, to.into_inner()))
                .collect(),
        });
    }
    let read_only_hooks =
        read_only_hooks(raw.read_only_hooks).map_err(|(at, message)| wrong(at + 1, message))?;
    let runbooks = runbooks(raw.runbooks).map_err(|(at, message)| wrong(at + 1, message))?;
    let record = raw.record.check();
    let record = record.map_err(|(at, message)| wrong(at + 1, message))?;
    let audit_syslog = raw.audit.check();
    let audit_syslog = audit_syslog.map_err(|(at, message)| wrong(at, message))?;
    let notify = raw.notify.map(RawNotify::check).transpose();
    Ok(Settings {
        clusters,
        notify: notify
            .map_err(|(at, message)| wrong(at, message))?
            .unwrap_or_default(),
        alarms: raw
            .alarms
            .check()
            .map_err(|mistake| wrong(mistake.at + 1, mistake.message))?,
        read_only_hooks,
        runbooks,
        ui: raw
            .ui
            .check()
            .map_err(|(at, message)| wrong(at + 1, message))?,
        keys: keys::check(raw.keys).map_err(|(at, message)| wrong(at + 1, message))?,
        record,
        audit_syslog,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong(text: &str) -> String {
        parse(text, "console.toml").unwrap_err().to_string()
    }

    #[test]
    fn a_whole_file_is_read() {
        let text = "[[cluster]]\nname = \"prod\"\nconnect = [\"zk1:2181\"]\ntag = \"PROD\"\n\
                    colour = \"red\"\n[cluster.addresses]\n3 = \"localhost:12183\"\n\
                    [[cluster]]\nname = \"test\"\nconnect = [\"[::1]:2181\"]\nadmin_port = 8081\n\
                    [cluster.admin_ports]\n\"[::1]:2182\" = 8082\n";
        let clusters = parse(text, "console.toml").unwrap().clusters;
        assert_eq!(clusters.len(), 2);
        assert_eq!(clusters[0].addresses["3"], "localhost:12183");
        let admin = |cluster: usize, address| clusters[cluster].admin.address_of(address);
        assert_eq!(admin(0, "zk1:2181"), "zk1:8080");
        assert_eq!(admin(1, "[::1]:2181"), "[::1]:8081");
        assert_eq!(admin(1, "[::1]:2182"), "[::1]:8082");
    }

    #[test]
    fn a_mistake_is_told_with_its_line_and_what_was_expected() {
        let cluster = "[[cluster]]\nname = \"a\"\n";
        assert_eq!(
            wrong(&format!("{cluster}connect = [\"zk1:2181\",\n \"zk2\"]\n")),
            "console.toml:4: expected host:port, found \"zk2\""
        );
        assert_eq!(
            wrong(&format!(
                "{cluster}connect = [\"a:1\"]\ncolour = \"mauve\"\n"
            )),
            "console.toml:4: colour: expected red, green, yellow, blue, magenta, cyan or white, \
             found \"mauve\""
        );
        assert!(wrong(&format!("{cluster}conect = [\"a:1\"]\n")).starts_with("console.toml:3: "));
        assert!(wrong("[[cluster]]\nname = \"a\"\n").contains("connect"));
        let twice = "[[cluster]]\nname = \"a\"\nconnect = [\"a:1\"]\n".repeat(2);
        assert_eq!(
            wrong(&twice),
            "console.toml:5: name: \"a\" is taken by a cluster above"
        );
    }
}
