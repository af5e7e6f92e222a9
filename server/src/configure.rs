//! From files to a checked configuration: what the pure parsers of `shared` leave to whoever
//! may read files and resolve names.

use std::{
    fs, io,
    net::{IpAddr, ToSocketAddrs},
    path::{Path, PathBuf},
};

use anyhow::{Context, bail, ensure};
use zoowarden_peer::PeerConfig;
use zoowarden_shared::{
    Sid,
    config::{
        ConfigFormat, DynamicConfig, HostPort, PeerAddress, Role, ServerConfig, ServerSpec,
        parse_myid,
    },
};

use crate::reconfig::{self, ConfigFiles};

/// A member's configuration, read and found fit to run.
#[derive(Clone, Debug)]
pub struct Configured {
    /// What the files and the command line say.
    pub config: ServerConfig,
    /// `myid`; 0 where there is none, as for a standalone server.
    pub sid: Sid,
    /// The configuration file's text, for `initial_configuration`.
    pub text: String,
    /// The zoo.cfg that it was read from: a reconfig rewrites it. `None` of a member that is
    /// configured otherwise, whose ensemble cannot be changed through it.
    pub zoo_cfg: Option<PathBuf>,
    /// The newest configuration of the ensemble that this member has seen, where that may not
    /// be in force.
    pub last_seen: Option<DynamicConfig>,
    /// Whether it follows the ensemble from outside.
    is_shadow: bool,
}

impl Configured {
    /// Reads a configuration file, and the files that it names, on top of the system
    /// properties `set` (`KEY=VALUE` each).
    ///
    /// # Errors
    /// What is wrong, with its file and line, and what was expected there.
    pub fn read(file: &Path, set: &[String]) -> anyhow::Result<Self> {
        let text = read_text(file)?;
        let mut config = ServerConfig::parse(&text, &file.display().to_string(), set)?;
        if let Some(dynamic) = config.ensemble.dynamic_config_file.clone() {
            let servers = read_text(&dynamic)?;
            config.read_dynamic(&servers, &dynamic.display().to_string())?;
        }
        let sid = own_sid(&mut config, file)?;
        let is_zoo_cfg = ConfigFormat::of(&text) == ConfigFormat::ZooCfg;
        let last_seen = match is_zoo_cfg && config.is_distributed() {
            true => reconfig::last_seen(file)?,
            false => None,
        };
        Self {
            config,
            sid,
            text,
            zoo_cfg: is_zoo_cfg.then(|| file.to_owned()),
            last_seen,
            is_shadow: false,
        }
        .checked(file)
    }

    /// A configuration made in memory, as tests and the demo do.
    #[must_use]
    pub fn standalone(config: ServerConfig) -> Self {
        Self {
            config,
            sid: Sid(0),
            text: String::new(),
            zoo_cfg: None,
            last_seen: None,
            is_shadow: false,
        }
    }

    /// A member of an ensemble, made in memory.
    ///
    /// # Errors
    /// When the configuration has no line for this server.
    pub fn member(mut config: ServerConfig, sid: Sid) -> anyhow::Result<Self> {
        config.apply_own_line(sid, "the configuration")?;
        ensure!(
            config.ensemble.servers.servers.contains_key(&sid),
            "expected a line server.{sid}"
        );
        Ok(Self {
            config,
            sid,
            text: String::new(),
            zoo_cfg: None,
            last_seen: None,
            is_shadow: false,
        })
    }

    /// A shadow of the ensemble in this configuration, which has no line for it.
    pub(crate) fn shadow(config: ServerConfig, sid: Sid) -> Self {
        Self {
            config,
            sid,
            text: String::new(),
            zoo_cfg: None,
            last_seen: None,
            is_shadow: true,
        }
    }

    fn checked(self, file: &Path) -> anyhow::Result<Self> {
        let file = file.display();
        if self.config.client_address.is_none() {
            match &self.config.secure_client_address {
                // Opening a plain port instead would let in what the operator keeps out.
                Some(secure) => bail!(
                    "{file}: nothing to serve: TLS (secureClientPort {}) is not supported yet, \
                     and there is no clientPort",
                    secure.port
                ),
                None => bail!("{file}: nothing to serve: expected a clientPort"),
            }
        }
        Ok(self)
    }

    /// What the peer is told.
    #[must_use]
    pub(crate) fn peer_config(&self) -> PeerConfig {
        let ServerConfig {
            limits,
            features,
            containers,
            access,
            ..
        } = &self.config;
        let replication = self.replication();
        PeerConfig {
            sid: self.sid,
            tick_time_ms: self.config.tick_time_ms,
            min_session_timeout_ms: self.config.min_session_timeout_ms,
            max_session_timeout_ms: self.config.max_session_timeout_ms,
            max_client_cnxns: limits.max_client_cnxns,
            max_cnxns: limits.max_cnxns,
            global_outstanding_limit: limits.global_outstanding_limit,
            snap_count: self.config.storage.snap_count,
            snap_size_limit_bytes: self.config.storage.snap_size_limit_kib.saturating_mul(1024),
            extended_types_enabled: features.extended_types_enabled,
            digest_enabled: features.digest_enabled,
            close_session_txn_enabled: features.close_session_txn_enabled,
            skip_acl: access.skip_acl,
            enforce_quota: features.enforce_quota,
            super_digest: access.super_digest.clone(),
            digest_auth_enabled: access.digest_auth_enabled,
            container_check_interval_ms: containers.check_interval_ms,
            container_max_per_minute: containers.max_per_minute,
            container_max_never_used_ms: containers.max_never_used_interval_ms,
            reconfig_enabled: self.is_reconfig_enabled(),
            reconfig_mixed: self.config.ensemble.reconfig_mixed,
            standalone_enabled: self.config.ensemble.standalone_enabled,
            config_node: replication
                .as_ref()
                .map(|replication| replication.members.to_string()),
            replication,
            local_sessions_enabled: self.config.ensemble.local_sessions_enabled,
            local_sessions_upgrading_enabled: self.config.ensemble.local_sessions_upgrading_enabled,
            read_only_mode_enabled: features.read_only_mode_enabled,
        }
    }
}

impl Configured {
    /// The member's part in its ensemble; `None` for a standalone server.
    fn replication(&self) -> Option<zoowarden_zab::Config> {
        let ensemble = &self.config.ensemble;
        self.config.is_distributed().then(|| zoowarden_zab::Config {
            tick_time_ms: self.config.tick_time_ms.unsigned_abs(),
            init_limit_ticks: ensemble.init_limit_ticks,
            sync_limit_ticks: ensemble.sync_limit_ticks,
            heartbeat_ms: ensemble.heartbeat_ms,
            shadow: self.is_shadow,
            seen: self.last_seen.clone(),
            reconfig_enabled: self.is_reconfig_enabled(),
            ..zoowarden_zab::Config::new(self.sid, ensemble.servers.clone())
        })
    }

    /// Where a restart would not know the new configuration, there is no reconfig.
    fn is_reconfig_enabled(&self) -> bool {
        let is_remembered = self.zoo_cfg.is_some() || !self.config.is_distributed();
        self.config.ensemble.reconfig_enabled && is_remembered
    }

    /// The files that a reconfig changes.
    pub(crate) fn config_files(&self) -> ConfigFiles {
        let version = self.config.ensemble.servers.version;
        ConfigFiles::new(self.sid, self.zoo_cfg.clone(), version)
    }

    /// The members, and this one among them: each names an address when it introduces itself,
    /// and a shadow has none (a handshake without one is refused).
    pub(crate) fn introduced_members(&self) -> DynamicConfig {
        let mut members = self.config.ensemble.servers.clone();
        if self.is_shadow {
            let nowhere = PeerAddress {
                host: HostPort::any(1).host,
                quorum_port: 1,
                election_port: 1,
            };
            let spec = ServerSpec {
                addresses: vec![nowhere],
                role: Role::Observer,
                client_address: None,
                secure_client_address: None,
            };
            members.servers.insert(self.sid, spec);
        }
        members
    }

    /// Where the other members reach this one, by the port of each address that `port` names;
    /// empty for a standalone server.
    pub(crate) fn own_addresses(&self, port: fn(&PeerAddress) -> u16) -> Vec<HostPort> {
        let own = self.config.ensemble.servers.servers.get(&self.sid);
        let Some(own) = own.filter(|_| self.config.is_distributed()) else {
            return Vec::new();
        };
        let mut addresses: Vec<_> = (own.addresses.iter())
            .map(
                |address| match self.config.ensemble.quorum_listen_on_all_ips {
                    true => HostPort::any(port(address)),
                    false => HostPort::new(&address.host, port(address)),
                },
            )
            .collect();
        addresses.sort();
        addresses.dedup();
        addresses
    }
}

/// UTF-8, or else what Java takes every properties file for: ISO 8859-1, to which no bytes are
/// wrong, so that an old comment with an accent does not stop the start.
fn read_text(file: &Path) -> anyhow::Result<String> {
    let bytes = fs::read(file)
        .with_context(|| format!("{}: cannot read the configuration", file.display()))?;
    Ok(String::from_utf8(bytes)
        .unwrap_or_else(|fault| fault.as_bytes().iter().copied().map(char::from).collect()))
}

/// Who this server is, by `myid`, and what its own line among the servers says of it. A
/// standalone server needs neither, but uses what it has.
fn own_sid(config: &mut ServerConfig, file: &Path) -> anyhow::Result<Sid> {
    let myid = config.data_dir.join("myid");
    let name = file.display().to_string();
    let known: Vec<_> = (config.ensemble.servers.servers.keys())
        .map(|sid| format!("server.{sid}"))
        .collect();
    let Some(sid) = read_myid(&myid)? else {
        ensure!(
            !config.is_distributed(),
            "{}: expected a file with the number of this server, one of {} in {name}; there is \
             none",
            myid.display(),
            known.join(", "),
        );
        return Ok(Sid(0));
    };
    config.apply_own_line(sid, &name)?;
    ensure!(
        !config.is_distributed() || config.ensemble.servers.servers.contains_key(&sid),
        "{}: expected one of {} in {name}, found {sid}",
        myid.display(),
        known.join(", "),
    );
    Ok(sid)
}

fn read_myid(file: &Path) -> anyhow::Result<Option<Sid>> {
    match fs::read_to_string(file) {
        Ok(text) => Ok(Some(parse_myid(&text, &file.display().to_string())?)),
        Err(fault) if fault.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(fault) => Err(fault).with_context(|| format!("{}: cannot read it", file.display())),
    }
}

/// The address to listen on; `None` for every one of this machine. Of a name's addresses an
/// IPv4 one, as Java has it (`java.net.preferIPv6Addresses`).
pub(crate) fn listen_address(address: &HostPort) -> anyhow::Result<Option<IpAddr>> {
    if address.is_any() {
        return Ok(None);
    }
    let found: Vec<_> = (address.host.as_str(), address.port)
        .to_socket_addrs()
        .with_context(|| format!("{}: expected an address of this machine", address.host))?
        .collect();
    let first = found.iter().find(|found| found.is_ipv4()).or(found.first());
    let first = first.with_context(|| format!("{} has no address", address.host))?;
    Ok(Some(first.ip()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads this zoo.cfg, whose data directory holds the given `myid`.
    fn read(text: &str, myid: Option<&str>) -> anyhow::Result<Configured> {
        let directory = tempfile::tempdir()?;
        if let Some(myid) = myid {
            fs::write(directory.path().join("myid"), myid)?;
        }
        let file = directory.path().join("zoo.cfg");
        fs::write(
            &file,
            format!("dataDir={}\n{text}", directory.path().display()),
        )?;
        Configured::read(&file, &[])
    }

    fn refusal(text: &str) -> String {
        format!("{:#}", read(text, None).unwrap_err())
    }

    #[test]
    fn a_plain_port_is_never_opened_in_the_place_of_a_secure_one() {
        let refused = refusal("secureClientPort=2281\n");
        assert!(refused.contains("secureClientPort 2281"), "{refused}");
        let both = read("secureClientPort=2281\nclientPort=2181\n", None).unwrap();
        assert_eq!(both.config.client_address.unwrap().port, 2181);
        let warned = both.config.warnings.iter();
        assert_eq!(warned.filter(|w| w.key == "secureClientPort").count(), 1);
    }

    /// Three voters and an observer.
    fn ensemble() -> String {
        let server = |n: u16| format!("server.{n}=localhost:{}:{}", 2888 + n, 3888 + n);
        format!(
            "initLimit=10\nsyncLimit=5\n{}\n{}\n{}:participant;2183\n{}:observer\n",
            server(1),
            server(2),
            server(3),
            server(4)
        )
    }

    #[test]
    fn one_voter_is_standalone() {
        let text = "clientPort=2181\nserver.1=localhost:2888:3888\n";
        let one = read(text, Some("1\n")).unwrap();
        assert_eq!(one.sid, Sid(1));
        assert_eq!(one.peer_config().replication, None);
        assert_eq!(one.peer_config().config_node, None);
        assert!(one.own_addresses(|own| own.quorum_port).is_empty());
    }

    #[test]
    fn a_member_of_an_ensemble_is_told_its_part_in_it() {
        let text = format!("tickTime=500\nclientPort=2181\n{}", ensemble());
        let member = read(&text, Some("2")).unwrap();
        let config = member.peer_config();
        let replication = config.replication.unwrap();
        assert_eq!((replication.sid, config.sid), (Sid(2), Sid(2)));
        assert_eq!(replication.role, Role::Participant);
        assert_eq!(
            (replication.tick_time_ms, replication.init_limit_ticks),
            (500, 10)
        );
        assert_eq!(
            (replication.sync_limit_ticks, replication.heartbeat_ms),
            (5, 100)
        );
        let node = config.config_node.unwrap();
        assert!(node.starts_with("server.1=localhost:2889:3889:participant\n"));
        assert!(node.ends_with("\nversion=0"), "{node}");
        let quorum = member.own_addresses(|own| own.quorum_port);
        assert_eq!(quorum, [HostPort::new("localhost", 2890)]);

        let observer = read(&text, Some("4")).unwrap();
        assert_eq!(
            observer.peer_config().replication.unwrap().role,
            Role::Observer
        );
        assert_eq!(observer.config.ensemble.peer_type, Role::Observer);
    }

    #[test]
    fn the_own_line_may_give_the_client_address() {
        let third = read(&ensemble(), Some("3")).unwrap();
        assert_eq!(third.config.client_address, Some(HostPort::any(2183)));
        let first = format!("{:#}", read(&ensemble(), Some("1")).unwrap_err());
        assert!(first.contains("expected a clientPort"), "{first}");
    }

    #[test]
    fn a_member_must_know_who_it_is() {
        let text = format!("clientPort=2181\n{}", ensemble());
        let nobody = refusal(&text);
        assert!(nobody.contains("/myid: expected a file with"), "{nobody}");
        assert!(nobody.contains("server.1, server.2"), "{nobody}");
        let stranger = format!("{:#}", read(&text, Some("7")).unwrap_err());
        assert!(stranger.contains("/myid: expected one of"), "{stranger}");
        assert!(stranger.ends_with("found 7"), "{stranger}");
    }

    #[test]
    fn all_addresses_of_this_machine_are_listened_on_where_asked() {
        let text = format!("quorumListenOnAllIPs=true\nclientPort=2181\n{}", ensemble());
        let member = read(&text, Some("1")).unwrap();
        let election = member.own_addresses(|own| own.election_port);
        assert_eq!(election, [HostPort::any(3889)]);
    }

    #[test]
    fn bytes_that_are_no_utf_8_are_latin_1_as_in_java() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("zoo.cfg");
        fs::write(&file, b"# caf\xe9\ndataDir=/d\xe9\nclientPort=2181\n").unwrap();
        let read = Configured::read(&file, &[]).unwrap();
        assert_eq!(read.config.data_dir, Path::new("/d\u{e9}"));
    }

    #[test]
    fn what_is_wrong_is_said_with_its_file_and_line() {
        let refused = refusal("clientPort=twentyone\n");
        assert!(refused.contains("zoo.cfg:2: clientPort"), "{refused}");
        let missing = Configured::read(Path::new("no/such/zoo.cfg"), &[]).unwrap_err();
        assert!(format!("{missing:#}").starts_with("no/such/zoo.cfg: cannot read"));
        let nothing = refusal("tickTime=2000\n");
        assert!(nothing.contains("expected a clientPort"), "{nothing}");
    }
}
