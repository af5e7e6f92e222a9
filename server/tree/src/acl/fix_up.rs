//! What a client's list becomes when it is set (`PrepRequestProcessor.fixupACL`).

use zoowarden_shared::{
    ErrorCode,
    acl::{Acl, Id},
};

use super::ip;

/// The list that a create or setACL stores: without repetitions, with `auth` replaced by the
/// identities that the client has proved.
///
/// # Errors
/// [`ErrorCode::InvalidAcl`] for an empty list, a scheme that is not known, an id that is none
/// in its scheme, or `auth` from a client that has proved nothing.
pub fn fix_up(auth_info: &[Id], acl: &[Acl]) -> Result<Vec<Acl>, ErrorCode> {
    let mut unique: Vec<&Acl> = Vec::with_capacity(acl.len());
    for entry in acl {
        if !unique.contains(&entry) {
            unique.push(entry);
        }
    }
    let mut fixed = Vec::with_capacity(unique.len());
    for entry in unique {
        if entry.id.scheme != "auth" {
            if !is_valid(&entry.id) {
                return Err(ErrorCode::InvalidAcl);
            }
            fixed.push(entry.clone());
            continue;
        }
        let proved = auth_info.iter().filter(|id| is_authenticated(id));
        let before = fixed.len();
        fixed.extend(proved.map(|id| Acl {
            perms: entry.perms,
            id: id.clone(),
        }));
        if fixed.len() == before {
            return Err(ErrorCode::InvalidAcl);
        }
    }
    if fixed.is_empty() {
        return Err(ErrorCode::InvalidAcl);
    }
    Ok(fixed)
}

/// Whether an entry may name this identity.
fn is_valid(id: &Id) -> bool {
    match id.scheme.as_str() {
        "world" => id.id == "anyone",
        "ip" => ip::is_valid(&id.id),
        "digest" => is_user_and_hash(&id.id),
        _ => false,
    }
}

/// Two parts as Java's `split(":")` finds them: it drops empty parts at the end.
fn is_user_and_hash(id: &str) -> bool {
    id.trim_end_matches(':').split(':').count() == 2
}

/// Whether the scheme's identities are proved rather than given: an address is not.
fn is_authenticated(id: &Id) -> bool {
    id.scheme == "digest"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(perms: i32, scheme: &str, id: &str) -> Acl {
        Acl {
            perms,
            id: Id::new(scheme, id),
        }
    }

    #[test]
    fn repetitions_go() {
        let (one, two) = (entry(1, "world", "anyone"), entry(2, "world", "anyone"));
        let given = [one.clone(), two.clone(), one.clone()];
        assert_eq!(fix_up(&[], &given), Ok(vec![one, two]));
    }

    #[test]
    fn auth_becomes_what_was_proved() {
        let proved = [
            Id::new("ip", "127.0.0.1"),
            Id::new("digest", "a:x"),
            Id::new("digest", "b:y"),
        ];
        assert_eq!(
            fix_up(&proved, &[entry(31, "auth", "ignored")]),
            Ok(vec![entry(31, "digest", "a:x"), entry(31, "digest", "b:y")])
        );
        assert_eq!(
            fix_up(&proved[..1], &[entry(31, "auth", "")]),
            Err(ErrorCode::InvalidAcl)
        );
    }

    #[test]
    fn what_is_invalid_is_refused() {
        assert_eq!(fix_up(&[], &[]), Err(ErrorCode::InvalidAcl));
        for (scheme, id) in [
            ("world", "somebody"),
            ("ip", "nowhere"),
            ("digest", "nocolon"),
            ("digest", "a:b:c"),
            ("unknown", "x"),
            ("", ""),
        ] {
            let given = [entry(31, "world", "anyone"), entry(1, scheme, id)];
            assert_eq!(
                fix_up(&[], &given),
                Err(ErrorCode::InvalidAcl),
                "{scheme}:{id}"
            );
        }
    }

    #[test]
    fn digests_have_two_parts() {
        for (id, valid) in [
            ("u:h", true),
            (":h", true),
            ("u:h:", true),
            ("u:", false),
            ("", false),
        ] {
            assert_eq!(is_user_and_hash(id), valid, "{id:?}");
        }
    }
}
