//! Telling zoo.cfg and member.toml apart by their content.

use super::{member_toml, settings};

/// The two kinds of configuration file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConfigFormat {
    /// Apache's zoo.cfg.
    ZooCfg,
    /// This project's member.toml.
    MemberToml,
}

impl ConfigFormat {
    /// The kind of a text: the first line that only one of them can have decides. A text
    /// without any such line is taken for a zoo.cfg.
    #[must_use]
    pub fn of(text: &str) -> Self {
        text.lines()
            .find_map(|line| Self::of_line(line.trim()))
            .unwrap_or(Self::ZooCfg)
    }

    fn of_line(line: &str) -> Option<Self> {
        if line.starts_with('[') && line.contains(']') {
            return Some(Self::MemberToml);
        }
        let key = line.split(['=', ':']).next()?.trim();
        let first = |known: &str| known.split('.').next() == key.split('.').next();
        if key.starts_with("server.") || settings::by_zoo_cfg_key(key).is_some() {
            Some(Self::ZooCfg)
        } else if member_toml::known_keys().any(|known| known == key)
            || (line.contains('=') && key.contains('.') && member_toml::known_keys().any(first))
        {
            Some(Self::MemberToml)
        } else {
            None
        }
    }
}
