//! Who may do what (`ZooKeeperServer.checkACL`).

use zoowarden_shared::acl::{Acl, Id};

use super::ip;

/// Whether somebody who has proved `auth_info` has at least one of `perms`
/// ([`zoowarden_shared::acl::perms`]).
///
/// No list at all permits everything; the `super` scheme is permitted everything. A scheme
/// that this server does not know matches nobody.
#[must_use]
pub fn is_permitted(acl: &[Acl], perms: i32, auth_info: &[Id]) -> bool {
    let is_anyone = |id: &Id| id.scheme == "world" && id.id == "anyone";
    acl.is_empty()
        || auth_info.iter().any(|id| id.scheme == "super")
        || acl.iter().any(|entry| {
            entry.perms & perms != 0
                && (is_anyone(&entry.id) || auth_info.iter().any(|id| matches(id, &entry.id)))
        })
}

/// Whether a proved identity is the one that an entry means.
fn matches(proved: &Id, meant: &Id) -> bool {
    proved.scheme == meant.scheme
        && match meant.scheme.as_str() {
            "ip" => ip::matches(&proved.id, &meant.id),
            "digest" => proved.id == meant.id,
            _ => false,
        }
}

#[cfg(test)]
mod tests {
    use zoowarden_shared::acl::perms::{ADMIN, ALL, READ, WRITE};

    use super::*;

    fn entry(perms: i32, scheme: &str, id: &str) -> Acl {
        Acl {
            perms,
            id: Id::new(scheme, id),
        }
    }

    #[test]
    fn the_world_is_everybody() {
        let acl = [entry(READ, "world", "anyone")];
        assert!(is_permitted(&acl, READ, &[]));
        assert!(is_permitted(&acl, READ | WRITE, &[]));
        assert!(!is_permitted(&acl, WRITE, &[]));
        assert!(!is_permitted(&[entry(ALL, "world", "else")], READ, &[]));
    }

    #[test]
    fn no_list_permits_everything_and_super_may_do_everything() {
        assert!(is_permitted(&[], ADMIN, &[]));
        let nobody = [entry(0, "world", "anyone")];
        assert!(!is_permitted(&nobody, READ, &[]));
        assert!(is_permitted(&nobody, ADMIN, &[Id::new("super", "")]));
    }

    #[test]
    fn a_digest_must_be_the_same() {
        let acl = [entry(ALL, "digest", "u:hash")];
        assert!(is_permitted(&acl, READ, &[Id::new("digest", "u:hash")]));
        assert!(!is_permitted(&acl, READ, &[Id::new("digest", "u:other")]));
        assert!(!is_permitted(&acl, READ, &[Id::new("sasl", "u:hash")]));
    }

    #[test]
    fn an_address_may_be_within_a_network() {
        let acl = [entry(READ, "ip", "10.1.0.0/16")];
        assert!(is_permitted(&acl, READ, &[Id::new("ip", "10.1.2.3")]));
        assert!(!is_permitted(&acl, READ, &[Id::new("ip", "10.2.2.3")]));
    }

    #[test]
    fn an_unknown_scheme_matches_nobody() {
        let acl = [entry(ALL, "fingerprint", "x")];
        assert!(!is_permitted(&acl, READ, &[Id::new("fingerprint", "x")]));
    }
}
