//! What a member says of its ensemble, in Apache's words and with its field names
//! (`QuorumZooKeeperServer`, `LeaderZooKeeperServer`, `ObserverZooKeeperServer`, `Commands`).

use std::fmt::Write as _;

use serde_json::{Map, Value as Json, json};
use zoowarden_peer::{metrics::Metrics, view::ReplicationView};
use zoowarden_shared::{
    Sid, Zxid,
    admin::{EnsembleBeat, LearnerBeat},
    config::{HostPort, PeerAddress, Role, ServerSpec},
    election::PeerState,
};
use zoowarden_zab::{Heard, LearnerStatus};

use super::{facts::Configuration, java};
use crate::net::{LinkView, OpenLinks};

/// `FastLeaderElection`, the only one left (`electionAlg`).
const ELECTION_ALGORITHM: u32 = 3;

/// `QuorumPeer.getDetailedPeerState`; nobody is asked while there is no leader.
pub(super) fn peer_state(view: &ReplicationView) -> &'static str {
    match view.status.state {
        PeerState::Looking => "looking",
        PeerState::Following => "following - broadcast",
        PeerState::Leading => "leading - broadcast",
        PeerState::Observing => "observing - broadcast",
    }
}

/// The numbers of `mntr` that a member of an ensemble has and a standalone server has not.
pub(super) fn gauges(view: &ReplicationView, metrics: &Metrics) -> Vec<(&'static str, i64)> {
    let mut gauges = vec![
        ("quorum_size", view.members.voters().count() as i64),
        ("zoowarden_vouches", i64::from(view.status.vouches)),
    ];
    let sizes = metrics.proposal_size;
    match view.status.state {
        PeerState::Leading => gauges.extend([
            ("learners", view.learners as i64),
            ("synced_followers", view.synced_followers as i64),
            (
                "synced_non_voting_followers",
                view.synced_non_voting_followers as i64,
            ),
            ("synced_observers", view.synced_observers as i64),
            ("pending_syncs", view.pending_syncs as i64),
            ("leader_uptime", view.serving_ms.unwrap_or(0) as i64),
            ("last_proposal_size", sizes.last),
            ("max_proposal_size", sizes.max),
            ("min_proposal_size", sizes.min),
            ("zoowarden_snapshots_wanted", view.snapshots_wanted as i64),
        ]),
        PeerState::Observing => {
            let leader = view.status.leader.map_or(-1, |leader| leader.0);
            gauges.push(("observer_master_id", leader));
        }
        PeerState::Looking | PeerState::Following => {}
    }
    gauges
}

/// What `conf` adds of a member of an ensemble (`QuorumZooKeeperServer.dumpConf`).
pub(super) fn conf(view: &ReplicationView, configuration: &Configuration) -> String {
    let own = view.members.servers.get(&view.sid);
    let ports = |port: fn(&PeerAddress) -> u16| {
        let addresses = own.map_or(&[][..], |own| &own.addresses);
        let ports: Vec<_> = addresses
            .iter()
            .map(|address| port(address).to_string())
            .collect();
        ports.join("|")
    };
    let peer_type = match own.map(|own| own.role) {
        Some(Role::Participant) => 0,
        Some(Role::Observer) | None => 1,
    };
    let mut text = String::new();
    // Writing to a String cannot fail.
    let _ = write!(
        text,
        "initLimit={}\nsyncLimit={}\nelectionAlg={ELECTION_ALGORITHM}\nelectionPort={}\n\
         quorumPort={}\npeerType={peer_type}\nmembership: \n{}",
        configuration.init_limit_ticks,
        configuration.sync_limit_ticks,
        ports(|address| address.election_port),
        ports(|address| address.quorum_port),
        view.members
    );
    text
}

/// `leader`.
pub(super) fn leader(view: &ReplicationView) -> Json {
    let leader = view.status.leader;
    let spec = leader.and_then(|leader| view.members.servers.get(&leader));
    let hosts = spec.into_iter().flat_map(|spec| &spec.addresses);
    let hosts: Vec<_> = hosts.map(|address| address.host.as_str()).collect();
    json!({
        "is_leader": view.status.state == PeerState::Leading,
        "leader_id": leader.map_or(-1, |leader| leader.0),
        "leader_ip": hosts.join("|"),
    })
}

/// `observers`: those in step, as their leader sees them.
pub(super) fn observers(view: &ReplicationView, links: &OpenLinks) -> Json {
    let observers: Vec<_> = synced_observers(view)
        .filter_map(|learner| Some(observer(learner.sid, &links.view(learner.link)?)))
        .collect();
    json!({ "synced_observers": observers.len(), "observers": observers })
}

/// `observer_connection_stat_reset`.
pub(super) fn reset_observers(view: &ReplicationView, links: &OpenLinks) {
    for learner in synced_observers(view) {
        links.reset(learner.link);
    }
}

fn synced_observers(view: &ReplicationView) -> impl Iterator<Item = &LearnerStatus> {
    let learners = view.status.learners.iter();
    learners.filter(|learner| learner.synced && learner.observes)
}

/// `LearnerHandler.getLearnerHandlerInfo`.
fn observer(sid: Sid, link: &LinkView) -> Json {
    json!({
        "remote_socket_address": java::socket_address(link.remote),
        "sid": sid.0,
        "established": link.established_wall_ms,
        "queued_packets": link.queued_packets,
        "queued_packets_size": link.queued_bytes,
        "packets_received": link.received,
        "packets_sent": link.sent,
        "requests": link.requests,
        "last_zxid": link.last_zxid,
    })
}

/// `voting_view`.
pub(super) fn voting_view(view: &ReplicationView, served_at: &HostPort) -> Json {
    let voters = view.members.voters().map(|(sid, spec)| {
        let own = (sid == view.sid).then_some(served_at);
        let voter = json!({
            "server_addresses": addresses(spec, |address| address.quorum_port),
            "election_addresses": addresses(spec, |address| address.election_port),
            "client_address": client_address(spec, own),
            "learner_type": "participant",
        });
        (sid.to_string(), voter)
    });
    json!({ "current_config": voters.collect::<Map<_, _>>() })
}

/// `zabstate`.
pub(super) fn zab_state(view: &ReplicationView, zxid: Zxid, served_at: &HostPort) -> Json {
    let own = view.members.servers.get(&view.sid);
    json!({
        "myid": view.sid.0,
        "is_leader": view.status.state == PeerState::Leading,
        "quorum_address": own.map(|own| multiple_addresses(own, |address| address.quorum_port)),
        "election_address": own.map(|own| multiple_addresses(own, |address| address.election_port)),
        "client_address": own.map(|own| client_address(own, Some(served_at))),
        "voting": own.is_some_and(|own| own.role == Role::Participant),
        "last_zxid": zxid.to_string(),
        "zab_epoch": zxid.epoch(),
        "zab_counter": zxid.counter(),
        "zabstate": "broadcast",
    })
}

/// `MultipleAddresses`, all of whose getters Apache's JSON shows. Whether an address can be
/// reached is not tried here.
fn multiple_addresses(spec: &ServerSpec, port: fn(&PeerAddress) -> u16) -> Json {
    let all = addresses(spec, port);
    let first = all.first().cloned();
    let ports: Vec<_> = spec.addresses.iter().map(port).collect();
    let hosts: Vec<_> = spec.addresses.iter().map(|address| &address.host).collect();
    let wildcards: Vec<_> = ports
        .iter()
        .map(|port| HostPort::any(*port).to_string())
        .collect();
    json!({
        "empty": all.is_empty(),
        "all_addresses": all,
        "all_reachable_addresses": all,
        "one": first,
        "reachable_address": first,
        "wildcard_addresses": wildcards,
        "all_ports": ports,
        "all_host_strings": hosts,
        "all_reachable_addresses_or_all": all,
        "reachable_or_one": first,
    })
}

fn addresses(spec: &ServerSpec, port: fn(&PeerAddress) -> u16) -> Vec<String> {
    let addresses = spec.addresses.iter();
    addresses
        .map(|address| HostPort::new(&address.host, port(address)).to_string())
        .collect()
}

/// By the member's line; of the member itself, where the line lacks it, by its own settings.
fn client_address(spec: &ServerSpec, own: Option<&HostPort>) -> String {
    match (&spec.client_address, own) {
        (Some(address), _) => address.to_string(),
        (None, Some(own)) => own.to_string(),
        (None, None) => String::new(),
    }
}

/// What a heartbeat tells of the ensemble.
pub(super) fn beat(view: &ReplicationView, metrics: &Metrics) -> EnsembleBeat {
    let status = &view.status;
    let silent_ms = |heard: Heard| Some(heard.silent_us(view.at_us)? / 1000);
    let learner = |learner: &LearnerStatus| LearnerBeat {
        sid: learner.sid.0,
        votes: learner.votes,
        synced: learner.synced,
        synced_by: learner.synced_by.map(|kind| kind.name().to_owned()),
        acked: learner.acked.0,
        silent_ms: silent_ms(learner.heard),
    };
    EnsembleBeat {
        sid: view.sid.0,
        leader: status.leader.map(|leader| leader.0),
        logged: status.logged.0,
        flushed: status.flushed.0,
        committed: status.committed.0,
        voters: view.members.voters().count() as u64,
        learners: status.learners.iter().map(learner).collect(),
        leader_silent_ms: status.leader_heard.and_then(silent_ms),
        abstains: !status.vouches,
        serving_ms: view.serving_ms,
        digest_mismatches: metrics.digest_mismatches_count,
        first_digest_mismatch: metrics.first_digest_mismatch.map(|zxid| zxid.0),
    }
}
