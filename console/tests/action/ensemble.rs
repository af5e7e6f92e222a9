//! Facts from one line: an id and a letter for each member, `a` behind it for one of Apache's.
//!
//! L leads, F follows, O observes, B follows and lags behind, C follows and is cut off from the
//! leader, l leads in an epoch that is over, ~ does not serve, c neither and was cut off, A neither
//! and has no vote to give, x refuses connections, ? is silent, ! was never asked. Those who do
//! not serve vote.

use std::collections::BTreeSet;

use zoowarden_console::{
    action::{
        Action, Answer, Elections, Facts, HookKind, Judgement, Means, MemberFacts, Writes,
        facts::{AdminFacts, Run},
        judge,
    },
    model::{clock::Now, probe::Fault},
};
use zoowarden_shared::{
    Sid, Zxid,
    admin::Role,
    config::{DynamicConfig, Role as Vote},
};

pub(crate) const EPOCH: i32 = 7;

pub(crate) fn facts(line: &str) -> Facts {
    let members: Vec<MemberFacts> = line.split(' ').map(member).collect();
    let mut config = String::new();
    for member in &members {
        let (sid, role) = (
            &member.name,
            if member.votes {
                "participant"
            } else {
                "observer"
            },
        );
        config.push_str(&format!(
            "server.{sid}=zk{sid}:2888:3888:{role};zk{sid}:2181\n"
        ));
    }
    config.push_str("version=100000005");
    let has_leader = members.iter().any(MemberFacts::leads);
    Facts {
        at: Now {
            mono_ms: 1_000_000,
            wall_ms: 1_800_000_000_000,
        },
        deadline_ms: 1000,
        members,
        config: Some(DynamicConfig::parse_lenient(&config)),
        writes: if has_leader {
            Writes::Succeed
        } else {
            Writes::Stopped { for_ms: 3_000 }
        },
        elections: Elections::default(),
        acting: None,
        storm: None,
        session: None,
        strangers: Vec::new(),
        disks: None,
        room: None,
        file: None,
    }
}

fn member(word: &str) -> MemberFacts {
    let is_apache = word.ends_with('a');
    let word = word.trim_end_matches('a');
    let letter = word.chars().last().expect("a letter");
    let id = word.trim_end_matches(letter);
    let serving = Answer::Serving { ms: 1 };
    let (answer, role) = match letter {
        'L' | 'l' => (serving, Some(Role::Leader)),
        'F' | 'B' | 'C' => (serving, Some(Role::Follower)),
        'O' => (serving, Some(Role::Observer)),
        '~' | 'c' | 'A' => (Answer::NotServing { ms: 1 }, None),
        '!' => (Answer::NotAsked("client port unknown".to_owned()), None),
        'x' => (Answer::Silent(Fault::Refused), None),
        _ => (Answer::Silent(Fault::Timeout), None),
    };
    let is_serving = role.is_some();
    let commands = ["close_session", "shed_connections", "transfer_leadership"];
    MemberFacts {
        address: format!("zk{id}:2181"),
        sid: Some(Sid(id.parse().expect("an id"))),
        name: id.to_owned(),
        is_ours: is_serving.then_some(!is_apache),
        version: None,
        role,
        phase: None,
        votes: letter != 'O',
        is_cut_off: matches!(letter, 'C' | 'c' | 'l'),
        abstains: letter == 'A',
        zxid: is_serving.then(|| Zxid::new(EPOCH - i32::from(letter == 'l'), 42)),
        lag: match letter {
            'B' => Some(50_000),
            'F' | 'O' => Some(0),
            _ => None,
        },
        connections: is_serving.then_some(20),
        sessions: Some(60),
        run: Run {
            uptime_ms: is_serving.then_some(3_600_000),
            received: Some(5000),
        },
        leads_ms: (letter == 'L').then_some(3_600_000),
        expired: (letter == 'L').then_some(7),
        syncing: (letter == 'L').then_some(0),
        config_version: is_serving.then_some(0x1_0000_0005),
        admin: (is_serving && !is_apache).then(|| AdminFacts {
            address: format!("zk{id}:8080"),
            commands: commands.map(str::to_owned).into(),
            clock_ahead_ms: Some(0),
        }),
        answer,
    }
}

/// Hooks and credentials: all that a console of others' members can have.
pub(crate) fn means() -> Means {
    Means {
        cluster: "prod".to_owned(),
        is_read_only: false,
        hooks: BTreeSet::from([HookKind::Start, HookKind::Restart]),
        has_credentials: true,
        processes: BTreeSet::new(),
        damaged: BTreeSet::new(),
        given_up: Default::default(),
        local: BTreeSet::new(),
        watch_ms: 60_000,
    }
}

pub(crate) fn action(line: &str) -> Action {
    let words: Vec<String> = line.split(' ').map(str::to_owned).collect();
    Action::parse(&words).expect("an action")
}

pub(crate) fn judged(line: &str, facts: &Facts) -> Judgement {
    judge(&action(line), facts, &means())
}

/// The votes of a configuration, for those who change it.
pub(crate) fn voters(config: &DynamicConfig) -> Vec<i64> {
    let voters = config.servers.iter();
    voters
        .filter(|(_, spec)| spec.role == Vote::Participant)
        .map(|(sid, _)| sid.0)
        .collect()
}
