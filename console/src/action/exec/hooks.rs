//! What leads from here to a member's process and to a stopped member's files: the operator's
//! hooks, and for members of this very host our own offline commands on their configuration.
//!
//! ```toml
//! [cluster.local]                   # the zoo.cfg of members of this host, by their ids
//! 3 = "/etc/zookeeper/conf/zoo.cfg"
//! ```

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
    env,
    path::{Path, PathBuf},
};

use toml::Spanned;
use zoowarden_shared::Sid;

use super::hook::Hook;
use crate::{action::plan::HookKind, notify::settings::Mistake};

/// All of them, of one cluster.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hooks {
    /// Those of console.toml.
    pub named: BTreeMap<HookKind, Hook>,
    /// The configurations of members of this host.
    pub local: BTreeMap<Sid, PathBuf>,
}

impl Hooks {
    /// What is run for a member. On this host our own command goes before the operator's.
    #[must_use]
    pub fn get(&self, kind: HookKind, sid: Option<Sid>) -> Option<Cow<'_, Hook>> {
        let config = sid.and_then(|sid| self.local.get(&sid));
        let own = config.and_then(|config| offline(kind, config));
        own.map(Cow::Owned)
            .or_else(|| self.named.get(&kind).map(Cow::Borrowed))
    }

    /// Whose files can be read and changed from here without a hook.
    #[must_use]
    pub fn local_members(&self) -> BTreeSet<Sid> {
        self.local.keys().copied().collect()
    }
}

/// The command of the bundled server that does it on the files that a configuration names.
fn offline(kind: HookKind, config: &Path) -> Option<Hook> {
    let words: &[&str] = match kind {
        HookKind::Inspect => &["--json", "--inspect"],
        HookKind::Force => &["--force-quorum-by", "-"],
        HookKind::SetAside => &["--set-aside"],
        HookKind::Start | HookKind::Restart => return None,
    };
    let program = env::current_exe().ok()?.to_str()?.to_owned();
    let words = words.iter().map(|word| (*word).to_owned());
    let argv = [program, "server".to_owned()].into_iter().chain(words);
    let argv = argv.chain([config.to_str()?.to_owned()]).collect();
    // A path that looks as if it had a place to fill in leads nowhere.
    Hook::from_words(argv).ok()
}

/// `[cluster.local]`, checked: ids and absolute paths.
pub(crate) fn local(
    raw: BTreeMap<String, Spanned<String>>,
) -> Result<BTreeMap<Sid, PathBuf>, Mistake> {
    let check = |(id, file): (String, Spanned<String>)| {
        let at = file.span().start + 1;
        let sid = id.parse().map_err(|_| {
            let message = format!("local: expected a member's id, found \"{id}\"");
            (at, message)
        })?;
        let path = PathBuf::from(file.get_ref());
        if !path.is_absolute() {
            let message = format!(
                "local: expected an absolute path, found \"{}\"",
                file.get_ref()
            );
            return Err((at, message));
        }
        Ok((Sid(sid), path))
    };
    raw.into_iter().map(check).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn on_this_host_our_own_commands_go_first_and_processes_stay_the_hooks() {
        let hook = |line| Hook::from_line(line).unwrap();
        let hooks = Hooks {
            named: BTreeMap::from([
                (HookKind::Start, hook("systemctl start x")),
                (HookKind::Inspect, hook("ssh {host} inspect")),
            ]),
            local: BTreeMap::from([(Sid(3), PathBuf::from("/etc/zoo.cfg"))]),
        };
        let program = |kind, sid| {
            let found = hooks.get(kind, Some(Sid(sid)))?;
            Some(found.program().to_owned())
        };
        assert_eq!(program(HookKind::Inspect, 1).as_deref(), Some("ssh"));
        let own = env::current_exe().unwrap();
        for kind in [HookKind::Inspect, HookKind::Force, HookKind::SetAside] {
            assert_eq!(program(kind, 3).as_deref(), own.to_str());
        }
        assert_eq!(program(HookKind::Start, 3).as_deref(), Some("systemctl"));
        assert_eq!(program(HookKind::Force, 1), None);
    }

    #[test]
    fn a_configuration_is_named_by_an_id_and_an_absolute_path() {
        let read = |line: &str| {
            let text = format!(
                "[[cluster]]\nname = \"a\"\nconnect = [\"zk1:2181\"]\n[cluster.local]\n{line}\n"
            );
            crate::settings::parse(&text, "f").map_err(|fault| fault.to_string())
        };
        let settings = read("3 = \"/etc/zoo.cfg\"").unwrap();
        let members = settings.clusters[0].hooks.local_members();
        assert_eq!(members, BTreeSet::from([Sid(3)]));
        assert!(read("x = \"/etc/zoo.cfg\"").unwrap_err().contains("id"));
        assert!(read("3 = \"zoo.cfg\"").unwrap_err().contains("f:5: local"));
    }
}
