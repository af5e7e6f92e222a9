//! The disks of an ensemble without a quorum: whatever way there is to each of its voters.

use std::time::Duration;

use tokio::{net::TcpStream, task::JoinSet, time::timeout};
use zoowarden_client::http;
use zoowarden_shared::{Sid, config::ServerSpec};

use super::{Before, Way};
use crate::{
    action::{
        disk::{Disk, DiskFacts, Found},
        exec::hooks::Hooks,
        facts::{Facts, MemberFacts},
        plan::HookKind,
    },
    model::roster::Known,
};

/// All logs behind the newest snapshot are read for it.
const READ: Duration = Duration::from_secs(60);
/// Of one knock at a port between members.
const KNOCK: Duration = Duration::from_secs(1);
/// Where a member of ours tells of its disk, while it has no leader.
pub const DISK_PATH: &str = "/commands/zoowarden/disk";

/// Looks at the disk of every voter. Nothing is changed.
pub(in crate::action) async fn survey(
    way: &Way,
    hooks: &Hooks,
    before: &Before,
    facts: &Facts,
) -> Vec<Disk> {
    let mut looking = JoinSet::new();
    for member in facts.voters() {
        let Some(sid) = member.sid else { continue };
        let config = facts.config.as_ref();
        let spec = config.and_then(|config| config.servers.get(&sid).cloned());
        let (way, hooks, member) = (way.clone(), hooks.clone(), member.clone());
        let last_heard = before.last_heard.get(&sid).copied();
        looking.spawn(async move {
            let found = look(&way, &hooks, sid, &member, spec.as_ref()).await;
            Disk {
                sid,
                found,
                last_heard,
            }
        });
    }
    let mut disks = looking.join_all().await;
    disks.sort_by_key(|disk| disk.sid);
    disks
}

/// Where nobody remembers who the members are, the disks of those that are known say it.
pub(in crate::action) async fn learn_members(way: &Way, hooks: &Hooks, known: &mut Known) {
    let mut newest: Option<DiskFacts> = None;
    let version = |facts: &DiskFacts| facts.config.as_ref().map(|config| config.version);
    for address in known.seeds.clone() {
        let Ok(facts) = ask(way, &way.admin.address_of(&address)).await else {
            continue;
        };
        if let Some(myid) = facts.myid {
            known.identities.insert(address, Sid(myid));
        }
        if version(&facts) > newest.as_ref().and_then(version) {
            newest = Some(facts);
        }
    }
    // Those of this host are read, whether they run or not.
    for sid in hooks.local_members() {
        let Some(hook) = hooks.get(HookKind::Inspect, Some(sid)) else {
            continue;
        };
        let read = hook.read_here().await.ok();
        let Some(facts) = read.and_then(|text| DiskFacts::from_json(&text)) else {
            continue;
        };
        if version(&facts) > newest.as_ref().and_then(version) {
            newest = Some(facts);
        }
    }
    if let Some(config) = newest.and_then(|facts| facts.config) {
        known.config = config;
    }
}

async fn look(
    way: &Way,
    hooks: &Hooks,
    sid: Sid,
    member: &MemberFacts,
    spec: Option<&ServerSpec>,
) -> Found {
    let admin = way.admin.address_of(&member.address);
    let unasked = match ask(way, &admin).await {
        // Members on one host share its usual port.
        Ok(facts) if facts.myid == Some(sid.0) => return Found::Running { admin, facts },
        Ok(_) => format!("the AdminServer at {admin} is another member's"),
        Err(why) => format!("{admin}: {why}"),
    };
    let why = match hooks.get(HookKind::Inspect, Some(sid)) {
        None => unasked,
        Some(hook) => match hook.read(member).await {
            Ok(text) => match DiskFacts::from_json(&text) {
                // A hook that leads to another host would have the wrong data forced or moved.
                Some(DiskFacts {
                    myid: Some(other), ..
                }) if other != sid.0 => {
                    format!("the hook inspect reads the data of member {other}")
                }
                Some(facts) => return Found::Inspected(facts),
                None => "the hook inspect did not print what --inspect --json does".to_owned(),
            },
            Err(why) => why,
        },
    };
    let open_port = match spec {
        // Through a command it would be another host that knocks.
        Some(spec) if way.reach.client.proxy().is_none() => open_port(spec).await,
        _ => None,
    };
    Found::Unread { why, open_port }
}

/// A port between members behind which somebody listens.
async fn open_port(spec: &ServerSpec) -> Option<u16> {
    for address in &spec.addresses {
        for port in [address.election_port, address.quorum_port] {
            let knocking = TcpStream::connect((address.host.as_str(), port));
            if let Ok(Ok(_)) = timeout(KNOCK, knocking).await {
                return Some(port);
            }
        }
    }
    None
}

/// What a member without a leader tells of its disk.
pub(in crate::action) async fn ask(way: &Way, admin: &str) -> Result<DiskFacts, String> {
    let answer = http::get_by(&way.reach.admin, admin, DISK_PATH, READ).await;
    let answer = answer.map_err(|fault| fault.to_string())?;
    let facts = DiskFacts::from_json(&answer.body).filter(|_| answer.status == 200);
    facts.ok_or_else(|| format!("answers {}, and tells nothing of its disk", answer.status))
}
