//! What `p` hides: addresses and values, wherever they stand, on the screen and in what is
//! copied or written.
//!
//! A pass over finished text, so that no screen can forget it: whatever looks like an address,
//! and every name by which this ensemble is reached, is covered letter by letter. Widths do
//! not change. Values (data, ACL identities) are hidden where they are drawn.
//!
//! Logs, hooks and audit logs name more than the ensemble: other hosts of its domains, people
//! (`people`, over the line's `words`), whoever is at another console.

mod people;
pub(crate) mod words;

pub(crate) use people::{is_personal, named};

use std::collections::BTreeSet;

use super::{Model, roster::split};

/// What stands for a hidden letter. Its ASCII twin is in `view::plain`.
pub const COVER: char = '▒';

/// The names that are hidden.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Privacy {
    /// Host names and addresses, with and without port and domain, in lower case.
    known: BTreeSet<String>,
    /// What comes behind the first label of those: whatever is in such a domain is theirs.
    domains: BTreeSet<String>,
}

impl Privacy {
    /// All names by which the model knows the ensemble and its clients.
    #[must_use]
    pub fn of(model: &Model) -> Self {
        let mut privacy = Self::default();
        for member in &model.members {
            privacy.know(&member.address);
        }
        for seed in &model.known.seeds {
            privacy.know(seed);
        }
        for (from, to) in &model.known.address_map {
            privacy.know(from);
            privacy.know(to);
        }
        for server in model.known.config.servers.values() {
            for peer in &server.addresses {
                privacy.know(&peer.host);
            }
        }
        for (_, client) in model.known.config.client_addresses() {
            privacy.know(&client.host);
        }
        for row in &model.sessions.rows {
            // An address of digits is found by its look; there may be thousands of those.
            let host = row.client.as_deref().map(|client| split(client).0);
            if let Some(host) = host.filter(|host| !looks_like_an_address(host)) {
                privacy.know(host);
            }
        }
        privacy.know_who_looks(model);
        privacy
    }

    /// What is no member and no client: the way there, what certificates are for, the hosts of
    /// those who look and of those who did something.
    fn know_who_looks(&mut self, model: &Model) {
        if let Some(via) = &model.cluster.way.via {
            self.know(via);
        }
        let certificates = model.members.iter().flat_map(|one| &one.certificate);
        for name in certificates.flat_map(|certificate| &certificate.names) {
            self.know(name.trim_start_matches("*."));
        }
        let mine = model.others.me.iter().map(|(_, who)| who);
        let theirs = model.others.here(model.now);
        for who in mine.chain(theirs.iter().map(|one| &one.who)) {
            self.know(who.split_once('@').map_or("", |(_, host)| host));
        }
        let members = model.members.iter();
        let told = members.filter_map(|member| model.survey.audit(&member.address));
        let own = model.own_audit.get().and_then(|told| told.value.as_ref());
        for line in told.chain(own).flat_map(|tail| &tail.lines) {
            self.know(&line.record.host);
        }
    }

    /// Hides this host too, with and without its domain.
    pub fn know(&mut self, address: &str) {
        let address = address.to_lowercase();
        let (host, _) = split(&address);
        if host.is_empty() || host.parse::<u16>().is_ok() {
            return;
        }
        let short = host.split('.').next().unwrap_or(host).to_owned();
        self.known.insert(host.to_owned());
        // Of an IP address the first label is a number like any other.
        if !looks_like_an_address(host) {
            self.known.insert(short);
            let domain = host.split_once('.').map_or("", |(_, domain)| domain);
            if !domain.is_empty() {
                self.domains.insert(domain.to_owned());
            }
        }
    }

    /// The text with every letter of an address, and of who is named, covered.
    #[must_use]
    pub fn hide(&self, text: &str) -> String {
        let text = people::cover(text);
        self.replace(&text, |token| token.chars().map(|_| COVER).collect())
    }

    /// The text with something else in the place of every address, each given with its port and
    /// what else hangs on it.
    #[must_use]
    pub fn replace(&self, text: &str, mut by: impl FnMut(&str) -> String) -> String {
        let mut out = String::with_capacity(text.len());
        let mut token = String::new();
        let mut flush = |token: &mut String, out: &mut String| {
            if self.is_secret(token) {
                out.push_str(&by(token));
            } else {
                out.push_str(token);
            }
            token.clear();
        };
        for c in text.chars() {
            if is_of_a_name(c) {
                token.push(c);
            } else {
                flush(&mut token, &mut out);
                out.push(c);
            }
        }
        flush(&mut token, &mut out);
        out
    }

    /// Whether this is one of them, with its port or without.
    #[must_use]
    pub fn is_secret(&self, token: &str) -> bool {
        let token = token.trim_end_matches(['.', ':', ',', '-']).to_lowercase();
        if token.is_empty() {
            return false;
        }
        if looks_like_an_address(&token) {
            return true;
        }
        // `zk1:2181`, `zk1:2888:3888:participant`.
        let host = token.split(':').next().unwrap_or(&token);
        if self.known.contains(host) || self.is_theirs(host) {
            return true;
        }
        // What was cut to fit: `zk1.exam…`.
        let cut = token.strip_suffix('…');
        cut.is_some_and(|cut| {
            cut.len() >= 2 && self.known.iter().any(|known| known.starts_with(cut))
        })
    }

    /// `db7.example.com` where `zk1.example.com` is known, and `zk1.internal` where `zk1` is.
    fn is_theirs(&self, host: &str) -> bool {
        let Some((label, domain)) = host.split_once('.') else {
            return false;
        };
        let has_domain = |known: &String| {
            let before = domain.strip_suffix(known.as_str());
            before.is_some_and(|before| before.is_empty() || before.ends_with('.'))
        };
        self.known.contains(label) || self.domains.iter().any(has_domain)
    }
}

/// Letters of which host names, addresses and ports are made.
fn is_of_a_name(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '.' | ':' | '-' | '_' | '%' | '…')
}

/// IPv4 with or without a port, which may be cut short; IPv6.
fn looks_like_an_address(token: &str) -> bool {
    let host = token.split([':', '…']).next().unwrap_or(token);
    let octets: Vec<&str> = host.split('.').collect();
    if octets.len() == 4 && octets.iter().all(|octet| octet.parse::<u8>().is_ok()) {
        return true;
    }
    let address = token.split('%').next().unwrap_or(token);
    address.parse::<std::net::Ipv6Addr>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn privacy() -> Privacy {
        let mut privacy = Privacy::default();
        privacy.know("zk1.example.com:2181");
        privacy.know("10.0.0.7:2181");
        privacy
    }

    #[test]
    fn addresses_are_covered_letter_by_letter() {
        let hide = |text: &str| privacy().hide(text);
        assert_eq!(hide("1 zk1:2181 leader"), "1 ▒▒▒▒▒▒▒▒ leader");
        assert_eq!(hide("at zk1.example.com."), "at ▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒");
        assert_eq!(hide("zk1.exa…"), "▒▒▒▒▒▒▒▒");
        assert_eq!(hide("/192.168.3.4:51234[1]"), "/▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒[1]");
        assert_eq!(hide("[fe80::1%eth0]:2181"), "[▒▒▒▒▒▒▒▒▒▒▒▒]:2181");
        // Of a log: the same host by another name, and others of its domain.
        assert_eq!(
            hide("peer zk1.internal/10.0.0.9:3888"),
            "peer ▒▒▒▒▒▒▒▒▒▒▒▒/▒▒▒▒▒▒▒▒▒▒▒▒▒"
        );
        assert_eq!(
            hide("from db7.eu.example.com:9"),
            "from ▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒"
        );
    }

    #[test]
    fn versions_numbers_and_times_stay() {
        for text in [
            "3.8.0",
            "14:02:37 UTC",
            "0.4 s",
            "10 of 10",
            "/locks/zk10",
            "1.2k",
            "0x50000001f",
            "at org.apache.zookeeper.server.quorum.Leader.lead(Leader.java:12)",
            "log.100000001 of example.com",
        ] {
            assert_eq!(privacy().hide(text), text);
        }
    }
}
