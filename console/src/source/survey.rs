//! Questions beside the polls, one task each: settings, watches, the end of a log, a read-only
//! hook. By the AdminServer where it is the member's own, else by a four-letter word.

use std::{collections::BTreeMap, time::Duration};

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use tokio::time::timeout;
use zoowarden_client::http;
use zoowarden_shared::admin::{
    AUDIT_PATH, MemberReport, SNAPSHOTS_PATH, SUPERVISOR_PATH, absorb_configuration, admin_object,
    parse_watch_summary_json, parse_watches_by_path_json, parse_wchp, parse_wchs,
};

use super::{
    Context,
    doors::{AdminPort, is_own},
    hook,
    listing::word,
};
use crate::{
    event::Event,
    model::survey::{Answer, Question},
};

/// For one question, whichever door answers; a hook has its own.
const DEADLINE: Duration = Duration::from_secs(10);
/// Settings of one member that are kept.
const MOST_SETTINGS: usize = 500;
/// Lines of a log that are kept.
const MOST_LINES: usize = 1000;

/// Asks, and tells the answer or why there is none.
pub(super) async fn ask(
    context: Context,
    address: String,
    question: Question,
    admin: AdminPort,
    hook: Option<Vec<String>>,
) {
    let answer = match (&question, hook) {
        (Question::Hook(_), Some(argv)) => hook::run(&argv, &address).await.map(Answer::Lines),
        (Question::Hook(name), None) => Err(format!("no hook \"{name}\" in console.toml")),
        _ => {
            let asking = Asker {
                context: &context,
                address: &address,
                admin,
            };
            timeout(DEADLINE, asking.ask(&question))
                .await
                .unwrap_or_else(|_| Err("no answer in time".to_owned()))
        }
    };
    context
        .tell(Event::Answered {
            address,
            question,
            answer,
        })
        .await;
}

/// The end of the log of a member of ours, within this time.
pub(super) async fn log(
    context: &Context,
    address: &str,
    admin: AdminPort,
    deadline: Duration,
) -> Result<Vec<String>, String> {
    let asking = Asker {
        context,
        address,
        admin,
    };
    match timeout(deadline, asking.ask(&Question::Log)).await {
        Ok(Ok(Answer::Lines(lines))) => Ok(lines),
        Ok(Ok(_)) => Err("the answer is not understood".to_owned()),
        Ok(Err(why)) => Err(why),
        Err(_) => Err("no answer in time".to_owned()),
    }
}

/// One member, and its doors.
struct Asker<'a> {
    context: &'a Context,
    address: &'a str,
    admin: AdminPort,
}

impl Asker<'_> {
    async fn ask(&self, question: &Question) -> Result<Answer, String> {
        let not_understood = || "the answer is not understood".to_owned();
        match question {
            Question::Settings => match self.admin("configuration").await {
                Some(object) => Ok(Answer::Settings(settings_of_json(&object))),
                None => Ok(Answer::Settings(settings_of_text(
                    &self.word("conf").await?,
                ))),
            },
            Question::WatchSummary => {
                let summary = match self.admin("watch_summary").await {
                    Some(object) => parse_watch_summary_json(&object),
                    None => parse_wchs(&self.word("wchs").await?),
                };
                summary.map(Answer::WatchSummary).ok_or_else(not_understood)
            }
            Question::Watches => Ok(Answer::Watches(match self.admin("watches_by_path").await {
                Some(object) => parse_watches_by_path_json(&object),
                None => parse_wchp(&self.word("wchp").await?),
            })),
            Question::Log => {
                let object = self.admin("log_tail").await.ok_or_else(|| {
                    "its admin API is not reached, or is of a version without log_tail".to_owned()
                })?;
                let lines = object.get("lines").and_then(Value::as_array);
                let lines = lines.ok_or_else(not_understood)?.iter();
                let lines = lines.filter_map(|line| line.as_str().map(str::to_owned));
                Ok(Answer::Lines(lines.take(MOST_LINES).collect()))
            }
            Question::Snapshots => self.ours(SNAPSHOTS_PATH).await.map(Answer::Snapshots),
            Question::Audit => self.ours(AUDIT_PATH).await.map(Answer::Audit),
            Question::Supervisor => self.ours(SUPERVISOR_PATH).await.map(Answer::Supervisor),
            // Told by its process, not by the member.
            Question::Hook(_) => Err(not_understood()),
        }
    }

    /// What only a member of ours tells.
    async fn ours<T: DeserializeOwned>(&self, command: &str) -> Result<T, String> {
        let object = self.admin(command).await.ok_or_else(|| {
            format!("its admin API is not reached, or is of a version without {command}")
        })?;
        serde_json::from_value(Value::Object(object))
            .map_err(|_| "the answer is not understood".to_owned())
    }

    async fn word(&self, word: &str) -> Result<String, String> {
        self::word(self.context, self.address, word).await
    }

    /// What the AdminServer answers, where it is this member's own.
    async fn admin(&self, command: &str) -> Option<Map<String, Value>> {
        let configuration = self.get("configuration").await?;
        let mut report = MemberReport::default();
        absorb_configuration(&mut report, &configuration);
        if !is_own(
            &self.context.reach,
            self.address,
            &report,
            &self.context.load,
        )
        .await
        {
            return None;
        }
        if command == "configuration" {
            return Some(configuration);
        }
        self.get(command).await
    }

    async fn get(&self, command: &str) -> Option<Map<String, Value>> {
        self.context.load.request();
        let (host, _) = self.address.rsplit_once(':')?;
        let path = format!("/commands/{command}");
        let at = format!("{host}:{}", self.admin.0);
        let answer = http::get_by(&self.context.reach.admin, &at, &path, DEADLINE)
            .await
            .ok()?;
        admin_object(answer.status, &answer.body).ok()
    }
}

/// `configuration` of the AdminServer, its keys as `conf` writes them where both know them.
fn settings_of_json(object: &Map<String, Value>) -> BTreeMap<String, String> {
    let told = object
        .iter()
        .filter(|(key, _)| !matches!(key.as_str(), "command" | "error"));
    let plain = |value: &Value| match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(truth) => Some(truth.to_string()),
        _ => None,
    };
    told.filter_map(|(key, value)| Some((camel(key), plain(value)?)))
        .take(MOST_SETTINGS)
        .collect()
}

/// `conf`: `key=value` lines, and behind `membership:` the dynamic configuration, of which the
/// version is a setting as well.
fn settings_of_text(text: &str) -> BTreeMap<String, String> {
    let pairs = text.lines().filter_map(|line| line.split_once('='));
    pairs
        .filter(|(key, _)| !key.starts_with("server."))
        .map(|(key, value)| (key.trim().to_owned(), value.trim().to_owned()))
        .take(MOST_SETTINGS)
        .collect()
}

/// `tick_time` as `tickTime`.
fn camel(key: &str) -> String {
    let mut out = String::with_capacity(key.len());
    let mut rises = false;
    for c in key.chars() {
        match c {
            '_' => rises = true,
            c if rises => {
                out.extend(c.to_uppercase());
                rises = false;
            }
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn both_doors_name_a_setting_alike() {
        let text =
            "clientPort=2181\ntickTime=2000\nmembership: \nserver.1=a:2888:3888\nversion=0\n";
        let by_text = settings_of_text(text);
        assert_eq!(by_text["tickTime"], "2000");
        assert_eq!(by_text["version"], "0");
        assert!(!by_text.contains_key("server.1"));
        let json = json!({ "command": "configuration", "error": null, "tick_time": 2000 });
        let by_json = json.as_object().map(settings_of_json).unwrap_or_default();
        assert_eq!(
            by_json,
            BTreeMap::from([("tickTime".into(), "2000".into())])
        );
    }
}
