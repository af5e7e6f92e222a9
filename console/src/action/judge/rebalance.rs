//! Rebalance: a tenth of a member's clients at most, and only where it has more than its share.

use super::{
    super::{
        facts::Facts,
        judgement::{Availability, Check, Finding, Judgement},
        means::Means,
        plan::{Expectation, Order, Step},
        spec::Who,
        words::REBALANCE_PERCENT,
    },
    checks::{decide, quorum_now},
    nobody,
    steps::admin_for,
};

const SHED_MS: u64 = 5_000;
const SETTLE_MS: u64 = 15_000;
/// A client that finds nobody is lost after its session's timeout: 10 to 30 s in most clients.
const WATCH_MS: u64 = 30_000;
/// Of those that move, one in so many may expire meanwhile: some would have without this.
const MOST_OF_THEM: u64 = 10;

pub(super) fn judge(
    judgement: &mut Judgement,
    who: &Who,
    percent: u8,
    facts: &Facts,
    means: &Means,
) {
    let Some(member) = facts.member(who) else {
        return nobody(judgement, who, facts);
    };
    judgement.hard.push(quorum_now(facts));
    judgement.hard.push(decide(
        "step",
        percent <= REBALANCE_PERCENT,
        format!("{percent} % at once"),
        format!("{percent} % at once is a storm: at most {REBALANCE_PERCENT} %"),
    ));
    judgement.hard.push(decide(
        "no storm",
        facts.storm.is_none(),
        "no storm of connections is seen",
        facts.storm.clone().unwrap_or_default(),
    ));
    let mean = facts.mean_connections();
    let own = member.connections.unwrap_or_default();
    let moving = own.saturating_mul(u64::from(percent)) / 100;
    let has = format!("{} has {own} connections, the mean is {mean}", member.name);
    judgement.hard.push(decide(
        "skew",
        moving > 0 && own - moving >= mean,
        has.clone(),
        match own > mean && moving > 0 {
            true => format!("{has}: {percent} % fewer would be less than its share"),
            false => format!("{has}: nothing to move"),
        },
    ));
    judgement.consequence.connections_move = Some(moving);
    judgement.consequence.sentence = format!(
        "about {moving} of {own} connections of {} are closed; their clients look for any member",
        member.name
    );
    let shut = Availability::No {
        why: format!("{} has no AdminServer that sheds connections", member.name),
        opens: Some("admin.enableServer=true in its zoo.cfg".to_owned()),
    };
    let admin = match admin_for(member, "shed_connections", means, shut) {
        Ok(admin) => admin,
        Err(unavailable) => {
            judgement.availability = unavailable;
            return;
        }
    };
    let fewer = Expectation::Connections {
        member: who.clone(),
        at_most: own.saturating_sub(moving.min(1)),
    };
    judgement.plan = vec![
        Step::new(
            format!(
                "POST /commands/shed_connections to {}, {percent} %",
                admin.address
            ),
            Order::Post {
                admin: admin.address.clone(),
                command: "shed_connections".to_owned(),
                body: format!("{{\"percentage\":{percent}}}"),
            },
            SHED_MS,
        ),
        Step::new(
            format!("{} has fewer connections", member.name),
            Order::Expect(fewer),
            SETTLE_MS,
        ),
    ];
    match facts.leader().and_then(|leader| leader.expired) {
        Some(had) => {
            let more = moving / MOST_OF_THEM;
            judgement.plan.push(Step::new(
                format!(
                    "for {} s no more than {more} sessions expire: the clients find another member",
                    WATCH_MS / 1000
                ),
                Order::WatchExpiries {
                    had,
                    more,
                    for_ms: WATCH_MS,
                },
                WATCH_MS + SETTLE_MS,
            ));
        }
        None => judgement.soft.push(Check::new(
            "expiries",
            Finding::Unmeasured,
            "how many sessions expire is not told: 4lw.commands.whitelist=srvr, mntr opens it",
        )),
    }
}
