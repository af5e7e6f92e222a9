//! The zoo.cfg of each of a demo's members: everything is open, on this machine only.

use std::{fmt::Write as _, path::Path};

use anyhow::{Context as _, Result};

use super::ports::Ports;

/// The configuration of the member that has these data and ports; `all` are those of the whole
/// ensemble in the order of the ids, which begin with 1. One alone is a standalone server.
///
/// # Errors
/// When the directory's name cannot stand in a zoo.cfg.
pub(super) fn zoo_cfg(data_dir: &Path, own: Ports, all: &[Ports]) -> Result<String> {
    let data_dir = data_dir
        .to_str()
        .filter(|path| !path.contains(['\n', '\\']))
        .with_context(|| format!("no zoo.cfg can name {}", data_dir.display()))?;
    let Ports {
        client,
        admin,
        quorum_listen,
        election_listen,
        ..
    } = own;
    let mut text = format!(
        "# A member of the demo of zoowarden.\n\
         tickTime=2000\n\
         initLimit=10\n\
         syncLimit=5\n\
         dataDir={data_dir}\n\
         clientPortAddress=127.0.0.1\n\
         clientPort={client}\n\
         maxClientCnxns=0\n\
         4lw.commands.whitelist=*\n\
         admin.serverAddress=127.0.0.1\n\
         admin.serverPort={admin}\n\
         autopurge.purgeInterval=1\n"
    );
    if all.len() > 1 {
        // `demo:demo`, whom the console of a demo says it is: an operator's rights, and no more
        // than every user of this machine has here anyway.
        text.push_str(
            "reconfigEnabled=true\n\
             DigestAuthenticationProvider.superDigest=demo:Hhb3vHXeSK4qFWRmo9BSH1JaMYc=\n",
        );
        // The server lines name the relays.
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "zoowarden.quorumListenAddress=127.0.0.1:{quorum_listen}\n\
             zoowarden.electionListenAddress=127.0.0.1:{election_listen}"
        );
        for (id, ports) in (1..).zip(all) {
            let Ports {
                client,
                quorum,
                election,
                ..
            } = ports;
            let _ = writeln!(
                text,
                "server.{id}=127.0.0.1:{quorum}:{election}:participant;127.0.0.1:{client}"
            );
        }
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use zoowarden_shared::{Sid, config::ServerConfig};

    use super::*;
    use crate::demo::ports::from_base;

    fn parsed(all: &[Ports]) -> ServerConfig {
        let text = zoo_cfg(Path::new("/var/lib/demo"), all[0], all).unwrap();
        ServerConfig::parse(&text, "zoo.cfg", &[]).unwrap()
    }

    #[test]
    fn the_configuration_is_one_that_the_server_reads() {
        let all = from_base(2181, 3).unwrap();
        let mut config = parsed(&all);
        assert!(config.is_distributed() && config.warnings.is_empty());
        config.apply_own_line(Sid(1), "zoo.cfg").unwrap();
        assert_eq!(config.client_address.map(|a| a.port), Some(2181));
        assert_eq!(config.ensemble.servers.voters().count(), 3);
    }

    #[test]
    fn one_member_is_a_standalone_server() {
        assert!(!parsed(&from_base(2181, 1).unwrap()).is_distributed());
    }

    #[test]
    fn a_directory_cannot_smuggle_in_a_line() {
        let all = from_base(2181, 1).unwrap();
        assert!(zoo_cfg(Path::new("/a\nclientPort=1"), all[0], &all).is_err());
    }
}
