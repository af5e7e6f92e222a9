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
    config::{HostPort, ServerConfig, parse_myid},
};

/// A member's configuration, read and found fit to run.
#[derive(Clone, Debug)]
pub struct Configured {
    /// What the files and the command line say.
    pub config: ServerConfig,
    /// `myid`; 0 where there is none, as for a standalone server.
    pub sid: Sid,
    /// The configuration file's text, for `initial_configuration`.
    pub text: String,
}

impl Configured {
    /// Reads a configuration file, and the files that it names, on top of the system
    /// properties `set` (`KEY=VALUE` each).
    ///
    /// # Errors
    /// What is wrong, with its file and line, and what was expected there. Several voters are
    /// refused: this server does not replicate yet.
    pub fn read(file: &Path, set: &[String]) -> anyhow::Result<Self> {
        let text = read_text(file)?;
        let mut config = ServerConfig::parse(&text, &file.display().to_string(), set)?;
        if let Some(dynamic) = config.ensemble.dynamic_config_file.clone() {
            let servers = read_text(&dynamic)?;
            config.read_dynamic(&servers, &dynamic.display().to_string())?;
        }
        let sid = read_myid(&config.data_dir)?;
        Self { config, sid, text }.checked(file)
    }

    /// A configuration made in memory, as tests and the demo do.
    #[must_use]
    pub fn standalone(config: ServerConfig) -> Self {
        Self {
            config,
            sid: Sid(0),
            text: String::new(),
        }
    }

    fn checked(self, file: &Path) -> anyhow::Result<Self> {
        let file = file.display();
        ensure!(
            !self.config.is_distributed(),
            "{file}: {} voting servers are configured, but replication is not supported yet: \
             expected at most one server.N line",
            self.config.ensemble.servers.voters().count(),
        );
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
            reconfig_enabled: self.config.ensemble.reconfig_enabled,
            config_node: None,
        }
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

/// A standalone server needs no `myid`, but uses the one that it has.
fn read_myid(data_dir: &Path) -> anyhow::Result<Sid> {
    let file: PathBuf = data_dir.join("myid");
    match fs::read_to_string(&file) {
        Ok(text) => Ok(parse_myid(&text, &file.display().to_string())?),
        Err(fault) if fault.kind() == io::ErrorKind::NotFound => Ok(Sid(0)),
        Err(fault) => Err(fault).with_context(|| format!("{}: cannot read it", file.display())),
    }
}

/// The address to listen on; `None` for every one of this machine.
pub(crate) fn listen_address(address: &HostPort) -> anyhow::Result<Option<IpAddr>> {
    if address.is_any() {
        return Ok(None);
    }
    let mut found = (address.host.as_str(), address.port)
        .to_socket_addrs()
        .with_context(|| format!("{}: expected an address of this machine", address.host))?;
    let first = found.next();
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

    #[test]
    fn several_voters_are_refused_and_one_is_standalone() {
        let server = |n: u16| format!("server.{n}=localhost:{}:{}\n", 2888 + n, 3888 + n);
        let limits = "clientPort=2181\ninitLimit=5\nsyncLimit=5\n";
        let refused = refusal(&format!("{limits}{}{}{}", server(1), server(2), server(3)));
        assert!(refused.contains("3 voting servers"), "{refused}");
        let one = read(&format!("{limits}{}", server(1)), Some("1\n")).unwrap();
        assert_eq!(one.sid, Sid(1));
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
