//! `:config`: the dynamic configuration with its version, and where the members' own settings
//! or versions are not the same.

use std::collections::{BTreeMap, BTreeSet};

use zoowarden_shared::admin::Role;

use super::Sheet;
use crate::model::{
    Model,
    member::{Member, State},
    naming::who,
    survey::Question,
};

/// Settings that are each member's own by their nature.
const OWN: &[&str] = &[
    "clientPort",
    "client_port",
    "dataDir",
    "data_dir",
    "dataDirSize",
    "dataLogDir",
    "data_log_dir",
    "dataLogSize",
    "electionPort",
    "quorumPort",
    "secureClientPort",
    "serverId",
    "server_id",
];

/// The page.
pub(super) fn sheet(model: &Model) -> Sheet {
    let mut sheet = Sheet::new("configuration");
    dynamic(model, &mut sheet);
    sheet.plain("");
    versions(model, &mut sheet);
    sheet.plain("");
    differences(model, &mut sheet);
    sheet
}

fn dynamic(model: &Model, sheet: &mut Sheet) {
    let config = &model.known.config;
    sheet.strong("dynamic configuration");
    let leader = model.leader().and_then(|leader| leader.facts.role);
    if config.is_empty() && leader == Some(Role::Standalone) {
        sheet.plain("  none: a standalone server");
        return;
    }
    if config.is_empty() {
        sheet.warn(
            "  nobody has told it: conf in the whitelist, or read on /zookeeper/config, tells it",
        );
        return;
    }
    if !model.config_is_fresh {
        sheet.warn("  remembered from an earlier run; no member has told it yet");
    }
    for line in config.to_string().lines() {
        sheet.plain(format!("  {line}"));
    }
}

fn versions(model: &Model, sheet: &mut Sheet) {
    sheet.strong("versions");
    let mut known = BTreeSet::new();
    for member in &model.members {
        let version = member.facts.version.as_deref();
        known.extend(version);
        sheet.plain(format!(
            "  {:<24} {}",
            who(model, member),
            version.unwrap_or("? not told yet")
        ));
    }
    if known.len() > 1 {
        sheet.warn(format!("  version skew: {} versions", known.len()));
    }
}

fn differences(model: &Model, sheet: &mut Sheet) {
    sheet.strong("settings that differ (conf)");
    let mut told: Vec<(&Member, &BTreeMap<String, String>)> = Vec::new();
    for member in &model.members {
        let name = who(model, member);
        match model.survey.settings(&member.address) {
            Some(settings) => told.push((member, settings)),
            None => {
                let fault = model.survey.told(&member.address, &Question::Settings);
                let fault = fault.and_then(|told| told.fault.as_deref());
                let why = match fault {
                    Some(fault) => fault,
                    None if model
                        .survey
                        .is_under_way(&member.address, &Question::Settings) =>
                    {
                        "asking"
                    }
                    None if matches!(member.state(model.now), State::Silent(_)) => {
                        "not asked: it does not answer"
                    }
                    None => "not asked: it does not serve",
                };
                sheet.warn(format!("  {name}: {why}"));
            }
        }
    }
    let differing = differing(&told);
    if told.len() < 2 {
        sheet.quiet("  fewer than two members have told theirs: nothing to compare");
    } else if differing.is_empty() {
        sheet.plain(format!(
            "  none, among {} members; ids, ports and directories are each member's own",
            told.len()
        ));
    }
    for (key, values) in differing {
        sheet.warn(format!("  {key}"));
        for (member, value) in values {
            let value = value.unwrap_or("(not told)");
            sheet.plain(format!("    {:<22} {value}", who(model, member)));
        }
    }
    if let Some((_, settings)) = told.first() {
        let version = settings.get("version").map(String::as_str);
        if let Some(version) = version {
            sheet.quiet(format!("  configuration version {version} by conf"));
        }
    }
}

/// A setting, and what each member has for it.
type Difference<'a> = (&'a str, Vec<(&'a Member, Option<&'a str>)>);

/// Those in which the members differ. Apache's and ours tell partly other settings: a key is
/// compared among those that tell it, and one that only some builds know is no difference.
fn differing<'a>(told: &[(&'a Member, &'a BTreeMap<String, String>)]) -> Vec<Difference<'a>> {
    let keys: BTreeSet<&str> = told
        .iter()
        .flat_map(|(_, settings)| settings.keys().map(String::as_str))
        .filter(|key| !OWN.contains(key) && !key.starts_with("server."))
        .collect();
    let all = |key: &str| -> Vec<(&'a Member, Option<&'a str>)> {
        let value = |settings: &'a BTreeMap<String, String>| settings.get(key).map(String::as_str);
        told.iter()
            .map(|(member, settings)| (*member, value(settings)))
            .collect()
    };
    keys.into_iter()
        .map(|key| (key, all(key)))
        .filter(|(_, values)| {
            let distinct: BTreeSet<&str> = values.iter().filter_map(|(_, value)| *value).collect();
            distinct.len() > 1
        })
        .collect()
}
