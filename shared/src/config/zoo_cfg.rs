//! zoo.cfg, and the system properties that are given beside it.

use super::{
    ConfigError, DynamicConfig, Place, ServerConfig,
    draft::{Draft, Spelling, check_ensemble},
    properties::{self, Property},
    settings, unsupported,
};

/// What system properties are called in messages instead of a file.
const SET: &str = "--set";

pub(super) const SPELLING: Spelling = Spelling {
    data_dir: "dataDir",
    init_limit: "initLimit",
    sync_limit: "syncLimit",
    min_session_timeout: "minSessionTimeout",
    max_session_timeout: "maxSessionTimeout",
    secure_client: "secureClientPort",
    snap_retain_count: "autopurge.snapRetainCount",
    snapshot_compression: "snapshot.compression.method",
};

/// Reads zoo.cfg on top of the system properties, which it overrides as in Apache.
pub(super) fn parse(text: &str, file: &str, set: &[String]) -> Result<ServerConfig, ConfigError> {
    let (properties, replaced) = properties::last_of_each(properties::parse(text, file)?);
    let mut draft = Draft::new();
    set_properties(&mut draft, set)?;
    for (Property { key, line, .. }, by) in replaced {
        let message = format!("given again on line {by}, which counts");
        draft.warn(Place::new(file, Some(line)), &key, message);
    }
    let (ensemble, own): (Vec<_>, Vec<_>) = properties
        .into_iter()
        .partition(|property| is_ensemble_key(&property.key));
    for Property { key, value, line } in own {
        apply(&mut draft, &key, &value, Place::new(file, Some(line)))?;
    }
    if draft.config.ensemble.dynamic_config_file.is_some()
        && let Some(Property { key, line, .. }) = ensemble.first()
    {
        let message = format!("{key}: expected in the dynamicConfigFile, as there is one");
        return Err(ConfigError::new(Place::new(file, Some(*line)), message));
    }
    draft.config.ensemble.servers = DynamicConfig::from_properties(ensemble, file)?;
    draft.finish(file, &SPELLING)
}

/// Applies `--set KEY=VALUE`: KEY with or without `zookeeper.`.
pub(super) fn set_properties(draft: &mut Draft, set: &[String]) -> Result<(), ConfigError> {
    for given in set {
        let place = Place::new(SET, None);
        let Some((key, value)) = given.split_once('=') else {
            let message = format!("expected KEY=VALUE, found \"{given}\"");
            return Err(ConfigError::new(place, message));
        };
        let key = key.trim();
        let key = key.strip_prefix("zookeeper.").unwrap_or(key);
        if settings::by_zoo_cfg_key(key).is_some_and(|setting| !setting.is_property) {
            let message = "expected in the configuration file, as it is no system property";
            return Err(ConfigError::new(place, format!("{key}: {message}")));
        }
        apply(draft, key, value.trim(), place)?;
    }
    Ok(())
}

impl ServerConfig {
    /// Takes in the text of [`super::EnsembleSettings::dynamic_config_file`].
    ///
    /// # Errors
    /// [`ConfigError`] as for [`DynamicConfig::parse_file`], and where the servers and the rest
    /// of the configuration do not go together.
    pub fn read_dynamic(&mut self, text: &str, file: &str) -> Result<(), ConfigError> {
        self.ensemble.servers = DynamicConfig::parse_file(text, file)?;
        check_ensemble(self, &SPELLING)
            .map_err(|message| ConfigError::new(Place::new(file, None), message))
    }
}

fn is_ensemble_key(key: &str) -> bool {
    ["server.", "group.", "weight."]
        .iter()
        .any(|prefix| key.starts_with(prefix))
}

/// One key and its value, from the file or from `--set`.
fn apply(draft: &mut Draft, key: &str, value: &str, place: Place) -> Result<(), ConfigError> {
    let setting = settings::by_zoo_cfg_key(key);
    if setting.is_none_or(|setting| setting.is_property) {
        let properties = &mut draft.config.system_properties;
        let before = properties.insert(key.to_owned(), value.to_owned());
        if before.is_some_and(|before| before != value) && place.file != SET {
            let message = "overrides what --set says, as in Apache";
            draft.warn(place.clone(), key, message);
        }
    }
    match setting {
        Some(setting) => (setting.set)(draft, value).ok_or_else(|| {
            let expected = setting.expected;
            ConfigError::new(
                place,
                format!("{key}: expected {expected}, found \"{value}\""),
            )
        }),
        None => match unsupported::verdict(key, value) {
            unsupported::Verdict::Refuse(message) => {
                Err(ConfigError::new(place, format!("{key}: {message}")))
            }
            unsupported::Verdict::Warn(message) => {
                draft.warn(place, key, message);
                Ok(())
            }
        },
    }
}
