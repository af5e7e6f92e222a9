//! `resync`: this member gives up all it has and takes a leader's snapshot in its place. It
//! stops serving, and its voice is missing until it has one: the others must be a quorum.

use std::time::Duration;

use futures_util::future::join_all;
use serde_json::{Map, Value as Json, json};
use tokio::{net::TcpStream, time::timeout};
use zoowarden_client::fourletter;
use zoowarden_peer::view::ReplicationView;
use zoowarden_shared::{Sid, audit::Record, config::ServerSpec};

use super::{gates::gate, refusal::Refusal};
use crate::{
    admin::{Admin, answer::fields_of},
    disk::RepairKind,
};

/// How long another voter may take to answer.
const PATIENCE: Duration = Duration::from_secs(2);

impl Admin {
    /// Whether this member can do without its data, and the others without it.
    pub(super) async fn may_resync(&self, record: &mut Record) -> Result<(), Refusal> {
        let view = self
            .driver
            .ask(|peer, now| peer.replication_view(now))
            .await?;
        let follows = match &view {
            None => Err(Refusal::Unfit(
                "there is no ensemble to take the data from".into(),
            )),
            Some(view) if view.status.leader == Some(view.sid) => Err(Refusal::Unfit(
                "this server leads: transfer the leadership first".into(),
            )),
            Some(view) if !view.status.serving => Err(Refusal::Unfit(
                "this server is not in step with a leader".into(),
            )),
            Some(_) => Ok(()),
        };
        record
            .gates
            .push(gate("follows", &follows, "it follows a leader"));
        follows?;
        if let Some(view) = view {
            let (there, words) = others_seen(&view).await;
            let is_voter = view.members.voters().any(|(sid, _)| sid == view.sid);
            let is_quorum = self
                .driver
                .ask(move |peer, _| peer.is_quorum(&there))
                .await?;
            let quorum = match is_quorum || !is_voter {
                true => Ok(()),
                false => Err(Refusal::Unfit(format!(
                    "without this server there would be no quorum: {words}"
                ))),
            };
            record
                .gates
                .push(gate("quorum without it", &quorum, &words));
            quorum?;
        }
        Ok(())
    }

    /// Orders it. The member is started again at once; `resync_status` says how far it is.
    pub(super) fn resync(&self, record: &Record) -> Result<Map<String, Json>, Refusal> {
        let ordered = self.repairs.order(RepairKind::Resync, record.clone());
        ordered.map_err(Refusal::Failed)?;
        Ok(fields_of(json!({ "stage": "wanted" })))
    }
}

/// The other voters that are there, and who was seen how.
async fn others_seen(view: &ReplicationView) -> (Vec<Sid>, String) {
    let others = view.members.voters().filter(|(sid, _)| *sid != view.sid);
    let asked = others.map(|(sid, server)| see(sid, server, view.status.leader));
    let seen = join_all(asked).await;
    let there = seen.iter().filter(|(_, is_there, _)| *is_there);
    let there = there.map(|(sid, ..)| *sid).collect();
    let words: Vec<_> = seen
        .iter()
        .map(|(sid, _, how)| format!("server {sid} {how}"))
        .collect();
    (there, words.join(", "))
}

/// Whether another voter is there: its word where its client address is known, a connection to
/// its quorum ports otherwise. The leader is, while this member is in step with it.
async fn see(sid: Sid, server: &ServerSpec, leader: Option<Sid>) -> (Sid, bool, &'static str) {
    if leader == Some(sid) {
        return (sid, true, "leads");
    }
    if let Some(address) = &server.client_address {
        let said = fourletter::ask(&address.to_string(), "srvr", PATIENCE).await;
        let follows = said.is_ok_and(|said| said.contains("Mode: follower"));
        let how = match follows {
            true => "follows",
            false => "does not say that it follows",
        };
        return (sid, follows, how);
    }
    for address in &server.addresses {
        let dialling = TcpStream::connect((address.host.as_str(), address.election_port));
        if let Ok(Ok(_)) = timeout(PATIENCE, dialling).await {
            return (sid, true, "takes connections");
        }
    }
    (sid, false, "takes no connections")
}
