//! The console's settings as they may be handed to others: every text is hidden, unless its
//! key is one whose text tells nothing but how the console is set.

use toml::{Table, Value};

/// Keys whose texts stay.
const SHOWN: [&str; 14] = [
    "name",
    "tag",
    "colour",
    "connect",
    "desktop",
    "terminal",
    "bell",
    "osc",
    "from",
    "theme",
    "server_name",
    "via_name",
    "addresses",
    "keys",
];
const HIDDEN: &str = "(hidden)";

/// The settings of a text, without what may be a secret, and of the clusters only this one.
pub(super) fn redacted(text: &str, cluster: &str) -> String {
    match text.parse::<Table>() {
        Ok(mut table) => {
            if let Some(Value::Array(clusters)) = table.get_mut("cluster") {
                let name = |one: &Value| one.get("name")?.as_str().map(str::to_owned);
                clusters.retain(|one| name(one).as_deref() == Some(cluster));
            }
            hide_in(&mut table, false);
            table.to_string()
        }
        // The parser's message quotes the line.
        Err(_) => "# console.toml is not understood\n".to_owned(),
    }
}

fn hide_in(table: &mut Table, shown: bool) {
    for (key, value) in table.iter_mut() {
        hide(value, shown || SHOWN.contains(&key.as_str()));
    }
}

fn hide(value: &mut Value, shown: bool) {
    match value {
        Value::String(text) if !shown => HIDDEN.clone_into(text),
        Value::Array(items) => items.iter_mut().for_each(|item| hide(item, shown)),
        Value::Table(table) => hide_in(table, shown),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_be_a_secret_is_hidden_and_the_rest_stays() {
        let text = "[[cluster]]\nname = \"staging\"\nconnect = [\"stage1:2181\"]\n\
                    [[cluster]]\nname = \"prod\"\nconnect = [\"zk1:2181\"]\nvia = [\"ssh\", \"-i\", \
                    \"id_secret\"]\n[cluster.auth]\ndigest = { command = [\"pass\", \"s3cret\"] }\n\
                    [notify.webhook]\nurl = \"https://hooks.example/t0ken\"\n\
                    [alarms.rules.slow-fsync]\nthreshold = 5\n";
        let shown = redacted(text, "prod");
        for stays in ["prod", "zk1:2181", "threshold = 5", "digest"] {
            assert!(shown.contains(stays), "{stays}: {shown}");
        }
        for goes in ["stag", "id_secret", "s3cret", "t0ken"] {
            assert!(!shown.contains(goes), "{goes}: {shown}");
        }
        assert!(!redacted("x = \"s3cret\" y", "prod").contains("s3cret"));
    }
}
