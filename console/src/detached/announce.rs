//! Tells members of ours that a plan runs, so that each console on the cluster shows it, from
//! whichever host.

use std::{
    hash::{BuildHasher as _, RandomState},
    time::Duration,
};

use tokio::{
    sync::watch,
    task::JoinHandle,
    time::{Instant, interval, timeout},
};
use zoowarden_client::{Connector, http};
use zoowarden_shared::admin::{CONSOLE_EXPIRES_MS, CONSOLES_PATH, Presence};

use crate::action::Orders;

/// For one member. It is told again soon.
const DEADLINE: Duration = Duration::from_secs(2);

/// Tells it for as long as it is kept.
#[derive(Debug)]
pub(crate) struct Announcer {
    step: watch::Sender<usize>,
    task: JoinHandle<()>,
    plan: Announced,
}

impl Announcer {
    /// Begins. `who` is `user@host`.
    pub(crate) fn begin(connector: Connector, orders: &Orders, who: &str) -> Self {
        let (step, steps) = watch::channel(0);
        let members = orders.facts.members.iter();
        let ours = members.filter(|member| member.is_ours == Some(true));
        let addresses: Vec<String> = ours
            .filter_map(|member| Some(member.admin.as_ref()?.address.clone()))
            .collect();
        let plan = Announced {
            connector,
            addresses,
            who: who.to_owned(),
            action: orders.judgement.action.kind().name(),
            steps: orders.judgement.plan.len(),
            // Any number that no console has.
            id: RandomState::new().hash_one(0),
            began: Instant::now(),
        };
        let task = tokio::spawn(plan.clone().tell(steps));
        Self { step, task, plan }
    }

    /// Has this plan forgotten at once: it has ended.
    pub(crate) async fn leave(self) {
        self.task.abort();
        for one in self.plan.say(&self.plan.presence(0, true)) {
            let _ = timeout(DEADLINE, one).await;
        }
    }

    /// The plan is at this step, from 0.
    pub(crate) fn is_at(&self, step: usize) {
        self.step.send_replace(step);
    }
}

impl Drop for Announcer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

#[derive(Clone, Debug)]
struct Announced {
    connector: Connector,
    addresses: Vec<String>,
    who: String,
    action: &'static str,
    steps: usize,
    id: u64,
    began: Instant,
}

impl Announced {
    async fn tell(self, mut step: watch::Receiver<usize>) {
        let mut again = interval(Duration::from_millis(CONSOLE_EXPIRES_MS / 3));
        loop {
            tokio::select! {
                _ = again.tick() => {}
                changed = step.changed() => if changed.is_err() { return },
            }
            let at = *step.borrow_and_update() + 1;
            // Who does not hear it now hears the next one.
            drop(self.say(&self.presence(at, false)));
        }
    }

    fn presence(&self, at: usize, leaves: bool) -> Presence {
        Presence {
            id: self.id,
            who: self.who.clone(),
            for_ms: u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX),
            gate: Some(format!("{}, step {at} of {}", self.action, self.steps)),
            acts: !leaves,
            leaves,
        }
    }

    /// To all members at once; each of these ends when one has heard it, or will not.
    fn say(&self, presence: &Presence) -> Vec<JoinHandle<()>> {
        let body = serde_json::to_vec(presence).unwrap_or_default();
        let say = |address: &String| {
            let (connector, address) = (self.connector.clone(), address.clone());
            let body = body.clone().into();
            tokio::spawn(async move {
                let path = format!("/commands/{CONSOLES_PATH}");
                let _ = http::tell_by(&connector, &address, &path, body, DEADLINE).await;
            })
        };
        self.addresses.iter().map(say).collect()
    }
}
