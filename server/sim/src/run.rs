//! One run: faults for a while, then calm, then the question whether all is well.

use crate::{
    checkers::{check_all, is_converged, is_outrun, is_without_votes, why_not_converged},
    client::{Client, Role},
    settings::Settings,
    world::World,
};

/// How long everything may take to come to rest, milliseconds of virtual time.
const CALM_LIMIT_MS: u64 = 60_000;
const LOOK_EVERY_MS: u64 = 50;
/// When a new client tries to write, after the calm has begun.
const PROBE_AFTER_US: u64 = 100_000;

/// How a run went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// Which.
    pub seed: u64,
    /// What must not be, and was; `None` where all went well.
    pub violation: Option<String>,
    /// A number for everything that happened, in order.
    pub trace_hash: u64,
    /// How much happened.
    pub events: u64,
    /// Requests of clients, and how many were answered.
    pub requests: usize,
    /// See above.
    pub answered: usize,
    /// How long it was, milliseconds of virtual time.
    pub virtual_ms: u64,
}

/// Performs a run from its first event to its last check.
#[must_use]
pub fn run(settings: Settings) -> Outcome {
    let seed = settings.seed;
    let wild_us = settings.fault_phase_ms * 1000;
    let mut world = World::new(settings);
    world.run_until(wild_us);
    if world.violation.is_none() {
        world.calm();
        send_probe(&mut world);
        settle(&mut world);
        if world.violation.is_none() && world.settings.is_replicated() && world.replace_damaged() {
            settle(&mut world);
        }
    }
    // Where nothing was demanded of the end, the checks that follow a run have seen it all.
    let has_limit = is_outrun(&world) || is_without_votes(&world);
    let is_over = is_converged(&world) || !has_limit;
    if world.violation.is_none()
        && is_over
        && let Err(what) = check_all(&world.live, &world.history)
    {
        world.violate(what);
    }
    Outcome {
        seed,
        trace_hash: world.trace.hash(),
        events: world.trace.events(),
        requests: world.history.ops.len(),
        answered: world.history.replied.len(),
        virtual_ms: world.now_us / 1000,
        violation: world.violation,
    }
}

/// One more client, whose write must succeed.
fn send_probe(world: &mut World) {
    let index = world.clients.len();
    let timeout_ms = 10 * world.settings.tick_time_ms as i32;
    let mut probe = Client::new(index, timeout_ms, 1);
    probe.role = Role::Probe;
    world.clients.push(probe);
    world.schedule_act(index, PROBE_AFTER_US);
}

fn settle(world: &mut World) {
    let limit_us = world.now_us + CALM_LIMIT_MS * 1000;
    while world.violation.is_none() && world.now_us < limit_us {
        let next_us = world.now_us + LOOK_EVERY_MS * 1000;
        world.run_until(next_us);
        if is_converged(world) {
            return;
        }
    }
    if let Some(why) = why_not_converged(world)
        && !is_outrun(world)
        && !is_without_votes(world)
    {
        world.violate(format!(
            "converged: not within {CALM_LIMIT_MS} ms of calm: {why}"
        ));
    }
}
