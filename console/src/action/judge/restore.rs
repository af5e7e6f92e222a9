//! Restore a snapshot in the place of the tree: the loss is stated, and on Apache's members
//! the steps are printed and not done.

use super::{
    super::{
        facts::Facts,
        judgement::{Availability, Check, Confirm, Finding, Judgement},
        means::Means,
    },
    steps::by_hand,
};

pub(super) fn judge(judgement: &mut Judgement, file: &str, facts: &Facts, means: &Means) {
    let connections: Option<u64> = facts.members.iter().map(|member| member.connections).sum();
    judgement.hard.push(match connections {
        Some(0) => Check::new("clients", Finding::Pass, "no client is connected"),
        Some(n) => Check::new(
            "clients",
            Finding::Fail,
            format!("{n} clients are connected: they must be kept out while the tree changes"),
        ),
        None => Check::new(
            "clients",
            Finding::Unmeasured,
            "whether clients are kept out cannot be seen from here",
        ),
    });
    judgement.hard.push(Check::new(
        "same file",
        Finding::Unmeasured,
        format!("that {file} is the same on every member cannot be seen from here"),
    ));
    let newest = facts.leader().and_then(|leader| leader.zxid);
    let newest = newest.map_or("what is there".to_owned(), |zxid| {
        format!("all up to {zxid}")
    });
    judgement.consequence.connections_move = connections;
    judgement.consequence.writes = "stop until all members serve the snapshot".to_owned();
    judgement.consequence.sentence =
        format!("the tree becomes that of {file}; {newest} beyond it is lost");
    judgement.confirm = Confirm::typed(
        "the ensemble and the loss",
        format!("{} I accept the loss", means.cluster),
    );
    judgement.plan = vec![
        by_hand("keep all clients out: firewall their ports, or stop them"),
        by_hand("stop every member"),
        by_hand("on every member move version-2 aside, logs and snapshots both"),
        by_hand(format!(
            "copy {file} into the empty version-2 of every member"
        )),
        by_hand("start every member; wait for equal zxids and digests"),
        by_hand("let the clients in again"),
    ];
    judgement.availability = Availability::ByHand {
        why: "a restore takes the disks of all members: follow the steps on their hosts".to_owned(),
    };
}
