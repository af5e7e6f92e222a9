//! What clients must be given after a change of the members: nobody tells them, and a connect
//! string that names only members that left leads nowhere at the next restart of a client.

use zoowarden_shared::{
    Sid,
    config::{DynamicConfig, ServerSpec},
};

use super::super::facts::Facts;
use crate::model::roster::join;

/// The connect string of the members that serve clients after it, `host:port,...`; `None` where
/// one of them has no client address that is known.
pub(super) fn after(
    facts: &Facts,
    config: &DynamicConfig,
    joins: Option<(Sid, &ServerSpec)>,
    leaves: Option<Sid>,
) -> Option<String> {
    let told = |sid| facts.sid(sid).map(|member| member.address.clone());
    string(config, joins, leaves, told)
}

/// `told` is where a member answers whose line names no client address.
fn string(
    config: &DynamicConfig,
    joins: Option<(Sid, &ServerSpec)>,
    leaves: Option<Sid>,
    told: impl Fn(Sid) -> Option<String>,
) -> Option<String> {
    let stay = config.servers.iter().map(|(sid, spec)| (*sid, spec));
    let is_new = |sid: Sid| joins.is_some_and(|(joining, _)| joining == sid);
    let stay = stay.filter(|(sid, _)| Some(*sid) != leaves && !is_new(*sid));
    let mut all: Vec<(Sid, &ServerSpec)> = stay.chain(joins).collect();
    all.sort_by_key(|(sid, _)| *sid);
    let addresses = all
        .into_iter()
        .map(|(sid, spec)| client_address(spec).or_else(|| told(sid)));
    let addresses: Option<Vec<String>> = addresses.collect();
    addresses.map(|addresses| addresses.join(","))
}

/// By its own line. One that listens everywhere is found at its own host.
fn client_address(spec: &ServerSpec) -> Option<String> {
    let client = spec.client_address.as_ref()?;
    let host = match client.is_any() {
        true => &spec.addresses.first()?.host,
        false => &client.host,
    };
    Some(join(host, client.port))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_left_is_not_in_it_and_who_came_is() {
        let config = DynamicConfig::parse_lenient(
            "server.1=zk1:2888:3888:participant;0.0.0.0:2181\n\
             server.2=10.0.0.2:2888:3888:participant;10.0.0.2:2182\n\
             server.3=zk3:2888:3888:participant;2181\n",
        );
        let nobody = |_| None;
        let spec: ServerSpec = "zk4:2888:3888:observer;2181".parse().unwrap();
        let joins = Some((Sid(4), &spec));
        assert_eq!(
            string(&config, joins, Some(Sid(3)), nobody).unwrap(),
            "zk1:2181,10.0.0.2:2182,zk4:2181"
        );
        assert_eq!(
            string(&config, None, Some(Sid(1)), nobody).unwrap(),
            "10.0.0.2:2182,zk3:2181"
        );
        let bare = DynamicConfig::parse_lenient("server.1=zk1:2888:3888\n");
        assert_eq!(string(&bare, None, None, nobody), None);
        let told = |_| Some("zk1:7".to_owned());
        assert_eq!(string(&bare, None, None, told).unwrap(), "zk1:7");
    }
}
