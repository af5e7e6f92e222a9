//! What this console does not change, and why: ZooKeeper's own part of the tree.

use zoowarden_shared::path;

/// What is to be done to a znode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verb {
    SetData,
    Create,
    Delete,
    SetAcl,
    SetQuota,
}

/// Why it is not done; `None` where it may be tried.
#[must_use]
pub fn refusal(verb: Verb, path: &str) -> Option<String> {
    if let Err(fault) = path::validate(path) {
        return Some(format!("{path}: {fault}"));
    }
    let is_own = path == "/zookeeper" || path.starts_with("/zookeeper/");
    if is_own && path.starts_with("/zookeeper/config") {
        return Some("the configuration is changed by a reconfig".to_owned());
    }
    if is_own && path.starts_with("/zookeeper/quota") {
        return Some("a quota is changed with Q on the znode that it limits".to_owned());
    }
    if is_own {
        return Some(format!("{path} is ZooKeeper's own"));
    }
    match (verb, path) {
        (Verb::Delete, "/") => Some("the root cannot be deleted".to_owned()),
        (Verb::Create, "/") => Some("the root is there already".to_owned()),
        (Verb::SetQuota, "/") => Some("the root has no quota".to_owned()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zookeepers_own_part_is_left_alone() {
        for path in ["/zookeeper", "/zookeeper/config", "/zookeeper/quota/a"] {
            assert!(refusal(Verb::SetData, path).is_some(), "{path}");
        }
        assert!(refusal(Verb::Delete, "/").is_some());
        assert!(refusal(Verb::Create, "/a/").is_some(), "no path");
        assert_eq!(refusal(Verb::SetData, "/"), None);
        assert_eq!(refusal(Verb::Delete, "/zookeepers"), None);
    }
}
