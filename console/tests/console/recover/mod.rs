//! Screen 0, the list that `x` opens, and the gate: keystrokes in, screen out.

mod behind;
mod gate;
mod last_resorts;
mod list;
mod running;

use zoowarden_console::{
    action::{
        Action, Attempt, Facts, GateCommand, HookKind, Means, Outcome, Progress, Who,
        facts::AdminFacts, seen,
    },
    event::{Command, Event, GateEvent},
    keymap::Key,
    model::{
        happening::What,
        next_step::{Weighed, next_step},
        ui::{Overlay, Screen},
    },
    view::{Look, Theme},
};

use zoowarden_shared::{Sid, Zxid};

use crate::{
    alarm_stage::{Speaks, Stage},
    screens::check,
    troupe::{mixed, no_quorum, one_dead, three_of_apaches, three_of_ours, writes},
};

/// A stage on which this console has something to act with.
pub(crate) fn able(mut stage: Stage) -> Stage {
    let model = &mut stage.console.model;
    model.cluster.tag = Some("PROD".into());
    model.cluster.colour = Some("red".into());
    model.recovery.means = Means {
        cluster: model.cluster.name.clone(),
        is_read_only: false,
        hooks: [HookKind::Start, HookKind::Restart].into(),
        local: [].into(),
        has_credentials: true,
        processes: Default::default(),
        damaged: Default::default(),
        given_up: Default::default(),
        watch_ms: 60_000,
    };
    stage.event(Event::Resize(120, 35));
    stage
}

/// What a fresh poll finds: what the console sees, and the members' AdminServers.
fn polled(stage: &Stage) -> Facts {
    let mut facts = seen(&stage.console.model);
    facts.deadline_ms = 1000;
    for member in facts.members.iter_mut().filter(|one| one.is_alive()) {
        member.leads_ms = Some(86_400_000);
        member.sessions = Some(55);
        member.admin = (member.is_ours == Some(true)).then(|| AdminFacts {
            address: format!("{}:8080", member.name),
            commands: ["transfer_leadership", "shed_connections", "snapshot"]
                .map(str::to_owned)
                .into(),
            clock_ahead_ms: Some(0),
        });
    }
    facts
}

fn tell(stage: &mut Stage, event: GateEvent) {
    let gate = stage.console.model.recovery.opened;
    stage.event(Event::Gate { gate, event });
}

pub(crate) fn poll(stage: &mut Stage) {
    let facts = polled(stage);
    tell(stage, GateEvent::Polled(Ok(Box::new(facts))));
}

fn progress(stage: &mut Stage, progress: Progress) {
    tell(stage, GateEvent::Progress(progress));
}

/// What the gates have asked of the shell so far.
fn asked(stage: &mut Stage) -> Vec<GateCommand> {
    let commands = std::mem::take(&mut stage.console.commands).into_iter();
    let acts = commands.filter_map(|command| match command {
        Command::Act { command, .. } => Some(*command),
        _ => None,
    });
    acts.collect()
}

fn both(name: &str, stage: &mut Stage) {
    for (columns, rows) in [(120, 35), (80, 24)] {
        let screen = stage.console.screen(columns, rows);
        check(&format!("recover-{name}-{columns}x{rows}"), &screen);
    }
}

/// The number of an action in the open list.
fn choice(stage: &Stage, what: &str) -> usize {
    let Some(Overlay::Choices(choices)) = &stage.console.model.ui.overlay else {
        panic!("no list is open");
    };
    let names: Vec<String> = choices
        .proposals
        .iter()
        .map(|one| one.action.to_string())
        .collect();
    let at = names.iter().position(|name| name == what);
    1 + at.unwrap_or_else(|| panic!("no {what} in {names:?}"))
}
