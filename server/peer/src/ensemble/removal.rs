//! A member that a reconfig has removed, and that an operator starts again with a configuration
//! written by hand: older, or without a version.
//!
//! Its own log may be the newest of all, so that it is elected by those who have not heard of
//! the end of that reconfig. Whoever led by an older configuration than its log holds would
//! count votes by one that nobody else goes by, and never bring the reconfig to its end.
//!
//! What an operator writes for a member that was not removed is left as it is: that is how an
//! ensemble without a quorum is made to go on.

use zoowarden_shared::config::DynamicConfig;
use zoowarden_tree::DataTree;

use crate::prep::CONFIG_NODE;

/// The newest configuration in a member's log, where that is newer than the one with which it
/// starts and does not have it as a member.
pub(super) fn of_this_member(
    config: &zoowarden_zab::Config,
    tree: &DataTree,
) -> Option<DynamicConfig> {
    let known = std::iter::once(&config.members).chain(&config.seen);
    let known = known.map(|config| config.version).max();
    let text = tree.node(CONFIG_NODE)?.data()?;
    let text = std::str::from_utf8(text).ok()?;
    let newest = DynamicConfig::parse(text, CONFIG_NODE).ok()?;
    let is_removal = Some(newest.version) > known
        && newest.voters().next().is_some()
        && !newest.servers.contains_key(&config.sid);
    // Who follows from outside is in nobody's configuration.
    (is_removal && !config.shadow).then_some(newest)
}

#[cfg(test)]
mod tests {
    use zoowarden_shared::{Sid, Zxid};
    use zoowarden_tree::TreeConfig;

    use super::*;

    const OTHERS: &str = "server.1=a:2888:3888:participant;2181\n\
                          server.2=b:2888:3888:participant;2181\n";
    const VERSION: i64 = 0x2_0000_001b;

    fn config(text: &str) -> zoowarden_zab::Config {
        let members = DynamicConfig::parse(text, "test").unwrap();
        zoowarden_zab::Config::new(Sid(6), members)
    }

    fn tree(text: &str) -> DataTree {
        let mut tree = DataTree::new(TreeConfig::default());
        tree.set_config_node(text, Zxid(VERSION), 0);
        tree
    }

    #[test]
    fn simulator_3049339_who_was_removed_knows_it_by_its_own_log() {
        let own = "server.6=f:2888:3888:participant;2181\n";
        let by_hand = config(&format!("{OTHERS}{own}"));
        let removal = tree(&format!("{OTHERS}version=20000001b"));
        let found = of_this_member(&by_hand, &removal);
        assert_eq!(found.map(|config| config.version), Some(VERSION));
        let present = tree(&format!("{OTHERS}{own}version=20000001b"));
        assert_eq!(of_this_member(&by_hand, &present), None, "not removed");
        let newer = config(&format!("{OTHERS}{own}version=300000001"));
        assert_eq!(of_this_member(&newer, &removal), None, "taken back since");
        let outside = zoowarden_zab::Config {
            shadow: true,
            ..by_hand
        };
        assert_eq!(of_this_member(&outside, &removal), None);
    }
}
