//! What the disk of a newcomer has room for, and what it will be sent.

use std::time::Duration;

use zoowarden_client::http;
use zoowarden_shared::admin::{SNAPSHOTS_PATH, SnapshotList};

use super::{Way, disks};
use crate::action::{
    facts::{Facts, MemberFacts, Room},
    spec::Spare,
};

/// Asks both, where their AdminServers can be told apart from others on their hosts.
pub(super) async fn look(way: &Way, facts: &Facts, by: &Spare, deadline: Duration) -> Room {
    let strangers = facts.strangers.iter();
    let newcomer = facts
        .sid(by.sid())
        .or_else(|| strangers.clone().find(|one| one.sid == Some(by.sid())));
    let (newcomers, leaders) = tokio::join!(
        of(way, newcomer, deadline),
        of(way, facts.leader(), deadline),
    );
    let newest = leaders.and_then(|list| list.snapshots.first().map(|newest| newest.bytes));
    Room {
        free_bytes: newcomers.and_then(|list| list.free_bytes),
        snapshot_bytes: newest,
    }
}

async fn of(way: &Way, member: Option<&MemberFacts>, deadline: Duration) -> Option<SnapshotList> {
    let member = member?;
    let admin = match &member.admin {
        Some(admin) => admin.address.clone(),
        None => unled(way, member).await?,
    };
    let path = format!("/commands/{SNAPSHOTS_PATH}");
    let answer = http::get_by(&way.reach.admin, &admin, &path, deadline).await;
    let answer = answer.ok().filter(|answer| answer.status == 200)?;
    serde_json::from_str(&answer.body).ok()
}

/// The AdminServer of one that does not serve yet, if it is its own.
async fn unled(way: &Way, member: &MemberFacts) -> Option<String> {
    let admin = way.admin.address_of(&member.address);
    let facts = disks::ask(way, &admin).await.ok()?;
    (facts.myid == member.sid.map(|sid| sid.0)).then_some(admin)
}
