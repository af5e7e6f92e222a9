//! Who the members are, and at which address each can be asked: a pure join of what the
//! operator gave (seeds), what `/zookeeper/config` says, and what names resolve to.
//!
//! The classic static zoo.cfg lists no client ports. Then the port of a seed that answers is
//! assumed, on hosts of which no port is known, and said so; a member for which even that is not
//! possible, or whom nobody has ever answered for there, is shown as "client port unknown": it is
//! neither up nor down. Two members never share one socket: that would invent a quorum.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    net::IpAddr,
};

use zoowarden_shared::{
    Sid,
    config::{DynamicConfig, HostPort, Role, ServerSpec},
};

/// Of a member that nobody can be asked for.
pub const PORT_UNKNOWN: &str = "client port unknown";

/// Where one member can be asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// `host:port`, or a name where there is no port.
    pub address: String,
    pub sid: Option<Sid>,
    /// `None` where no configuration tells.
    pub votes: Option<bool>,
    /// The configuration is known, and does not name it: it was removed, or is a slip.
    pub is_outside: bool,
    /// The client port is one that a seed answers at, assumed to be the same on this host.
    pub port_guessed: bool,
    /// Why it cannot be asked.
    pub unaddressed: Option<String>,
}

/// What is known to join.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Known {
    /// Addresses that the operator gave, `host:port`.
    pub seeds: Vec<String>,
    /// `/zookeeper/config`, as read or remembered; empty where there is none.
    pub config: DynamicConfig,
    /// Host names and the addresses they resolve to.
    pub resolved: HashMap<String, Vec<IpAddr>>,
    /// Ids that members told of themselves, by address.
    pub identities: BTreeMap<String, Sid>,
    /// Addresses at which somebody has answered.
    pub answered: BTreeSet<String>,
    /// The operator's map: an address of the configuration (or an id) to one that can be reached.
    pub address_map: BTreeMap<String, String>,
    /// The members are reached on other ports than the configuration lists, such as
    /// `secureClientPort`, of which it says nothing: the seed's is assumed on the others.
    pub has_own_ports: bool,
}

/// One server of the configuration.
#[derive(Clone, Copy)]
struct Server<'a> {
    sid: Sid,
    spec: &'a ServerSpec,
}

impl<'a> Server<'a> {
    /// The host of its first quorum address.
    fn host(&self) -> &'a str {
        self.spec
            .addresses
            .first()
            .map_or("", |address| address.host.as_str())
    }

    fn votes(&self) -> bool {
        self.spec.role == Role::Participant
    }
}

impl Known {
    /// The members, those of the configuration first, in the order of their ids.
    #[must_use]
    pub fn places(&self) -> Vec<Place> {
        let mut seeds: Vec<&String> = self.seeds.iter().collect();
        let mut places: Vec<Place> = Vec::new();
        let servers = self
            .config
            .servers
            .iter()
            .map(|(sid, spec)| Server { sid: *sid, spec });

        // First those whose address is certain, so that a guess never takes a known socket.
        let mut open = Vec::new();
        for server in servers {
            match self.certain(server) {
                Some(address) if !self.is_taken(&address, &places) => {
                    seeds.retain(|seed| !self.same_socket(seed, &address));
                    places.push(place(address, server));
                }
                _ => open.push(server),
            }
        }
        for (server, address) in self.by_elimination(&mut open, &mut seeds) {
            places.push(place(address, server));
        }
        // Seeds that stand for one of several members of their host: which one is not known.
        let mut anonymous: Vec<(&String, Vec<Sid>)> = Vec::new();
        let unnamed_may_be = self.is_somebody_unreached(&open, &places);
        for seed in seeds {
            let (host, _) = split(seed);
            let here: Vec<&Server<'_>> = open
                .iter()
                .filter(|server| self.same_host(server.host(), host))
                .collect();
            let votes = match here.as_slice() {
                [] => None,
                [first, rest @ ..] => rest
                    .iter()
                    .all(|other| other.votes() == first.votes())
                    .then_some(first.votes()),
            };
            if !self.is_taken(seed, &places) {
                let told = self.identities.get(seed).copied();
                let is_outside = !self.config.servers.is_empty()
                    && match told {
                        Some(_) => true,
                        None => here.is_empty() && !(unnamed_may_be && self.has_answered(seed)),
                    };
                anonymous.push((seed, here.iter().map(|server| server.sid).collect()));
                places.push(Place {
                    address: seed.clone(),
                    sid: told.filter(|_| is_outside),
                    votes: if is_outside { Some(false) } else { votes },
                    is_outside,
                    port_guessed: false,
                    unaddressed: None,
                });
            }
        }
        for server in self.not_stood_for(open, &anonymous) {
            places.push(self.guess(server, &anonymous, &places));
        }
        places.sort_by_key(|place| (place.sid.is_none(), place.sid));
        places
    }

    /// Servers beyond those that anonymous seeds on their host stand for.
    fn not_stood_for<'a>(
        &self,
        open: Vec<Server<'a>>,
        anonymous: &[(&String, Vec<Sid>)],
    ) -> Vec<Server<'a>> {
        let mut stand_ins: Vec<&Vec<Sid>> = anonymous.iter().map(|(_, sids)| sids).collect();
        open.into_iter()
            .filter(|server| {
                let stands = stand_ins.iter().position(|sids| sids.contains(&server.sid));
                stands.is_none_or(|index| {
                    stand_ins.remove(index);
                    false
                })
            })
            .collect()
    }

    /// The address of a server that needs no guess: the operator's map, an identity that a
    /// member told, or the configuration's client address.
    fn certain(&self, server: Server<'_>) -> Option<String> {
        if let Some(mapped) = self.address_map.get(&server.sid.to_string()) {
            return Some(mapped.clone());
        }
        if let Some((address, _)) = self.identities.iter().find(|(_, sid)| **sid == server.sid) {
            return Some(address.clone());
        }
        if self.has_own_ports {
            return None;
        }
        let client = server.spec.client_address.as_ref()?;
        // A wildcard says that it listens everywhere, not where: its own host then.
        let host = if client.is_any() {
            server.host()
        } else {
            &client.host
        };
        let address = join(host, client.port);
        // Keep the operator's own spelling of the same socket.
        let seed = self
            .seeds
            .iter()
            .find(|seed| self.same_socket(seed, &address));
        Some(self.mapped(seed.cloned().unwrap_or(address)))
    }

    /// One server left on a host and one seed left for it: they are the same.
    fn by_elimination<'a>(
        &self,
        open: &mut Vec<Server<'a>>,
        seeds: &mut Vec<&String>,
    ) -> Vec<(Server<'a>, String)> {
        let mut pairs = Vec::new();
        for server in open.clone() {
            let alone = open
                .iter()
                .filter(|other| self.same_host(other.host(), server.host()))
                .count()
                == 1;
            let here: Vec<usize> = (0..seeds.len())
                .filter(|&i| self.same_host(server.host(), split(seeds[i]).0))
                .collect();
            if let ([index], true) = (here.as_slice(), alone) {
                pairs.push((server, seeds.remove(*index).clone()));
                open.retain(|other| other.sid != server.sid);
            }
        }
        pairs
    }

    fn guess(
        &self,
        server: Server<'_>,
        anonymous: &[(&String, Vec<Sid>)],
        places: &[Place],
    ) -> Place {
        let votes = Some(server.votes());
        // Where a seed may be any of several members, which ones are left is not known either.
        let is_certain = !anonymous.iter().any(|(_, sids)| sids.contains(&server.sid));
        let sid = is_certain.then_some(server.sid);
        let unaddressed = |why: String| Place {
            address: if is_certain {
                format!("server.{} on {}", server.sid, server.host())
            } else {
                let before = places
                    .iter()
                    .filter(|place| place.unaddressed.is_some())
                    .count();
                format!("other {} on {}", before + 1, server.host())
            },
            sid,
            votes,
            is_outside: false,
            port_guessed: false,
            unaddressed: Some(why),
        };
        let mut answering = self.seeds.iter().filter(|seed| self.has_answered(seed));
        let Some(port) = answering.find_map(|seed| split(seed).1) else {
            return unaddressed(PORT_UNKNOWN.to_owned());
        };
        let is_any = HostPort::new(server.host(), port).is_any();
        let assumed = join(server.host(), port);
        let is_mapped = self.address_map.contains_key(&assumed);
        let guess = self.mapped(assumed);
        if is_any || self.is_taken(&guess, places) || self.has_a_port(server.host(), places) {
            return unaddressed(PORT_UNKNOWN.to_owned());
        }
        Place {
            address: guess,
            sid,
            votes,
            is_outside: false,
            // The operator's own word is no guess.
            port_guessed: !is_mapped,
            unaddressed: None,
        }
    }

    /// Whether a server of the configuration may be the one that answers at an address which
    /// nothing names, such as a forwarded port: its own is none that was given, or answered.
    fn is_somebody_unreached(&self, open: &[Server<'_>], places: &[Place]) -> bool {
        let is_reached = |place: &Place| {
            self.seeds.contains(&place.address)
                || self.address_map.values().any(|to| *to == place.address)
                || self.has_answered(&place.address)
        };
        !open.is_empty() || !places.iter().all(is_reached)
    }

    /// Whether its port is assumed, and nobody has ever answered there: its silence says nothing.
    #[must_use]
    pub fn is_mere_guess(&self, place: &Place) -> bool {
        place.port_guessed && !self.has_answered(&place.address)
    }

    fn has_answered(&self, address: &str) -> bool {
        self.answered.contains(address) || self.identities.contains_key(address)
    }

    fn mapped(&self, address: String) -> String {
        self.address_map.get(&address).cloned().unwrap_or(address)
    }

    /// Whether somebody is known on this host: each member there has a port of its own then.
    fn has_a_port(&self, host: &str, places: &[Place]) -> bool {
        let known = places
            .iter()
            .filter(|place| place.unaddressed.is_none() && !place.port_guessed);
        let addresses = known.map(|place| &place.address).chain(&self.seeds);
        let mut hosts = addresses.map(|address| split(address).0);
        hosts.any(|other| self.same_host(other, host))
    }

    fn is_taken(&self, address: &str, places: &[Place]) -> bool {
        places
            .iter()
            .any(|place| place.unaddressed.is_none() && self.same_socket(&place.address, address))
    }

    fn same_socket(&self, one: &str, other: &str) -> bool {
        let ((host, port), (other_host, other_port)) = (split(one), split(other));
        port == other_port && self.same_host(host, other_host)
    }

    /// Whether two names are one host: the same text, or a common address.
    fn same_host(&self, one: &str, other: &str) -> bool {
        one.eq_ignore_ascii_case(other)
            || self.ips(one).iter().any(|ip| self.ips(other).contains(ip))
    }

    fn ips(&self, host: &str) -> Vec<IpAddr> {
        match host.parse() {
            Ok(ip) => vec![ip],
            Err(_) => self.resolved.get(host).cloned().unwrap_or_default(),
        }
    }
}

fn place(address: String, server: Server<'_>) -> Place {
    Place {
        address,
        sid: Some(server.sid),
        votes: Some(server.votes()),
        is_outside: false,
        port_guessed: false,
        unaddressed: None,
    }
}

/// `host:port`, an IPv6 host in brackets.
pub(crate) fn join(host: &str, port: u16) -> String {
    if host.contains(':') {
        format!("[{host}]:{port}")
    } else {
        format!("{host}:{port}")
    }
}

/// Host and port of `host:port` or `[v6]:port`.
#[must_use]
pub fn split(address: &str) -> (&str, Option<u16>) {
    match address.rsplit_once(':') {
        Some((host, port)) if !host.contains(':') || host.starts_with('[') => (
            host.trim_start_matches('[').trim_end_matches(']'),
            port.parse().ok(),
        ),
        _ => (address, None),
    }
}

#[cfg(test)]
#[path = "roster_tests.rs"]
mod tests;
