//! The texts of a bundle: the situation as for a handover, each member's last answers, its
//! settings, the configuration in force, the timeline.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::Bundle;
use crate::{
    model::{
        Model, clock::date_and_time, links::knock::is_ours, member::Member, naming::who,
        pages::handover, privacy::Privacy,
    },
    text::clean,
};

/// Settings whose values are nobody's business, by a part of their names in lower case.
const SECRETS: [&str; 4] = ["password", "passwd", "secret", "digest"];

/// What stands in a bundle, as far as the model knows it.
#[must_use]
pub fn contents(model: &Model, redacted: bool) -> Bundle {
    let moment = date_and_time(model.now.wall_ms).replace([' ', ':'], "-");
    let members = || (1..).zip(&model.members);
    let file_of = |number: usize, member: &Member| match member.sid {
        Some(sid) => format!("server-{sid}"),
        None => format!("member-{number}"),
    };
    let texts = vec![
        ("README.txt".to_owned(), readme(model, redacted)),
        ("situation.md".to_owned(), handover::markdown(model)),
        ("timeline.txt".to_owned(), timeline(model)),
        (
            "config.txt".to_owned(),
            lines_of(&model.known.config.to_string()),
        ),
        ("members.json".to_owned(), pretty(&members_json(model))),
        ("settings.json".to_owned(), pretty(&settings_json(model))),
    ];
    Bundle {
        name: format!("incident-{moment}"),
        wall_ms: model.now.wall_ms,
        cluster: model.cluster.name.clone(),
        texts,
        logs: members()
            .filter(|(_, member)| is_ours(member))
            .map(|(number, member)| (file_of(number, member), member.address.clone()))
            .collect(),
        privacy: (redacted || model.ui.hides).then(|| Privacy::of(model)),
    }
}

fn readme(model: &Model, redacted: bool) -> String {
    let demo = if model.cluster.demo { " (DEMO)" } else { "" };
    let hidden = if redacted || model.ui.hides {
        "Hosts, addresses and paths have other names, the same ones in all files; who is named\n\
         and what may be a secret is left out.\n"
    } else {
        ""
    };
    let versions: Vec<String> = model
        .members
        .iter()
        .map(|member| {
            let version = member.facts.version.as_deref().unwrap_or("not told");
            format!("  {}: {}\n", clean(&who(model, member)), clean(version))
        })
        .collect();
    format!(
        "Incident bundle of {}{demo}, {} UTC, by zoowarden {}.\n{hidden}\n\
         situation.md   verdict, alarms, risks, what happened last\n\
         timeline.txt   all that is known to have happened\n\
         config.txt     the dynamic configuration in force\n\
         members.json   each member's last answers\n\
         settings.json  their settings, of those that were asked (:config asks all)\n\
         console.toml   the console's settings where it has any, texts hidden\n\
         logs/          the last lines of our members' logs, or why there are none\n\
         recording/     the last quarter of an hour at least: zoowarden replay recording\n\n\
         Versions:\n{}",
        clean(&model.cluster.name),
        date_and_time(model.now.wall_ms),
        env!("CARGO_PKG_VERSION"),
        versions.concat()
    )
}

fn timeline(model: &Model) -> String {
    let lines: Vec<String> = model
        .history
        .entries()
        .map(|entry| {
            format!(
                "{}  {:<9} {}\n",
                date_and_time(entry.at.wall_ms),
                entry.what.kind(),
                clean(&entry.what.sentence())
            )
        })
        .collect();
    lines.concat()
}

fn members_json(model: &Model) -> Value {
    let member = |member: &Member| {
        json!({
            "address": clean(&member.address),
            "sid": member.sid,
            "state": format!("{:?}", member.state(model.now)),
            "facts_age_ms": member
                .facts_mono_ms
                .map(|at| model.now.mono_ms.saturating_sub(at)),
            "facts": member.facts,
        })
    };
    Value::Array(model.members.iter().map(member).collect())
}

fn settings_json(model: &Model) -> Value {
    let settings = |member: &Member| {
        let told = model.survey.settings(&member.address)?;
        let shown: BTreeMap<&String, &str> = told
            .iter()
            .map(|(key, value)| (key, if is_secret(key) { "(hidden)" } else { value }))
            .collect();
        Some((member.address.clone(), json!(shown)))
    };
    Value::Object(model.members.iter().filter_map(settings).collect())
}

fn is_secret(key: &str) -> bool {
    let key = key.to_lowercase();
    SECRETS.iter().any(|part| key.contains(part))
}

fn pretty(value: &Value) -> String {
    format!("{value:#}\n")
}

/// Line by line without control characters.
fn lines_of(text: &str) -> String {
    let lines: Vec<String> = text.lines().map(|line| clean(line) + "\n").collect();
    lines.concat()
}
