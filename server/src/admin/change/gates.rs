//! Whether an order may be carried out: who gives it, and whether he sees how things are.

use axum::http::Method;
use zoowarden_peer::{Effects, Now, Peer};
use zoowarden_shared::{
    Epoch,
    audit::{Gate, Record, Standing, Weight},
};

use super::refusal::Refusal;
use crate::admin::{Admin, answer::Request};

impl Admin {
    /// Looks at every gate before anything is done, and notes the verdicts. What is done later
    /// looks again, where it is done ([`Self::ordered`]).
    pub(super) async fn pass_gates(
        &self,
        request: &Request,
        shown: Option<Epoch>,
        record: &mut Record,
    ) -> Result<(), Refusal> {
        let looked = self
            .driver
            .ask({
                let header = request.authorization.clone();
                move |peer, now| {
                    let denied = header.map(|header| peer.authorize(&header));
                    (denied, peer.epoch(), standing_of(peer, now))
                }
            })
            .await;
        let (authorized, now, standing) = looked?;
        // While members are restored one after the other the last of them has no leader any more.
        let now = match self.repairs.held_epoch() {
            Some(held) if now == 0 && record.what == "restore_commit" => held,
            _ => now,
        };
        record.before = Some(standing);
        // As in Apache a snapshot is a GET: nothing that clients see changes.
        let method = match record.what.as_str() {
            "snapshot" => Method::GET,
            _ => Method::POST,
        };
        let authorization = match authorized {
            _ if request.method != method => Err(Refusal::WrongMethod(method)),
            None => Err(Refusal::NoCredentials),
            Some(denied) => denied.map_err(Refusal::from),
        };
        let epoch = match shown {
            Some(shown) if shown != now => Err(Refusal::StaleEpoch { now, shown }),
            _ => Ok(()),
        };
        let who_may = "a digest identity that has every right on /";
        record
            .gates
            .push(gate("authorization", &authorization, who_may));
        if authorization.is_err() {
            record.principal = format!("{} (not proved)", record.principal);
        }
        if shown.is_some() {
            let in_force = format!("epoch {now} is in force");
            record.gates.push(gate("epoch", &epoch, &in_force));
        }
        authorization.and(epoch)
    }

    /// Has the peer do it, between two inputs, if who asks may and the epoch is the one shown.
    pub(super) async fn ordered<T: Send + 'static>(
        &self,
        request: &Request,
        shown: Option<Epoch>,
        order: impl FnOnce(&mut Peer, Now, &mut Effects) -> T + Send + 'static,
    ) -> Result<T, Refusal> {
        let header = request.authorization.clone();
        let header = header.ok_or(Refusal::NoCredentials)?;
        let done = self.driver.order(move |peer, now, out| {
            peer.authorize(&header)?;
            match shown {
                Some(shown) if shown != peer.epoch() => Err(Refusal::StaleEpoch {
                    now: peer.epoch(),
                    shown,
                }),
                _ => Ok(order(peer, now, out)),
            }
        });
        done.await?
    }

    /// How the ensemble stands, for the audit log; `None` once the driver has stopped.
    pub(in crate::admin) async fn standing(&self) -> Option<Standing> {
        self.driver
            .ask(|peer, now| standing_of(peer, now))
            .await
            .ok()
    }
}

fn standing_of(peer: &Peer, now: Now) -> Standing {
    let view = peer.replication_view(now);
    Standing {
        leader: view.as_ref().and_then(|view| view.status.leader),
        epoch: Some(peer.epoch()),
        config_version: view.map(|view| view.members.version),
    }
}

/// A hard gate with its verdict; `good` says what let it pass.
pub(super) fn gate(name: &str, verdict: &Result<(), Refusal>, good: &str) -> Gate {
    Gate {
        name: name.into(),
        weight: Weight::Hard,
        passed: verdict.is_ok(),
        sentence: match verdict {
            Ok(()) => good.into(),
            Err(refusal) => refusal.to_string(),
        },
    }
}

#[cfg(test)]
mod tests {
    use zoowarden_peer::Denied;

    use super::*;

    #[test]
    fn a_gate_says_why_it_is_shut() {
        let shut = gate("authorization", &Err(Denied::NotAuthorized.into()), "open");
        assert!(!shut.passed);
        assert_eq!(shut.sentence, "Not authorized");
    }
}
