//! A scenario file: a run that once failed, or that must not, as TOML.

use std::path::Path;

use anyhow::Context;

use crate::settings::Settings;

/// A file under `scenarios`.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// The file's name without its ending.
    pub name: String,
    /// The run.
    pub settings: Settings,
}

impl Scenario {
    /// Reads one: either `seed` alone, which is the run of that seed, or a run of its own.
    ///
    /// # Errors
    /// Where the file cannot be read, or is no scenario.
    pub fn read(path: &Path) -> anyhow::Result<Self> {
        let text = std::fs::read_to_string(path)
            .with_context(|| format!("cannot read {}", path.display()))?;
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        Self::parse(&name, &text).with_context(|| format!("in {}", path.display()))
    }

    /// See [`Self::read`].
    ///
    /// # Errors
    /// Where the text is no scenario.
    pub fn parse(name: &str, text: &str) -> anyhow::Result<Self> {
        let table: toml::Table = text.parse()?;
        let seed = table.get("seed").and_then(toml::Value::as_integer);
        let settings = match (seed, table.len()) {
            (Some(seed), 1) => Settings::from_seed(seed as u64),
            _ => table.try_into()?,
        };
        Ok(Self {
            name: name.to_owned(),
            settings,
        })
    }

    /// All of a directory, by name.
    ///
    /// # Errors
    /// Those of [`Self::read`].
    pub fn read_all(dir: &Path) -> anyhow::Result<Vec<Self>> {
        let mut paths = Vec::new();
        for entry in std::fs::read_dir(dir).context("cannot list the scenarios")? {
            let path = entry?.path();
            if path.extension().is_some_and(|ending| ending == "toml") {
                paths.push(path);
            }
        }
        paths.sort();
        paths.iter().map(|path| Self::read(path)).collect()
    }
}
