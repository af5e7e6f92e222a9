//! Which of console.toml's clusters is meant: the one that is named; where none is, the only
//! one. Of several none is taken by itself: an order meant for one must not reach another.

use super::ClusterSettings;

/// Where the cluster of this name is among them.
///
/// # Errors
/// What there is instead.
pub(crate) fn place_of(name: &str, clusters: &[ClusterSettings]) -> Result<usize, String> {
    let found = clusters.iter().position(|cluster| cluster.name == name);
    found.ok_or_else(|| match clusters {
        [] => format!("no cluster \"{name}\": console.toml names none"),
        _ => format!(
            "no cluster \"{name}\" in console.toml; there are: {}",
            names(clusters)
        ),
    })
}

/// The cluster of this name, or the only one.
///
/// # Errors
/// What to name, where that decides nothing.
pub(crate) fn choose(
    name: Option<&str>,
    mut clusters: Vec<ClusterSettings>,
) -> Result<ClusterSettings, String> {
    let at = match (name, clusters.len()) {
        (Some(name), _) => place_of(name, &clusters)?,
        (None, 0) => {
            return Err(
                "which ensemble? --connect HOST:PORT,... names members; console.toml names no \
                 cluster (zoowarden config example)"
                    .to_owned(),
            );
        }
        (None, 1) => 0,
        (None, _) => {
            return Err(format!(
                "which cluster? --cluster names one; there are: {}",
                names(&clusters)
            ));
        }
    };
    Ok(clusters.swap_remove(at))
}

fn names(clusters: &[ClusterSettings]) -> String {
    let names: Vec<&str> = clusters.iter().map(|one| one.name.as_str()).collect();
    names.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clusters(names: &[&str]) -> Vec<ClusterSettings> {
        let one = |name: &&str| ClusterSettings {
            name: (*name).to_owned(),
            ..ClusterSettings::default()
        };
        names.iter().map(one).collect()
    }

    #[test]
    fn the_only_cluster_needs_no_name_and_one_of_several_does() {
        let chosen = |name, of: &[&str]| choose(name, clusters(of)).map(|cluster| cluster.name);
        assert_eq!(chosen(None, &["prod"]).unwrap(), "prod");
        assert_eq!(chosen(Some("b"), &["a", "b"]).unwrap(), "b");
        let two = chosen(None, &["a", "b"]).unwrap_err();
        assert_eq!(two, "which cluster? --cluster names one; there are: a, b");
        assert!(chosen(None, &[]).unwrap_err().contains("--connect"));
        let absent = chosen(Some("c"), &["a", "b"]).unwrap_err();
        assert!(absent.ends_with("there are: a, b"), "{absent}");
    }
}
