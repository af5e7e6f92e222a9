//! reconfig: the next configuration of the ensemble (`PrepRequestProcessor`, opcode 16).
//!
//! Either the servers that join and leave, or all that are to be members; either way on
//! condition that the present configuration has the version that the client names, if it does.

use core::net::IpAddr;

use zoowarden_shared::{
    ErrorCode, Sid,
    acl::perms,
    config::{DynamicConfig, HostPort, ServerSpec},
    proto::ReconfigRequest,
    txn::{SetDataTxn, Txn},
};
use zoowarden_zab::Zab;

use super::{Context, Prep};

/// The znode of the ensemble's configuration (`ZooDefs.CONFIG_NODE`).
pub(crate) const CONFIG_NODE: &str = "/zookeeper/config";

impl Prep {
    pub(super) fn reconfig(
        &mut self,
        context: Context<'_>,
        request: &ReconfigRequest,
    ) -> Result<Txn, ErrorCode> {
        if !context.config.reconfig_enabled {
            return Err(ErrorCode::ReconfigDisabled);
        }
        context.requester.allowed?;
        // A standalone server has no members to change.
        let zab = context.zab.ok_or(ErrorCode::Unimplemented)?;
        // An Apache member that skips reconfigs (reconfigEnabled=false) looks like one that
        // does not, and would go on by the old configuration.
        if !zab.leads_ours_alone() && !context.config.reconfig_mixed {
            return Err(ErrorCode::ReconfigDisabled);
        }
        let config = next_config(context, zab, request)?;
        let mut node = self
            .changes
            .get(context.tree, CONFIG_NODE)
            .ok_or(ErrorCode::NoNode)?;
        context.check_acl(&node.acl, perms::WRITE)?;
        let data = config.to_string();
        node.stat.version = -1;
        node.stat.mtime = context.now.wall_ms;
        node.stat.mzxid = context.zxid;
        self.changes
            .set_data(&mut node, CONFIG_NODE, Some(data.as_bytes()));
        self.changes
            .put(context.tree, context.zxid, CONFIG_NODE, node);
        Ok(Txn::Reconfig(SetDataTxn {
            path: CONFIG_NODE.to_owned(),
            data: Some(data.into()),
            version: -1,
        }))
    }
}

/// The configuration that the request asks for, if it may be. Its version is the zxid of the
/// transaction.
fn next_config(
    context: Context<'_>,
    zab: &Zab,
    request: &ReconfigRequest,
) -> Result<DynamicConfig, ErrorCode> {
    if zab.is_reconfiguring() {
        return Err(ErrorCode::ReconfigInProgress);
    }
    let present = zab.members();
    if request.current_config_id != -1 && request.current_config_id != present.version {
        return Err(ErrorCode::BadVersion);
    }
    let mut next = match &request.new_members {
        Some(members) => all_members(members)?,
        None => changed_members(present, request)?,
    };
    next.version = context.zxid.0;
    // A single voter would start as a standalone server the next time.
    let fewest = if context.config.standalone_enabled {
        2
    } else {
        1
    };
    if next.voters().count() < fewest {
        return Err(ErrorCode::BadArguments);
    }
    if !zab.has_quorum_of(&next) {
        return Err(ErrorCode::NewConfigNoQuorum);
    }
    Ok(next)
}

/// The whole configuration, its lines with commas or line ends between.
fn all_members(members: &str) -> Result<DynamicConfig, ErrorCode> {
    let text = members.replace(',', "\n");
    DynamicConfig::parse(&text, "reconfig").map_err(|_| ErrorCode::BadArguments)
}

/// Who is there now, without those that leave, with those that join, who may be there already
/// in another role or at another address.
fn changed_members(
    present: &DynamicConfig,
    request: &ReconfigRequest,
) -> Result<DynamicConfig, ErrorCode> {
    if present.is_hierarchical() {
        return Err(ErrorCode::BadArguments);
    }
    let mut next = present.clone();
    for leaving in list(request.leaving.as_deref()) {
        // As Apache answers: its parser's exception is no one's in particular.
        let sid = leaving.parse().map_err(|_| ErrorCode::MarshallingError)?;
        next.servers.remove(&Sid(sid));
    }
    for joining in list(request.joining.as_deref()) {
        let (sid, server) = joiner(joining)?;
        let others = next.servers.iter().filter(|(other, _)| **other != sid);
        let taken: Vec<_> = others.flat_map(|(_, other)| addresses(other)).collect();
        if addresses(&server).iter().any(|own| taken.contains(own)) {
            return Err(ErrorCode::BadArguments);
        }
        next.servers.insert(sid, server);
    }
    Ok(next)
}

fn list(text: Option<&str>) -> impl Iterator<Item = &str> {
    let parts = text.unwrap_or_default().split(',').map(str::trim);
    parts.filter(|part| !part.is_empty())
}

/// `server.N=host:quorum:election[:role];[host:]client`, the client's port included.
fn joiner(line: &str) -> Result<(Sid, ServerSpec), ErrorCode> {
    let (key, value) = line.split_once('=').ok_or(ErrorCode::BadArguments)?;
    let sid = key.rsplit('.').next().unwrap_or_default().trim().parse();
    let sid = Sid(sid.map_err(|_| ErrorCode::MarshallingError)?);
    let server: ServerSpec = value.parse().map_err(|_| ErrorCode::BadArguments)?;
    if server.client_address.is_none() {
        return Err(ErrorCode::BadArguments);
    }
    Ok((sid, server))
}

/// The addresses of a member that no other may have. Those of whichever machine it runs on may
/// be any machine's (`QuorumServer.excludedSpecialAddresses`).
fn addresses(server: &ServerSpec) -> Vec<HostPort> {
    let peers = server.addresses.iter().flat_map(|address| {
        [address.quorum_port, address.election_port].map(|port| HostPort::new(&address.host, port))
    });
    let all = peers.chain(server.client_address.clone());
    all.filter(|address| !address.is_any() && !is_loopback(&address.host))
        .collect()
}

fn is_loopback(host: &str) -> bool {
    let address: Result<IpAddr, _> = host.parse();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use zoowarden_shared::config::Role;

    use super::*;

    fn present() -> DynamicConfig {
        let line = |sid: i64| format!("server.{sid}=h{sid}:2888:3888:participant;2181\n");
        let lines: String = (1..=3).map(line).collect();
        DynamicConfig::parse(&lines, "test").unwrap()
    }

    fn change(joining: &str, leaving: &str) -> Result<DynamicConfig, ErrorCode> {
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let request = ReconfigRequest {
            joining: some(joining),
            leaving: some(leaving),
            new_members: None,
            current_config_id: -1,
        };
        changed_members(&present(), &request)
    }

    #[test]
    fn members_leave_before_others_join() {
        let next = change("server.4=h1:2888:3888:observer;h1:2181", "1, 3,").unwrap();
        let sids: Vec<_> = next.servers.keys().map(|sid| sid.0).collect();
        assert_eq!(sids, [2, 4]);
        assert_eq!(next.servers[&Sid(4)].role, Role::Observer);
        assert_eq!(
            change("", "9").unwrap(),
            present(),
            "who is not there has left"
        );
    }

    #[test]
    fn a_member_that_joins_again_has_another_role_or_address() {
        let next = change("server.2=h2:2888:3888:observer;2181", "").unwrap();
        assert_eq!(next.servers[&Sid(2)].role, Role::Observer);
        assert_eq!(next.servers.len(), 3);
    }

    #[test]
    fn what_is_no_server_is_refused() {
        for (joining, leaving, err) in [
            ("server.4=h4:2888:3888", "", ErrorCode::BadArguments),
            ("server.4=h4:2888;2181", "", ErrorCode::BadArguments),
            ("server.4", "", ErrorCode::BadArguments),
            (
                "server.x=h4:2888:3888;2181",
                "",
                ErrorCode::MarshallingError,
            ),
            ("server.4=h1:2888:3889;2182", "", ErrorCode::BadArguments),
            ("", "x", ErrorCode::MarshallingError),
        ] {
            assert_eq!(change(joining, leaving), Err(err), "{joining} {leaving}");
        }
    }

    #[test]
    fn a_whole_configuration_may_have_commas_for_line_ends() {
        let next = all_members("server.1=a:1:2;3,server.2=b:1:2;3").unwrap();
        assert_eq!(next.servers.len(), 2);
        assert_eq!(all_members("anything=goes"), Err(ErrorCode::BadArguments));
    }
}
