//! What members, the configuration and our own session tell.

use zoowarden_shared::admin::Heartbeat;

use crate::{
    demo::{MemberEnd, Supervised},
    event::{Command, Event, SessionEvent},
    model::{
        Model,
        clock::Now,
        happening::What,
        member::{Beaten, Member, State},
        naming::who,
        probe::Probe,
        session::Link,
        verdict,
    },
};

/// Takes in one event of these.
pub(super) fn told(model: &mut Model, event: Event, commands: &mut Vec<Command>) {
    match event {
        Event::StreamEnded { address } => {
            heard(model, &address, commands, Member::stream_ended);
        }
        Event::Identity { address, sid } => {
            let before = model.known.identities.insert(address, sid);
            reroster_if(before != Some(sid), model, commands);
        }
        Event::Config(config) => {
            model.config_is_fresh = true;
            let is_new = model.known.config != config;
            model.known.config = config;
            reroster_if(is_new, model, commands);
        }
        Event::Resolved(resolved) => {
            let is_new = model.known.resolved != resolved;
            model.known.resolved = resolved;
            reroster_if(is_new, model, commands);
        }
        Event::Recalled(memory) => {
            memory.recall(model);
            reroster_if(true, model, commands);
        }
        Event::Connections { address, answer } => {
            model
                .sessions
                .connections_told(address, model.now.mono_ms, answer);
        }
        Event::Dump(answer) => model.sessions.dump_told(model.now.mono_ms, answer),
        Event::Crowd(cost) => {
            model.crowd = Some(cost);
            if let Some(fault) = cost.last_fault {
                model.history.cost(model.now, fault);
            }
        }
        Event::Certificate {
            address,
            certificate,
        } => {
            let found = model
                .members
                .iter_mut()
                .find(|member| member.address == address);
            if let Some(member) = found {
                member.certificate = Some(*certificate);
            }
        }
        Event::Knocked(knock) => model.links.knocked(knock),
        Event::MemberEnded(end) => ended(model, end, commands),
        Event::Supervised(told) => supervised(model, told, commands),
        Event::Session(event) => session(model, event, commands),
        // `update` sends only the events above here.
        _ => {}
    }
}

/// A poll has ended. Tells whether that is news: what is only a number of it is drawn with the
/// next tick.
pub(super) fn probed(model: &mut Model, probe: Probe, commands: &mut Vec<Command>) -> bool {
    let address = probe.address.clone();
    let mut is_news = false;
    heard(model, &address, commands, |member, now| {
        let before = (member.state(now), member.facts.role);
        member.probed(now, probe);
        is_news = before != (member.state(now), member.facts.role);
    });
    is_news
}

/// A member's heart has beaten. Tells whether that is news: it is drawn at the pace of beats.
pub(super) fn beaten(
    model: &mut Model,
    address: &str,
    at_mono_ms: u64,
    beat: Heartbeat,
    commands: &mut Vec<Command>,
) -> bool {
    let mut beaten = Beaten::default();
    heard(model, address, commands, |member, now| {
        beaten = member.beaten(now, at_mono_ms, beat);
    });
    model.has_new_beats |= beaten.is_drawn;
    beaten.is_news
}

/// Lets a member take in what was heard of it, and draws what follows for the others.
fn heard(
    model: &mut Model,
    address: &str,
    commands: &mut Vec<Command>,
    take_in: impl FnOnce(&mut Member, Now),
) {
    let now = model.now;
    let before = model.leader().map(|leader| leader.address.clone());
    let led = before.as_deref() == Some(address);
    let found = model
        .members
        .iter_mut()
        .find(|member| member.address == address);
    if let Some(member) = found {
        let was_up = matches!(member.state(now), State::Serving | State::ReadOnly);
        let was_heard = member.heard_mono_ms.is_some();
        take_in(member, now);
        let answers_first = !was_heard && member.heard_mono_ms.is_some();
        // A member's end is news about all of them: do not wait for their turns.
        if was_up && !matches!(member.state(now), State::Serving | State::ReadOnly) {
            commands.push(Command::PollNow);
        }
        // Who answers where decides who is who, once somebody has told who they are.
        let is_told = !model.known.config.is_empty();
        reroster_if(answers_first && is_told, model, commands);
    }
    let after = model.leader().map(|leader| &leader.address);
    if before.is_some() && after.is_some() && before.as_ref() != after {
        // What the others said is older than that.
        commands.push(Command::PollNow);
    }
    if led
        && model
            .leader()
            .is_none_or(|leader| leader.address != address)
    {
        model.leader_ended_mono_ms = Some(now.mono_ms);
    }
}

/// A process of the demo's is gone: its last words are kept, and all are asked at once.
fn ended(model: &mut Model, end: MemberEnd, commands: &mut Vec<Command>) {
    let member = model.member(&end.address);
    let what = What::Ended {
        who: member.map_or_else(|| end.address.clone(), |member| who(model, member)),
        pid: end.pid,
        how: end.how.clone(),
        last_words: end.last_words.clone(),
    };
    model.history.ended(model.now, what);
    if end.refuses_its_data() {
        model.recovery.means.damaged.insert(end.address.clone());
    }
    model.ended.insert(end.address.clone(), end);
    commands.push(Command::PollNow);
}

/// The supervisor of a process of the demo waits, has started it again, or leaves it down.
fn supervised(model: &mut Model, told: Supervised, commands: &mut Vec<Command>) {
    if let Some(pid) = told.pid {
        model.ended.remove(&told.address);
        model.recovery.means.damaged.remove(&told.address);
        model.cluster.pids.insert(told.address.clone(), pid);
        commands.push(Command::PollNow);
    } else {
        let member = model.member(&told.address);
        let what = What::Supervised {
            who: member.map_or_else(|| told.address.clone(), |member| who(model, member)),
            phase: told.phase,
            said: told.said.clone(),
        };
        model.history.note(model.now, what);
    }
    let address = told.address.clone();
    model.supervised.insert(address.clone(), told);
    let given_up = &mut model.recovery.means.given_up;
    given_up.remove(&address);
    if verdict::given_up(model, &address).is_some() {
        let why = verdict::why_given_up(model, &address);
        model.recovery.means.given_up.insert(address, why);
    }
}

fn session(model: &mut Model, event: SessionEvent, commands: &mut Vec<Command>) {
    let own = &mut model.session;
    match event {
        SessionEvent::Connected {
            address,
            id,
            timeout_ms,
            read_only,
        } => {
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
    model.sessions.own_is(model.session.row());
}

/// Joins the roster anew, and tells the shell whom to poll.
fn reroster_if(something_is_new: bool, model: &mut Model, commands: &mut Vec<Command>) {
    if !something_is_new {
        return;
    }
    model.reroster();
    let (addresses, hosts) = model.to_watch();
    let unresolved = hosts
        .iter()
        .any(|host| !model.known.resolved.contains_key(host));
    if model.watching != addresses || unresolved {
        model.watching.clone_from(&addresses);
        commands.push(Command::Watch { addresses, hosts });
    }
}
