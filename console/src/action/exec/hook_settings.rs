//! `[cluster.hooks]` of console.toml: how members' processes are started and restarted,
//! and how the data of a stopped one are read, forced and set aside.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use super::hook::Hook;
use crate::{action::plan::HookKind, notify::settings::Mistake};

/// The section as it is written.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawHooks {
    start: Option<Spanned<RawHook>>,
    restart: Option<Spanned<RawHook>>,
    inspect: Option<Spanned<RawHook>>,
    force: Option<Spanned<RawHook>>,
    set_aside: Option<Spanned<RawHook>>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
enum RawHook {
    Line(String),
    Words(Vec<String>),
}

impl RawHooks {
    /// The hooks, or the first thing that is not as expected.
    pub(crate) fn check(self) -> Result<BTreeMap<HookKind, Hook>, Mistake> {
        let mut hooks = BTreeMap::new();
        let raw = [
            (HookKind::Start, self.start),
            (HookKind::Restart, self.restart),
            (HookKind::Inspect, self.inspect),
            (HookKind::Force, self.force),
            (HookKind::SetAside, self.set_aside),
        ];
        for (kind, raw) in raw {
            let Some(raw) = raw else { continue };
            let at = raw.span().start + 1;
            let hook = match raw.into_inner() {
                RawHook::Line(line) => Hook::from_line(&line),
                RawHook::Words(words) => Hook::from_words(words),
            };
            let hook = hook.map_err(|why| (at, format!("{}: {why}", kind.key())))?;
            hooks.insert(kind, hook);
        }
        Ok(hooks)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Deserialize)]
    struct File {
        hooks: RawHooks,
    }

    fn read(text: &str) -> Result<BTreeMap<HookKind, Hook>, Mistake> {
        toml::from_str::<File>(text).unwrap().hooks.check()
    }

    #[test]
    fn a_hook_is_a_line_or_a_list_of_words() {
        let hooks = read(
            "[hooks]\nrestart = \"ssh {host} sudo systemctl restart zookeeper\"\n\
             start = [\"ssh\", \"{host}\", \"sudo systemctl start 'zookeeper'\"]\n",
        )
        .unwrap();
        assert_eq!(hooks.len(), 2);
    }

    #[test]
    fn what_only_a_shell_could_read_is_refused() {
        for (line, expected) in [
            ("restart = \"sh -c 'x'\"", "no shell"),
            ("restart = \"a; b\"", "no shell"),
            ("restart = \"\"", "a program"),
            ("restart = []", "a program"),
            ("restart = \"ssh {hots}\"", "{host}, {id}, {address}"),
        ] {
            let (_, message) = read(&format!("[hooks]\n{line}\n")).unwrap_err();
            assert!(message.contains(expected), "{line}: {message}");
        }
    }
}
