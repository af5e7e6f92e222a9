//! One member's task: asks it at its pace, and tells what it found.

use std::{sync::Arc, time::Duration};

use tokio::{
    sync::Notify,
    time::{Instant, sleep, sleep_until},
};
use zoowarden_client::Certificate;
use zoowarden_shared::Sid;

use super::{
    AdminPorts, Context,
    doors::{Doors, Found},
    pace::Pace,
    stream::Stream,
};
use crate::{
    event::Event,
    model::probe::{Outcome, Probe},
};

/// A nudge asks earlier, but not at once again.
const LEAST_GAP: Duration = Duration::from_millis(200);

/// Asks until it is aborted.
pub(super) async fn run(context: Context, address: String, admin: AdminPorts, nudge: Arc<Notify>) {
    let mut doors = Doors::new(&address, admin, context.reach.clone());
    let mut pace = Pace::default();
    let mut stream = Stream::new(context.clone(), address.clone());
    // Its heartbeats have ended, and no poll has answered since.
    let mut in_doubt = false;
    let mut certificate = None;
    loop {
        let started = Instant::now();
        let found = if in_doubt {
            doors.poll_in_doubt(&context.load).await
        } else {
            tokio::select! {
                found = doors.poll(&context.load) => found,
                // What is under way was asked of a member that still spoke.
                () = stream.tell_beats() => {
                    in_doubt = true;
                    continue;
                }
            }
        };
        let answered = !matches!(found.outcome, Outcome::Silent(_));
        in_doubt &= !answered;
        let interval = pace.after(answered.then(|| found.round_trip.unwrap_or_default()));
        let stream_address = doors.stream_address(&found).map(str::to_owned);
        if !tell(&context, &address, found, interval).await {
            return;
        }
        tell_certificate(&context, &address, &mut certificate).await;
        if let Some(at) = stream_address {
            stream.open(&at).await;
        }
        let gap = async {
            sleep(LEAST_GAP).await;
            tokio::select! {
                () = sleep_until(started + interval) => false,
                () = nudge.notified() => true,
            }
        };
        tokio::select! {
            is_nudged = gap => if is_nudged {
                doors.ask_fully();
            },
            // Believed at once: a process that ends closes its sockets.
            () = stream.tell_beats() => in_doubt = true,
        }
    }
}

/// Tells the certificate that it showed, if it is not the one that was told last.
async fn tell_certificate(context: &Context, address: &str, told: &mut Option<Certificate>) {
    let Some(certificate) = context.reach.client.certificate(address) else {
        return;
    };
    if told.as_ref() == Some(&certificate) {
        return;
    }
    context
        .tell(Event::Certificate {
            address: address.to_owned(),
            certificate: Box::new(certificate.clone()),
        })
        .await;
    *told = Some(certificate);
}

async fn tell(context: &Context, address: &str, found: Found, interval: Duration) -> bool {
    let identity = found.sid.filter(|sid| *sid > Sid(0));
    if let Some(sid) = identity {
        context
            .tell(Event::Identity {
                address: address.to_owned(),
                sid,
            })
            .await;
    }
    if let Some(config) = found.config {
        context.tell(Event::Config(config)).await;
    }
    if let Some(monitor) = found.metrics {
        let metrics = Event::Metrics {
            address: address.to_owned(),
            at_mono_ms: context.clock.now().mono_ms,
            monitor,
        };
        context.tell(metrics).await;
    }
    if let Some(ahead_ms) = found.clock_ahead_ms {
        let clock = Event::Clock {
            address: address.to_owned(),
            at_mono_ms: context.clock.now().mono_ms,
            ahead_ms,
        };
        context.tell(clock).await;
    }
    let probe = Probe {
        address: address.to_owned(),
        at_mono_ms: context.clock.now().mono_ms,
        outcome: found.outcome,
        // Neither takes centuries.
        round_trip_us: found.round_trip.map(|took| took.as_micros() as u64),
        interval_ms: interval.as_millis() as u64,
        closed: found.closed,
    };
    context.tell(Event::Probe(probe)).await
}
