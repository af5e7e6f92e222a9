//! What of a bundle tells whose it is, replaced: host names, addresses, znode paths, people.
//!
//! Each name becomes the same other one in all files of a bundle, the recording too, so that
//! what happened can still be followed, and the recording still be replayed: `zk1` is `host-1`
//! and `10.0.0.7` is `198.18.0.1` (RFC 2544's range, nobody's) throughout. What names a person
//! (a user, a principal, the subject of a certificate, an e-mail) and what may be a secret is
//! left out. Roles, states, zxids, session ids, times and counts stay.

mod text;

use std::collections::HashMap;

use serde_json::{Map, Value};

use crate::model::privacy::{Privacy, is_personal};

const HIDDEN: &str = "(hidden)";

/// Keys whose text is a host whatever it looks like.
const HOSTS: [&str; 3] = ["host", "hostname", "names"];
/// Directories and files that are the same everywhere.
const USUAL: [&str; 9] = [
    "zookeeper",
    "config",
    "quota",
    "zookeeper_limits",
    "zookeeper_stats",
    "version-2",
    "dynamic",
    "proc",
    "dev",
];

/// The names of one bundle, and what stands for them.
#[derive(Debug)]
pub(super) struct Redaction {
    privacy: Privacy,
    /// By a host's first label, or by a whole address.
    hosts: HashMap<String, String>,
    /// By a znode's or a directory's own name.
    nodes: HashMap<String, String>,
    addresses: u32,
}

impl Redaction {
    pub(super) fn new(privacy: Privacy) -> Self {
        Self {
            privacy,
            hosts: HashMap::new(),
            nodes: HashMap::new(),
            addresses: 0,
        }
    }

    /// One line of text, or any text in a recording.
    pub(super) fn text(&mut self, text: &str) -> String {
        let text = text::without_people(text);
        let text = text::each_path(&text, |path| self.path(path));
        let Self {
            privacy,
            hosts,
            addresses,
            ..
        } = self;
        privacy.replace(&text, |token| alias(token, hosts, addresses))
    }

    /// What was recorded.
    pub(super) fn json(&mut self, value: Value) -> Value {
        match value {
            Value::String(text) => Value::String(self.text(&text)),
            Value::Array(items) => items.into_iter().map(|item| self.json(item)).collect(),
            Value::Object(fields) => Value::Object(self.fields(fields)),
            other => other,
        }
    }

    fn fields(&mut self, fields: Map<String, Value>) -> Map<String, Value> {
        let mut out = Map::new();
        for (key, value) in fields {
            let value = match value {
                Value::String(_) if is_personal(&key) => Value::from(HIDDEN),
                Value::String(text) if HOSTS.contains(&key.as_str()) => {
                    Value::String(self.host(&text))
                }
                Value::Array(items) if HOSTS.contains(&key.as_str()) => items
                    .into_iter()
                    .map(|item| match item {
                        Value::String(text) => Value::String(self.host(&text)),
                        other => self.json(other),
                    })
                    .collect(),
                other => self.json(other),
            };
            out.insert(self.text(&key), value);
        }
        out
    }

    fn host(&mut self, text: &str) -> String {
        alias(text, &mut self.hosts, &mut self.addresses)
    }

    /// A path, each of its names replaced but those that ZooKeeper gives. The number of a
    /// sequential znode stays.
    fn path(&mut self, path: &str) -> String {
        let names = path.split('/').map(|name| {
            let number_at = name.len().saturating_sub(SEQUENCE_DIGITS);
            let is_sequential = name.is_char_boundary(number_at)
                && name.len() > SEQUENCE_DIGITS
                && name[number_at..].bytes().all(|b| b.is_ascii_digit());
            let (own, number) = name.split_at(if is_sequential { number_at } else { name.len() });
            let stays = own.is_empty()
                || USUAL.contains(&own)
                || own.starts_with("snapshot.")
                || own.starts_with("log.")
                || self.privacy.is_secret(own);
            match stays {
                // An address is another pass's.
                true => name.to_owned(),
                false => {
                    let next = self.nodes.len() + 1;
                    let known = self.nodes.entry(own.to_owned());
                    let alias = known.or_insert_with(|| format!("node-{next}"));
                    format!("{alias}{}{number}", if is_sequential { "-" } else { "" })
                }
            }
        });
        names.collect::<Vec<_>>().join("/")
    }
}

/// Of a sequential znode's number.
const SEQUENCE_DIGITS: usize = 10;

/// What stands for a host name or an address, with its port and what else follows.
fn alias(token: &str, hosts: &mut HashMap<String, String>, addresses: &mut u32) -> String {
    let lower = token.to_lowercase();
    let (own, rest) = match lower.parse::<std::net::Ipv6Addr>() {
        Ok(_) => (token, ""),
        Err(_) => token.split_at(token.find([':', '%', '…']).unwrap_or(token.len())),
    };
    let own = own.trim_end_matches(['.', '-']);
    let lower = own.to_lowercase();
    if let Ok(address) = lower.parse::<std::net::IpAddr>() {
        // Any address is nobody's.
        if address.is_unspecified() {
            return token.to_owned();
        }
        let next = &mut *addresses;
        let known = hosts.entry(lower).or_insert_with(|| {
            *next = next.wrapping_add(1);
            match address {
                std::net::IpAddr::V4(_) => {
                    let [_, b, c, d] = next.to_be_bytes();
                    format!("198.{}.{c}.{d}", 18 + (b & 1))
                }
                std::net::IpAddr::V6(_) => format!("2001:db8::{next:x}"),
            }
        });
        return format!("{known}{rest}");
    }
    // With its domain or without: the same host.
    let label = lower.split('.').next().unwrap_or(&lower).to_owned();
    let next = hosts.len() + 1;
    let known = hosts.entry(label).or_insert_with(|| format!("host-{next}"));
    format!("{known}{rest}")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn redaction() -> Redaction {
        let mut privacy = Privacy::default();
        privacy.know("zk1.example.com:2181");
        privacy.know("zk2:2181");
        Redaction::new(privacy)
    }

    #[test]
    fn the_same_name_is_the_same_other_one_everywhere() {
        let mut redaction = redaction();
        let mut text = |text: &str| redaction.text(text);
        assert_eq!(
            text("1 zk1:2181 leads, zk2 follows"),
            "1 host-1:2181 leads, host-2 follows"
        );
        assert_eq!(
            text("at zk1.example.com:2888:3888:participant"),
            "at host-1:2888:3888:participant"
        );
        assert_eq!(text("from /10.0.0.7:51234[1]"), "from /198.18.0.1:51234[1]");
        assert_eq!(
            text("10.0.0.7 10.0.0.8 0.0.0.0"),
            "198.18.0.1 198.18.0.2 0.0.0.0"
        );
        assert_eq!(text("[fe80::1]:2181"), "[2001:db8::3]:2181");
        assert_eq!(
            text("created /payroll/locks/lock-0000000012 below /payroll"),
            "created /node-1/node-2/node-3-0000000012 below /node-1"
        );
        assert_eq!(
            text("/zookeeper/config has changed"),
            "/zookeeper/config has changed"
        );
    }

    #[test]
    fn people_and_secrets_are_left_out_of_log_lines() {
        let mut redaction = redaction();
        for (line, goes) in [
            ("authenticationID=alice; authorizationID=alice.", "alice"),
            ("user=bob from 10.0.0.9", "bob"),
            ("Successfully logged in alice@EXAMPLE.COM", "alice"),
            ("got auth digest:carol:aGFzaA= for 0x1", "carol"),
            ("subject CN=Dave Doe, OU=Ops Team, O=x", "Dave Doe"),
            ("password: hunter2", "hunter2"),
            ("by CN=Ops CA, O=Frank Ltd, ok", "Frank"),
            ("os:gina on", "gina"),
            ("snapshot in /home/erin/zk/version-2/snapshot.5", "erin"),
            ("posted to https://hooks.example/t0ken", "t0ken"),
        ] {
            let text = redaction.text(line);
            assert!(!text.contains(goes), "{line}: {text}");
        }
    }

    #[test]
    fn what_tells_nothing_of_anyone_stays() {
        let mut redaction = redaction();
        for text in [
            "14:02:37 zxid 0x50000001f, 3.8.0, 12 requests/s, session 0x1002",
            "and/or 3/5 of application/json",
            "leader elected in 0.2 s",
            "version=200000000",
            "[main:QuorumPeer@1234] - LEADING",
        ] {
            assert_eq!(redaction.text(text), text);
        }
    }

    #[test]
    fn fields_that_name_a_person_are_hidden_and_keys_are_names_too() {
        let mut redaction = redaction();
        assert_eq!(redaction.text("zk1:2181"), "host-1:2181");
        let shown = redaction.json(json!({
            "zk1:2181": { "operator": "alice", "n": 3, "certificate": { "names": ["db7.internal"] } },
            "adminPassword": "x1y2",
        }));
        assert_eq!(
            shown,
            json!({
                "host-1:2181": { "operator": "(hidden)", "n": 3, "certificate": { "names": ["host-2"] } },
                "adminPassword": "(hidden)",
            })
        );
    }
}
