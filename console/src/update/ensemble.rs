//! What members, the configuration and our own session tell.

use crate::{
    event::{Command, Event, SessionEvent},
    model::{Model, member::State, session::Link},
};

/// Takes in one event of these.
pub(super) fn told(model: &mut Model, event: Event, commands: &mut Vec<Command>) {
    match event {
        Event::Probe(probe) => {
            let now = model.now;
            let found = model.members.iter_mut().find(|member| member.address == probe.address);
            if let Some(member) = found {
                let was_up = matches!(member.state(now), State::Serving | State::ReadOnly);
                member.probed(now, probe);
                // A member's end is news about all of them: do not wait for their turns.
                if was_up && !matches!(member.state(now), State::Serving | State::ReadOnly) {
                    commands.push(Command::PollNow);
                }
            }
        }
        Event::Identity { address, sid } => {
            if model.known.identities.insert(address, sid) != Some(sid) {
                reroster(model, commands);
            }
        }
        Event::Config(config) => {
            model.config_is_fresh = true;
            if model.known.config != config {
                model.known.config = config;
                reroster(model, commands);
            }
        }
        Event::Resolved(resolved) => {
            if model.known.resolved != resolved {
                model.known.resolved = resolved;
                reroster(model, commands);
            }
        }
        Event::Recalled(memory) => {
            memory.recall(model);
            reroster(model, commands);
        }
        Event::Connections { address, answer } => {
            model.sessions.connections_told(address, model.now.mono_ms, answer);
        }
        Event::Dump(answer) => model.sessions.dump_told(model.now.mono_ms, answer),
        Event::Session(event) => session(model, event, commands),
        // `update` sends only the events above here.
        _ => {}
    }
}

fn session(model: &mut Model, event: SessionEvent, commands: &mut Vec<Command>) {
    let own = &mut model.session;
    match event {
        SessionEvent::Connected { address, id, timeout_ms, read_only } => {
            own.link = Link::Connected { address, read_only };
            own.id = Some(id);
            own.timeout_ms = Some(timeout_ms);
            own.since_mono_ms = model.now.mono_ms;
            model.tree.lost_watches();
        }
        SessionEvent::Lost { why } => {
            if matches!(own.link, Link::Connected { .. }) {
                own.since_mono_ms = model.now.mono_ms;
                // The member may be gone: ask all at once rather than in up to a second.
                commands.push(Command::PollNow);
            }
            own.link = Link::Lost { why };
            model.tree.lost_watches();
        }
        SessionEvent::Ping { us } => own.pinged(us),
    }
}

/// Joins the roster anew, and tells the shell whom to poll.
fn reroster(model: &mut Model, commands: &mut Vec<Command>) {
    model.reroster();
    let (addresses, hosts) = model.to_watch();
    let unresolved = hosts.iter().any(|host| !model.known.resolved.contains_key(host));
    if model.watching != addresses || unresolved {
        model.watching.clone_from(&addresses);
        commands.push(Command::Watch { addresses, hosts });
    }
}
