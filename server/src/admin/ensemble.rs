//! What a member says of its ensemble, in Apache's words and with its field names
//! (`QuorumZooKeeperServer`, `LeaderZooKeeperServer`, `ObserverZooKeeperServer`, `Commands`).

use std::fmt::Write as _;

use serde_json::{Map, Value as Json, json};
use zoowarden_peer::{metrics::Metrics, view::ReplicationView};
use zoowarden_shared::{
    Zxid,
    admin::{EnsembleBeat, LearnerBeat},
    config::{HostPort, PeerAddress, Role, ServerSpec},
    election::PeerState,
};

use super::facts::Configuration;

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
    let mut gauges = vec![("quorum_size", view.members.voters().count() as i64)];
    let sizes = metrics.proposal_size;
    match view.status.state {
        PeerState::Leading => gauges.extend([
            ("learners", view.learners as i64),
            ("synced_followers", view.synced_followers as i64),
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

/// `observers`: those in step. Their connections are not counted here.
pub(super) fn observers(view: &ReplicationView) -> Json {
    let learners = view.status.learners.iter();
    let observers: Vec<_> = learners
        .filter(|learner| learner.synced && !learner.votes)
        .map(|learner| json!({ "sid": learner.sid.0 }))
        .collect();
    json!({ "synced_observers": observers.len(), "observers": observers })
}

/// `voting_view`.
pub(super) fn voting_view(view: &ReplicationView, configuration: &Configuration) -> Json {
    let voters = view.members.voters().map(|(sid, spec)| {
        let own = (sid == view.sid).then_some(configuration);
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
pub(super) fn zab_state(view: &ReplicationView, zxid: Zxid, configuration: &Configuration) -> Json {
    let own = view.members.servers.get(&view.sid);
    json!({
        "myid": view.sid.0,
        "is_leader": view.status.state == PeerState::Leading,
        "quorum_address": own.map(|own| multiple_addresses(own, |address| address.quorum_port)),
        "election_address": own.map(|own| multiple_addresses(own, |address| address.election_port)),
        "client_address": own.map(|own| client_address(own, Some(configuration))),
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
fn client_address(spec: &ServerSpec, own: Option<&Configuration>) -> String {
    match (&spec.client_address, own) {
        (Some(address), _) => address.to_string(),
        (None, Some(own)) => own.client_address.to_string(),
        (None, None) => String::new(),
    }
}

/// What a heartbeat tells of the ensemble.
pub(super) fn beat(view: &ReplicationView, metrics: &Metrics) -> EnsembleBeat {
    let status = &view.status;
    let learner = |learner: &zoowarden_zab::LearnerStatus| LearnerBeat {
        sid: learner.sid.0,
        votes: learner.votes,
        synced: learner.synced,
        acked: learner.acked.0,
    };
    EnsembleBeat {
        sid: view.sid.0,
        leader: status.leader.map(|leader| leader.0),
        logged: status.logged.0,
        flushed: status.flushed.0,
        committed: status.committed.0,
        voters: view.members.voters().count() as u64,
        learners: status.learners.iter().map(learner).collect(),
        serving_ms: view.serving_ms,
        digest_mismatches: metrics.digest_mismatches_count,
    }
}
