//! `[cluster.zones]`: where the members stand, by their ids.

use std::collections::BTreeMap;

use toml::Spanned;
use zoowarden_shared::Sid;

use crate::{model::zones::Zones, notify::settings::Mistake, text::width};

/// A zone's name stands in every member's box.
const MAX_NAME: usize = 12;

/// As it is written.
pub(super) type RawZones = BTreeMap<Spanned<String>, Vec<Spanned<i64>>>;

/// Checked: short names, ids that can be, and each in one zone.
///
/// # Errors
/// What is wrong, and where.
pub(super) fn check(raw: RawZones) -> Result<Zones, Mistake> {
    let mut zones = Zones::default();
    for (name, sids) in raw {
        let at = name.span().start + 1;
        let name = name.into_inner();
        if name.trim().is_empty() || width(&name) > MAX_NAME {
            let message =
                format!("zones: expected a name of 1 to {MAX_NAME} letters, found \"{name}\"");
            return Err((at, message));
        }
        for sid in sids {
            let at = sid.span().start + 1;
            let id = sid.into_inner();
            if !(0..=255).contains(&id) {
                let message = format!("zones: expected a server's id, 0 to 255, found {id}");
                return Err((at, message));
            }
            if let Some(other) = zones.of(Some(Sid(id))) {
                return Err((at, format!("zones: {id} is in zone {other} already")));
            }
            zones.0.entry(name.clone()).or_default().insert(Sid(id));
        }
    }
    Ok(zones)
}

#[cfg(test)]
mod tests {
    use crate::settings::parse;

    #[test]
    fn each_member_is_in_one_zone() {
        let read = |zones: &str| {
            let text = format!(
                "[[cluster]]\nname = \"a\"\nconnect = [\"zk1:2181\"]\n[cluster.zones]\n{zones}\n"
            );
            let settings = parse(&text, "f").map_err(|fault| fault.to_string())?;
            Ok::<_, String>(settings.clusters[0].zones.clone())
        };
        let zones = read("a = [1, 4]\n\"room 2\" = [2]").unwrap();
        let of = |id| zones.of(Some(zoowarden_shared::Sid(id)));
        assert_eq!((of(4), of(2), of(3)), (Some("a"), Some("room 2"), None));
        assert!(
            read("a = [1]\nb = [2, 1]")
                .unwrap_err()
                .starts_with("f:6: zones: 1 is in zone a")
        );
        assert!(read("a = [256]").unwrap_err().contains("0 to 255"));
        assert!(
            read("somewhere-else = [1]")
                .unwrap_err()
                .contains("1 to 12")
        );
    }
}
