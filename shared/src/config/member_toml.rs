//! member.toml: this project's own format. The same settings as zoo.cfg under names of one
//! style, units last; a key that is not known is an error.

use std::{borrow::Cow, ops::Range};

use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use super::{
    ConfigError, DynamicConfig, Place, ServerConfig,
    draft::{Draft, Spelling},
    properties::Property,
    settings, zoo_cfg,
};

const SPELLING: Spelling = Spelling {
    data_dir: "data_dir",
    init_limit: "ensemble.init_limit_ticks",
    sync_limit: "ensemble.sync_limit_ticks",
    min_session_timeout: "min_session_timeout_ms",
    max_session_timeout: "max_session_timeout_ms",
    secure_client: "secure_client_address",
    snap_retain_count: "autopurge.snap_retain_count",
    snapshot_compression: "storage.snapshot_compression",
};

/// The tables whose keys are numbers, with what each is called in a dynamic configuration.
const BY_NUMBER: [(&str, &str, &str); 3] = [
    (
        "ensemble.servers",
        "server",
        "\"host:quorum_port:election_port:role;client_port\"",
    ),
    ("ensemble.groups", "group", "an array of server ids"),
    ("ensemble.weights", "weight", "a weight, 0 or more"),
];

/// Reads member.toml on top of the system properties, which it overrides.
pub(super) fn parse(text: &str, file: &str, set: &[String]) -> Result<ServerConfig, ConfigError> {
    let root = DeTable::parse(text).map_err(|error| {
        let line = error.span().map(|span| line_of(text, span));
        ConfigError::new(Place::new(file, line), error.message())
    })?;
    let mut reader = TomlReader {
        text,
        file,
        draft: Draft::new(),
        servers: Vec::new(),
    };
    zoo_cfg::set_properties(&mut reader.draft, set)?;
    reader.table("", root.get_ref())?;
    let mut draft = reader.draft;
    draft.config.ensemble.servers = DynamicConfig::from_properties(reader.servers, file)?;
    draft.finish(file, &SPELLING)
}

fn line_of(text: &str, span: Range<usize>) -> usize {
    let before = &text.as_bytes()[..span.start.min(text.len())];
    1 + before.iter().filter(|byte| **byte == b'\n').count()
}

struct TomlReader<'a> {
    text: &'a str,
    file: &'a str,
    draft: Draft,
    /// What [`BY_NUMBER`] holds, as the lines of a dynamic configuration.
    servers: Vec<Property>,
}

impl TomlReader<'_> {
    fn place(&self, span: Range<usize>) -> Place {
        Place::new(self.file, Some(line_of(self.text, span)))
    }

    /// All keys of a table, in the order of the file.
    fn table(&mut self, path: &str, table: &DeTable<'_>) -> Result<(), ConfigError> {
        let mut entries: Vec<_> = table.iter().collect();
        entries.sort_by_key(|(key, _)| key.span().start);
        for (key, value) in entries {
            let name = if path.is_empty() {
                key.get_ref().to_string()
            } else {
                format!("{path}.{}", key.get_ref())
            };
            self.entry(path, &name, key, value)?;
        }
        Ok(())
    }

    fn entry(
        &mut self,
        table: &str,
        name: &str,
        key: &Spanned<Cow<'_, str>>,
        value: &Spanned<DeValue<'_>>,
    ) -> Result<(), ConfigError> {
        let place = self.place(key.span());
        let fault = |message: String| ConfigError::new(place.clone(), format!("{name}: {message}"));
        if let Some((_, kind, expected)) = BY_NUMBER.iter().find(|(path, ..)| *path == table) {
            let separator = ":";
            let value = plain(value.get_ref(), separator)
                .ok_or_else(|| fault(format!("expected {expected}, found a table")))?;
            self.servers.push(Property {
                key: format!("{kind}.{}", key.get_ref()),
                value,
                line: place.line.unwrap_or_default(),
            });
            return Ok(());
        }
        if let Some(setting) = settings::by_toml_key(name) {
            let expected = setting.expected;
            let value = plain(value.get_ref(), ",")
                .ok_or_else(|| fault(format!("expected {expected}, found a table")))?;
            (setting.set)(&mut self.draft, &value)
                .ok_or_else(|| fault(format!("expected {expected}, found \"{value}\"")))?;
            let given = &self.draft.config.system_properties;
            if setting.zoo_cfg.is_some_and(|key| given.contains_key(key)) {
                let message = "overrides what --set says";
                self.draft.warn(place, name, message);
            }
            return Ok(());
        }
        if !is_table(name) {
            return Err(fault(unknown(name)));
        }
        match value.get_ref() {
            DeValue::Table(inner) => self.table(name, inner),
            _ => Err(fault(format!("expected a table, [{name}]"))),
        }
    }
}

/// A value as zoo.cfg would have it; `None` for a table.
fn plain(value: &DeValue<'_>, separator: &str) -> Option<String> {
    Some(match value {
        DeValue::String(text) => text.to_string(),
        DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix())
            .map_or_else(|_| number.as_str().to_owned(), |number| number.to_string()),
        DeValue::Float(number) => number.as_str().to_owned(),
        DeValue::Boolean(flag) => flag.to_string(),
        DeValue::Datetime(time) => time.to_string(),
        DeValue::Array(items) => {
            let items = items.iter().map(|item| plain(item.get_ref(), separator));
            items.collect::<Option<Vec<_>>>()?.join(separator)
        }
        DeValue::Table(_) => return None,
    })
}

fn is_table(name: &str) -> bool {
    let begins = |key: &str| {
        key.strip_prefix(name)
            .is_some_and(|rest| rest.starts_with('.'))
    };
    settings::all()
        .filter_map(|setting| setting.toml)
        .any(begins)
        || BY_NUMBER.iter().any(|(path, ..)| *path == name)
}

/// Names the known key that is most like an unknown one: the same in another table, or else
/// the one that takes the fewest changes.
fn unknown(name: &str) -> String {
    let last = |key: &str| key.rsplit('.').next().map(str::to_owned);
    let nearest = settings::all()
        .filter_map(|setting| Some((setting.toml?, setting.expected)))
        .chain(
            BY_NUMBER
                .iter()
                .map(|(path, _, expected)| (*path, *expected)),
        )
        .min_by_key(|(known, _)| {
            let elsewhere = last(known) == last(name);
            (!elsewhere, strsim::damerau_levenshtein(known, name))
        });
    match nearest {
        Some((known, expected)) => {
            format!("there is no such key; the nearest is {known}, which expects {expected}")
        }
        None => "there is no such key".to_owned(),
    }
}

/// Every key that member.toml may have, with what it expects.
pub(super) fn known_keys() -> impl Iterator<Item = &'static str> {
    settings::all()
        .filter_map(|setting| setting.toml)
        .chain(BY_NUMBER.iter().map(|(path, ..)| *path))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAMPLE: &str = include_str!("../../../assets/member.toml");

    #[test]
    fn the_sample_shows_every_key() {
        for key in known_keys() {
            let (table, name) = key.rsplit_once('.').unwrap_or(("", key));
            let (_, rest) = SAMPLE
                .split_once(&format!("[{table}]\n"))
                .unwrap_or(("", SAMPLE));
            let part = rest.split("\n[").next().unwrap_or_default();
            let shown = part.lines().any(|line| {
                let line = line.trim_start_matches('#');
                line.split('=').next().map(str::trim) == Some(name)
            });
            assert!(shown || SAMPLE.contains(&format!("[{key}]")), "{key}");
        }
    }
}
