//! Which sets of members are a quorum: plain majorities (`QuorumMaj`), or majorities of
//! weight in a majority of groups (`QuorumHierarchical`).

use std::collections::{BTreeMap, BTreeSet};

use zoowarden_shared::{Sid, config::DynamicConfig};

/// Who votes in a configuration, and which of them together decide. Any two quorums of one
/// configuration have a voter in common.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Quorums {
    voters: BTreeSet<Sid>,
    rule: Rule,
    /// Of the configurations that may be in force elsewhere, or come to be: each must agree.
    next: Vec<Quorums>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Rule {
    Majority,
    Hierarchical(Groups),
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Groups {
    group: BTreeMap<Sid, i64>,
    weight: BTreeMap<Sid, i64>,
    /// Groups without any weight are left out: they take no part. No sum of weights overflows.
    total_weight: BTreeMap<i64, i128>,
}

impl Quorums {
    /// The quorums of a configuration.
    pub(crate) fn new(config: &DynamicConfig) -> Self {
        let rule = if config.is_hierarchical() {
            Rule::Hierarchical(Groups::new(config))
        } else {
            Rule::Majority
        };
        Self {
            voters: config.voters().map(|(sid, _)| sid).collect(),
            rule,
            next: Vec::new(),
        }
    }

    /// The quorums while one configuration gives way to another, and that perhaps to a third.
    pub(crate) fn joint(config: &DynamicConfig, next: &[DynamicConfig]) -> Self {
        let mut joint = Self::new(config);
        for next in next.iter().map(Self::new) {
            if !joint.each().any(|known| known.decides_as(&next)) {
                joint.next.push(next);
            }
        }
        joint
    }

    /// One of each configuration, the present one first.
    fn each(&self) -> impl Iterator<Item = &Self> {
        std::iter::once(self).chain(&self.next)
    }

    /// Whether the same sets are quorums of the two, each taken alone.
    fn decides_as(&self, other: &Self) -> bool {
        self.voters == other.voters && self.rule == other.rule
    }

    /// The participants, in order, of all configurations.
    pub(crate) fn voters(&self) -> impl Iterator<Item = Sid> {
        let voters: BTreeSet<Sid> = self.each().flat_map(|each| &each.voters).copied().collect();
        voters.into_iter()
    }

    /// Whether this is one of the participants, of any configuration.
    pub(crate) fn is_voter(&self, sid: Sid) -> bool {
        self.each().any(|each| each.voters.contains(&sid))
    }

    /// Whether this is a participant of the present configuration, and so a candidate.
    pub(crate) fn is_present_voter(&self, sid: Sid) -> bool {
        self.voters.contains(&sid)
    }

    /// How much a member's word weighs: 0 for all but voters. Who weighs nothing cannot lead.
    pub(crate) fn weight(&self, sid: Sid) -> i64 {
        let weights = self.each().map(|each| each.present_weight(sid));
        weights.max().unwrap_or(0)
    }

    fn present_weight(&self, sid: Sid) -> i64 {
        match &self.rule {
            _ if !self.voters.contains(&sid) => 0,
            Rule::Majority => 1,
            Rule::Hierarchical(groups) => groups.weight(sid),
        }
    }

    /// Whether the voters that agree are a quorum of each configuration. Only voters are asked.
    pub(crate) fn contains_quorum(&self, agrees: impl Fn(Sid) -> bool) -> bool {
        self.each()
            .all(|each| each.contains_present_quorum(&agrees))
    }

    /// Whether they are one in the present configuration alone.
    pub(crate) fn contains_present_quorum(&self, agrees: impl Fn(Sid) -> bool) -> bool {
        let agreeing = self.voters.iter().copied().filter(|sid| agrees(*sid));
        match &self.rule {
            Rule::Majority => agreeing.count() > self.voters.len() / 2,
            Rule::Hierarchical(groups) => groups.contain_quorum(agreeing),
        }
    }
}

impl Groups {
    fn new(config: &DynamicConfig) -> Self {
        let mut groups = Self {
            group: BTreeMap::new(),
            weight: config.weights.clone(),
            total_weight: BTreeMap::new(),
        };
        for (group, members) in &config.groups {
            let mut total = 0_i128;
            for sid in members {
                groups.group.insert(*sid, *group);
                total += i128::from(groups.weight(*sid));
            }
            if total > 0 {
                groups.total_weight.insert(*group, total);
            }
        }
        groups
    }

    fn weight(&self, sid: Sid) -> i64 {
        self.weight.get(&sid).copied().unwrap_or(0)
    }

    fn contain_quorum(&self, agreeing: impl Iterator<Item = Sid>) -> bool {
        let mut agreed: BTreeMap<i64, i128> = BTreeMap::new();
        for sid in agreeing {
            if let Some(group) = self.group.get(&sid) {
                let weight = agreed.entry(*group).or_default();
                *weight += i128::from(self.weight(sid));
            }
        }
        let won = |group: &i64, total: &i128| agreed.get(group).is_some_and(|got| *got > total / 2);
        let groups_won = self.total_weight.iter().filter(|(g, t)| won(g, t)).count();
        groups_won > self.total_weight.len() / 2
    }
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*};

    use super::*;

    fn config(text: &str) -> DynamicConfig {
        DynamicConfig::parse(text, "test").unwrap()
    }

    /// Participants of these ids, and an observer 99.
    fn servers(sids: std::ops::RangeInclusive<i64>) -> String {
        let mut text: String = sids
            .map(|sid| format!("server.{sid}=h:{}:{}\n", 2000 + sid, 3000 + sid))
            .collect();
        text.push_str("server.99=h:2099:3099:observer\n");
        text
    }

    fn quorums(text: &str) -> Quorums {
        Quorums::new(&config(text))
    }

    fn agree(quorums: &Quorums, sids: &[i64]) -> bool {
        quorums.contains_quorum(|sid| sids.contains(&sid.0))
    }

    #[test]
    fn a_majority_is_more_than_half_of_the_voters() {
        for (voters, enough) in [(1, 1), (2, 2), (3, 2), (4, 3), (5, 3), (7, 4)] {
            let quorums = quorums(&servers(1..=voters));
            let first: Vec<i64> = (1..=enough).collect();
            assert!(agree(&quorums, &first), "{enough} of {voters}");
            assert!(!agree(&quorums, &first[1..]), "fewer of {voters}");
        }
        assert!(!agree(&quorums("server.99=h:1:2:observer\n"), &[99]));
    }

    #[test]
    fn while_one_configuration_gives_way_to_another_both_must_agree() {
        let (old, new) = (config(&servers(1..=3)), config(&servers(3..=5)));
        let joint = Quorums::joint(&old, std::slice::from_ref(&new));
        assert!(agree(&joint, &[2, 3, 4]));
        for too_few in [[1, 2, 3], [3, 4, 5]] {
            assert!(!agree(&joint, &too_few), "{too_few:?}");
        }
        assert_eq!(joint.voters().count(), 5);
        assert!(joint.is_voter(Sid(5)) && !joint.is_present_voter(Sid(5)));
        assert_eq!(joint.weight(Sid(5)), 1);
        assert!(joint.contains_present_quorum(|sid| sid.0 <= 2));
        assert_eq!(
            Quorums::joint(&old, std::slice::from_ref(&old)),
            Quorums::new(&old)
        );
    }

    #[test]
    fn of_several_configurations_each_must_agree() {
        let [first, second, third] = [1..=3, 4..=6, 7..=9].map(|sids| config(&servers(sids)));
        let joint = Quorums::joint(&first, &[second.clone(), third, second]);
        assert!(agree(&joint, &[1, 2, 5, 6, 7, 9]));
        for too_few in [[1, 2, 7, 8, 9], [4, 5, 6, 7, 8], [1, 2, 3, 4, 5]] {
            assert!(!agree(&joint, &too_few), "{too_few:?}");
        }
        assert_eq!(joint.voters().count(), 9);
        assert_eq!(joint.next.len(), 2, "once each");
    }

    #[test]
    fn only_voters_count() {
        let quorums = quorums(&servers(1..=3));
        assert!(!agree(&quorums, &[1, 99, 7]));
        assert_eq!(quorums.voters().count(), 3);
        assert!(!quorums.is_voter(Sid(99)));
        assert_eq!((quorums.weight(Sid(2)), quorums.weight(Sid(99))), (1, 0));
    }

    #[test]
    fn groups_need_a_majority_of_weight_in_a_majority_of_groups() {
        let text = servers(1..=9) + "group.1=1:2:3\ngroup.2=4:5:6\ngroup.3=7:8:9\n";
        let nine = quorums(&text);
        assert!(agree(&nine, &[1, 2, 4, 5]));
        assert!(!agree(&nine, &[1, 2, 3, 4, 7]), "a majority of one group");
        let weighed = quorums(&(text + "weight.1=5\nweight.4=0\n"));
        assert!(agree(&weighed, &[1, 5, 6]));
        assert!(!agree(&weighed, &[2, 3, 5, 6]));
        assert_eq!(weighed.weight(Sid(1)), 5);
        assert_eq!(weighed.weight(Sid(2)), 1);
    }

    #[test]
    fn who_weighs_nothing_takes_no_part() {
        let text = servers(1..=4) + "group.1=1:2:3\ngroup.2=4\nweight.3=0\nweight.4=0\n";
        let quorums = quorums(&text);
        assert!(quorums.is_voter(Sid(3)));
        assert_eq!(quorums.weight(Sid(3)), 0);
        assert!(agree(&quorums, &[1, 2]), "a group without weight is none");
        assert!(!agree(&quorums, &[1, 3, 4]));
        assert!(!agree(&quorums, &[3, 4]));
    }

    /// Up to four groups, and the weights of their members.
    fn hierarchy() -> impl Strategy<Value = Vec<Vec<i64>>> {
        vec(vec(0..4_i64, 1..4), 1..5)
    }

    fn hierarchical(groups: &[Vec<i64>]) -> Quorums {
        let weights = groups.concat();
        let mut text = servers(1..=weights.len() as i64);
        let mut next = 1;
        for (group, members) in groups.iter().enumerate() {
            let sids: Vec<_> = members
                .iter()
                .map(|weight| {
                    let sid = next;
                    next += 1;
                    text.push_str(&format!("weight.{sid}={weight}\n"));
                    sid.to_string()
                })
                .collect();
            text.push_str(&format!("group.{group}={}\n", sids.join(":")));
        }
        quorums(&text)
    }

    proptest! {
        #[test]
        fn two_quorums_have_a_voter_in_common(
            groups in hierarchy(),
            majority: bool,
            one: u16,
            other: u16,
        ) {
            let quorums = if majority {
                quorums(&servers(1..=groups.concat().len() as i64))
            } else {
                hierarchical(&groups)
            };
            let is_in = |set: u16, sid: Sid| set >> sid.0 & 1 == 1;
            let both = one & other;
            if quorums.contains_quorum(|sid| is_in(one, sid))
                && quorums.contains_quorum(|sid| is_in(other, sid))
            {
                prop_assert!(quorums.voters().any(|sid| is_in(both, sid) && quorums.weight(sid) > 0));
            }
            // The set and what it leaves out are never both one.
            prop_assert!(!(quorums.contains_quorum(|sid| is_in(one, sid))
                && quorums.contains_quorum(|sid| !is_in(one, sid))));
        }

        #[test]
        fn more_that_agree_are_still_a_quorum(groups in hierarchy(), one: u16, more: u16) {
            let quorums = hierarchical(&groups);
            if quorums.contains_quorum(|sid| one >> sid.0 & 1 == 1) {
                prop_assert!(quorums.contains_quorum(|sid| (one | more) >> sid.0 & 1 == 1));
            }
        }
    }
}
