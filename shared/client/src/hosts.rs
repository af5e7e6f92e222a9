//! A list of members' client addresses, as Apache's connect strings write it.

use zoowarden_shared::config::HostPort;

/// The client port where a list names none, as in Apache's clients.
pub const DEFAULT_PORT: u16 = 2181;

/// What is wrong with a list of addresses.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected HOST:PORT,... (or [IPV6]:PORT), found \"{found}\"")]
pub struct HostsError {
    /// The part that is no address, or the whole list where it is empty.
    pub found: String,
}

/// Reads `host[:port],...`; a chroot after the addresses (`/path`) is passed over, since
/// whoever looks at an ensemble looks at all of it.
///
/// # Errors
/// [`HostsError`] for a part that is no address, and for a list without any.
pub fn parse(list: &str) -> Result<Vec<HostPort>, HostsError> {
    let addresses = list.split('/').next().unwrap_or_default();
    let hosts: Vec<HostPort> = addresses
        .split(',')
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .map(|part| host(part).ok_or_else(|| error(part)))
        .collect::<Result<_, _>>()?;
    if hosts.is_empty() {
        return Err(error(list));
    }
    Ok(hosts)
}

fn error(found: &str) -> HostsError {
    HostsError {
        found: found.to_owned(),
    }
}

fn host(part: &str) -> Option<HostPort> {
    let is_bare = match part.strip_prefix('[') {
        Some(bracketed) => bracketed.ends_with(']'),
        None => !part.contains(':'),
    };
    if is_bare {
        let host = part.trim_start_matches('[').trim_end_matches(']');
        return (!host.is_empty()).then(|| HostPort::new(host, DEFAULT_PORT));
    }
    HostPort::parse(part).filter(|address| address.port != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_of_every_form() {
        for (list, expected) in [
            ("zk1:2182", "zk1:2182"),
            ("zk1, zk2:7 ,", "zk1:2181 zk2:7"),
            ("[::1]:2182,[::2]", "[::1]:2182 [::2]:2181"),
            ("10.0.0.1:1/kafka", "10.0.0.1:1"),
        ] {
            let hosts = parse(list).unwrap();
            let written: Vec<_> = hosts.iter().map(ToString::to_string).collect();
            assert_eq!(written.join(" "), expected);
        }
    }

    #[test]
    fn what_is_no_list() {
        for list in ["", ",", "/", "a:b", "a:0", "a:99999", "[]", "a:1:2"] {
            assert!(parse(list).is_err(), "{list:?}");
        }
    }
}
