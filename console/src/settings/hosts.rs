//! Addresses as an operator writes them.

use crate::model::roster::split;

/// `HOST[:PORT],...` of the command line as addresses; 2181 where no port is given.
///
/// # Errors
/// In words, what was expected.
pub fn parse_hosts(hosts: &str) -> Result<Vec<String>, String> {
    let mut addresses: Vec<String> = Vec::new();
    let mut faults = Vec::new();
    let hosts = hosts.split(',').map(str::trim);
    for host in hosts.filter(|host| !host.is_empty()) {
        match parse_host(host) {
            Ok(address) if addresses.contains(&address) => {}
            Ok(address) => addresses.push(address),
            Err(fault) => faults.push(fault),
        }
    }
    if !faults.is_empty() {
        return Err(faults.join("; "));
    }
    if addresses.is_empty() {
        return Err("expected at least one HOST:PORT".to_owned());
    }
    Ok(addresses)
}

fn parse_host(host: &str) -> Result<String, String> {
    let fault = || format!("expected HOST:PORT, found \"{host}\"");
    if host.contains('/') {
        return Err(format!("{}: a path has no place here", fault()));
    }
    let address = match split(host) {
        (_, Some(_)) => host.to_owned(),
        (name, None) if !name.is_empty() && name.parse::<std::net::Ipv6Addr>().is_ok() => {
            format!("[{name}]:2181")
        }
        (name, None) if name == host && !name.contains(':') => format!("{name}:2181"),
        _ => return Err(fault()),
    };
    is_address(&address).then_some(address).ok_or_else(fault)
}

/// Whether this is `host:port`.
pub(super) fn is_address(text: &str) -> bool {
    let (host, port) = split(text);
    !host.is_empty() && !host.contains(char::is_whitespace) && port.is_some_and(|port| port > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_get_zookeepers_port_where_they_name_none() {
        let hosts = |text| parse_hosts(text);
        assert_eq!(hosts("a, b:1,a").unwrap(), ["a:2181", "b:1"]);
        assert_eq!(hosts("::1,[::2]:7").unwrap(), ["[::1]:2181", "[::2]:7"]);
        assert!(hosts("").is_err() && hosts("a:b").is_err() && hosts("a:1/chroot").is_err());
        assert!(hosts("a:0").is_err());
    }

    #[test]
    fn every_address_that_is_none_is_named() {
        let fault = parse_hosts("a:x,b:2181,c:0,d:1/chroot").unwrap_err();
        for bad in ["\"a:x\"", "\"c:0\"", "\"d:1/chroot\""] {
            assert!(fault.contains(bad), "{fault}");
        }
        assert!(!fault.contains("\"b:2181\""), "{fault}");
    }
}
