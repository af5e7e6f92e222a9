//! The commands that the palette knows beside the keys: `:config`, `:maintenance all 30m`.
//!
//! One table, as the keymap is: the palette lists it, finds in it, and runs it. What is not
//! built is not in it.

/// What a command does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verb {
    /// The fleet: all clusters of console.toml.
    Clusters,
    Config,
    Capabilities,
    Snapshots,
    Audit,
    Autopilot,
    Drill,
    Maintenance,
    Handover,
    /// An incident bundle.
    Bundle,
    /// Lists all watches of all members.
    Watches,
    /// Opens the gate of an action that no list has, as it takes what only the operator knows.
    Act,
}

/// One line of the table.
#[derive(Debug)]
pub struct ConsoleCommand {
    /// What is typed behind the colon.
    pub name: &'static str,
    /// What may stand behind it, as the palette writes it; empty for nothing.
    pub arguments: &'static str,
    /// What it does, for the palette.
    pub does: &'static str,
    pub verb: Verb,
}

/// The table, in the order in which the palette lists it.
pub const COMMANDS: &[ConsoleCommand] = &[
    ConsoleCommand {
        name: "clusters",
        arguments: "",
        does: "the fleet: every cluster of console.toml in one line, the worst first",
        verb: Verb::Clusters,
    },
    ConsoleCommand {
        name: "config",
        arguments: "",
        does: "the dynamic configuration, its version, and how the members' settings differ",
        verb: Verb::Config,
    },
    ConsoleCommand {
        name: "capabilities",
        arguments: "",
        does: "what can be read and changed of each member, and the line that opens the rest",
        verb: Verb::Capabilities,
    },
    ConsoleCommand {
        name: "snapshots",
        arguments: "",
        does: "the snapshots in the members' data directories, and how to take and restore one",
        verb: Verb::Snapshots,
    },
    ConsoleCommand {
        name: "audit",
        arguments: "[TEXT, or !TEXT]",
        does: "who changed what: the chained logs of this console and of our members",
        verb: Verb::Audit,
    },
    ConsoleCommand {
        name: "autopilot",
        arguments: "",
        does: "what recovers by itself: supervisors' restarts and quarantines, member by member",
        verb: Verb::Autopilot,
    },
    ConsoleCommand {
        name: "drill",
        arguments: "",
        does: "how the drill stands, or how one is begun: faults to find and repair, in a demo",
        verb: Verb::Drill,
    },
    ConsoleCommand {
        name: "maintenance",
        arguments: "all|MEMBER 30m [TICKET], or off",
        does: "mute the alarms for a time; ends by itself",
        verb: Verb::Maintenance,
    },
    ConsoleCommand {
        name: "handover",
        arguments: "",
        does: "the shift's alarms and open risks as Markdown: to a file and the clipboard",
        verb: Verb::Handover,
    },
    ConsoleCommand {
        name: "bundle",
        arguments: "[redacted]",
        does: "an incident bundle in one file; redacted renames hosts and paths in it",
        verb: Verb::Bundle,
    },
    ConsoleCommand {
        name: "watches",
        arguments: "",
        does: "list all watches of all members, at the cost that is said first",
        verb: Verb::Watches,
    },
    ConsoleCommand {
        name: "act",
        arguments: "ACTION ..., as `zoowarden act` takes it",
        does: "open the gate of any action: add, promote, replace by a new server, restore ...",
        verb: Verb::Act,
    },
];

/// The command of this name.
#[must_use]
pub fn named(name: &str) -> Option<&'static ConsoleCommand> {
    COMMANDS.iter().find(|command| command.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_is_given_twice() {
        for command in COMMANDS {
            let found = named(command.name);
            assert!(found.is_some_and(|found| found.verb == command.verb));
        }
    }
}
