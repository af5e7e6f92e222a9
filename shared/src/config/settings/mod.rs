//! The one table of what can be set: the name in zoo.cfg (or as a system property), the name in
//! member.toml, what is expected, and what it changes.

mod ensemble;
mod member;
mod properties;
mod value;

use super::draft::Draft;

/// One thing that can be set.
#[derive(Debug)]
pub(super) struct Setting {
    /// Its key in zoo.cfg; a system property's without `zookeeper.`.
    pub(super) zoo_cfg: Option<&'static str>,
    /// Its dotted key in member.toml.
    pub(super) toml: Option<&'static str>,
    /// Whether Apache reads it as a system property, so that `--set` gives it too.
    pub(super) is_property: bool,
    /// What a message says was expected.
    pub(super) expected: &'static str,
    /// Sets it; `None` where the value is not what was expected.
    pub(super) set: Set,
}

type Set = fn(&mut Draft, &str) -> Option<()>;

/// All settings.
pub(super) fn all() -> impl Iterator<Item = &'static Setting> {
    member::SETTINGS
        .iter()
        .chain(ensemble::SETTINGS)
        .chain(properties::SETTINGS)
}

/// The setting of a key of zoo.cfg.
pub(super) fn by_zoo_cfg_key(key: &str) -> Option<&'static Setting> {
    all().find(|setting| setting.zoo_cfg == Some(key))
}

/// The setting of a key of member.toml.
pub(super) fn by_toml_key(key: &str) -> Option<&'static Setting> {
    all().find(|setting| setting.toml == Some(key))
}

/// The [`Setting::set`] of a field of [`Draft`], by the function that reads its value.
macro_rules! set {
    ($($field:ident).+ = Some($read:ident)) => {
        |draft, text| {
            draft.$($field).+ = Some($read(text)?);
            Some(())
        }
    };
    ($($field:ident).+ = $read:ident) => {
        |draft, text| {
            draft.$($field).+ = $read(text)?;
            Some(())
        }
    };
}
use set;

/// A key of zoo.cfg, in member.toml under a name of its own.
const fn key(
    zoo_cfg: &'static str,
    toml: &'static str,
    expected: &'static str,
    set: Set,
) -> Setting {
    Setting {
        zoo_cfg: Some(zoo_cfg),
        toml: Some(toml),
        is_property: false,
        expected,
        set,
    }
}

/// A system property, in member.toml under a name of its own.
const fn property(
    zoo_cfg: &'static str,
    toml: &'static str,
    expected: &'static str,
    set: Set,
) -> Setting {
    Setting {
        is_property: true,
        ..key(zoo_cfg, toml, expected, set)
    }
}

/// A key of zoo.cfg that member.toml says otherwise.
const fn only_zoo_cfg(zoo_cfg: &'static str, expected: &'static str, set: Set) -> Setting {
    Setting {
        toml: None,
        ..key(zoo_cfg, "", expected, set)
    }
}

/// A system property that member.toml says otherwise.
const fn only_property(zoo_cfg: &'static str, expected: &'static str, set: Set) -> Setting {
    Setting {
        is_property: true,
        ..only_zoo_cfg(zoo_cfg, expected, set)
    }
}

/// A key of member.toml that zoo.cfg says otherwise.
const fn only_toml(toml: &'static str, expected: &'static str, set: Set) -> Setting {
    Setting {
        zoo_cfg: None,
        ..key("", toml, expected, set)
    }
}
