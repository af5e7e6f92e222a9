//! `host:port`, with brackets around the colons of an IPv6 address.

use std::{borrow::Cow, fmt, net::Ipv6Addr};

/// A host name or IP address (without brackets) and a port.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HostPort {
    /// The host as written: nothing here resolves names.
    pub host: String,
    /// The TCP port.
    pub port: u16,
}

impl HostPort {
    /// From its parts.
    #[must_use]
    pub fn new(host: &str, port: u16) -> Self {
        Self {
            host: host.to_owned(),
            port,
        }
    }

    /// Every address of this machine, which Java writes 0.0.0.0 and binds for IPv6 too.
    #[must_use]
    pub fn any(port: u16) -> Self {
        Self::new("0.0.0.0", port)
    }

    /// Whether it stands for every address of this machine.
    #[must_use]
    pub fn is_any(&self) -> bool {
        matches!(self.host.as_str(), "0.0.0.0" | "::" | "0:0:0:0:0:0:0:0")
    }

    /// From `host:port`, `[v6]:port` or a port alone (on every address); `None` for other text.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        match split_host(text)?.as_slice() {
            [port] => Some(Self::any(port.parse().ok()?)),
            [host, port] if is_host(host) => Some(Self::new(host, port.parse().ok()?)),
            _ => None,
        }
    }
}

/// As `ConfigUtils.getHostAndPort` splits: at colons, but for those within leading brackets,
/// which fall away. As with Java's `split`, empty parts at the end do not count.
pub(super) fn split_host(text: &str) -> Option<Vec<&str>> {
    let mut parts = match text.strip_prefix('[') {
        Some(bracketed) => {
            let (host, rest) = bracketed.split_once(']')?;
            let rest = rest.strip_prefix(':')?;
            std::iter::once(host).chain(rest.split(':')).collect()
        }
        None => text.split(':').collect::<Vec<_>>(),
    };
    while parts.last().is_some_and(|part| part.is_empty()) {
        parts.pop();
    }
    Some(parts)
}

/// Whether a text can be a host: nothing that would read otherwise once it is printed.
pub(super) fn is_host(text: &str) -> bool {
    let strange = |c: char| c.is_whitespace() || c.is_control() || matches!(c, '[' | ']' | '\\');
    !text.is_empty() && !text.contains(strange)
}

/// The host as Java's `InetSocketAddress.getHostString` gives it: an IPv6 address is spelt out,
/// eight groups without compression, and a mapped one is the IPv4 address that it stands for.
pub(super) fn java_host(host: &str) -> Cow<'_, str> {
    let Ok(address) = host.parse::<Ipv6Addr>() else {
        return Cow::Borrowed(host);
    };
    match address.to_ipv4_mapped() {
        Some(v4) => Cow::Owned(v4.to_string()),
        None => {
            let groups = address.segments().map(|group| format!("{group:x}"));
            Cow::Owned(groups.join(":"))
        }
    }
}

/// `host:port` as Apache prints it (`QuorumServer.delimitedHostString`).
pub(super) fn java_address(address: &HostPort) -> HostPort {
    HostPort::new(&java_host(&address.host), address.port)
}

impl fmt::Display for HostPort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.host.contains(':') {
            write!(f, "[{}]:{}", self.host, self.port)
        } else {
            write!(f, "{}:{}", self.host, self.port)
        }
    }
}
