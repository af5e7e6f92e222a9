//! A ProxyCommand: the template that the operator wrote, and the argument vector for one
//! address. Pure. No shell ever sees it, and a host's syntax is strict: member addresses come
//! from the ensemble's configuration, which others may write.

/// The longest host name that DNS has.
const MAX_HOST: usize = 253;

/// A command whose standard input and output are a connection to `%h`, port `%p`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proxy {
    argv: Vec<String>,
    name: String,
}

/// What is wrong with a template, or with an address for it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProxyError {
    /// There is no program.
    #[error("expected a program and its arguments")]
    Empty,
    /// All members would be one and the same.
    #[error("expected %h and %p, the member's host and port, among the arguments")]
    NoAddress,
    /// A `%` that is neither `%h`, `%p` nor `%%`.
    #[error("expected %h, %p or %%, found \"{0}\"")]
    Placeholder(String),
    /// The address is no plain `host:port`.
    #[error("\"{0}\" is no host:port that a command may be given")]
    Address(String),
}

impl Proxy {
    /// Takes a template: a program, and arguments in which `%h` and `%p` both occur; `%%` is a
    /// percent sign. Without a name it is called by what it goes through, as far as that can
    /// be told: the last argument of an ssh, the program's own name otherwise.
    ///
    /// # Errors
    /// [`ProxyError`], but [`ProxyError::Address`].
    pub fn new(argv: Vec<String>, name: Option<String>) -> Result<Self, ProxyError> {
        let (program, arguments) = argv.split_first().ok_or(ProxyError::Empty)?;
        if program.is_empty() {
            return Err(ProxyError::Empty);
        }
        let (mut has_host, mut has_port) = (false, false);
        for argument in arguments {
            for placeholder in placeholders(argument) {
                match placeholder {
                    "%h" => has_host = true,
                    "%p" => has_port = true,
                    "%%" => {}
                    other => return Err(ProxyError::Placeholder(other.to_owned())),
                }
            }
        }
        if !(has_host && has_port) {
            return Err(ProxyError::NoAddress);
        }
        let name = name.unwrap_or_else(|| usual_name(program, arguments));
        Ok(Self { argv, name })
    }

    /// What it is called on the screen.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The program.
    #[must_use]
    pub fn program(&self) -> &str {
        // `new` takes no empty one.
        self.argv.first().map_or("", String::as_str)
    }

    /// The arguments for one address.
    ///
    /// # Errors
    /// [`ProxyError::Address`] for what could be taken for an option, or for more than a name.
    pub fn arguments(&self, addr: &str) -> Result<Vec<String>, ProxyError> {
        let refused = || ProxyError::Address(addr.to_owned());
        let (host, port) = addr.rsplit_once(':').ok_or_else(refused)?;
        let host = match host.strip_prefix('[') {
            Some(v6) => v6.strip_suffix(']').ok_or_else(refused)?,
            None => host,
        };
        let port: u16 = port.parse().map_err(|_| refused())?;
        if !is_host(host) || port == 0 {
            return Err(refused());
        }
        let port = port.to_string();
        let arguments = self.argv.iter().skip(1);
        Ok(arguments.map(|one| expand(one, host, &port)).collect())
    }
}

/// Whether it is a host's name or address and nothing else: what may be given to a program as
/// an argument, and cannot be taken for an option. An IPv6 address stands without brackets.
#[must_use]
pub fn is_host(host: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | ':');
    host.len() <= MAX_HOST
        && host.starts_with(|c: char| c.is_ascii_alphanumeric() || c == ':')
        && host.chars().all(is_plain)
        && (!host.contains(':') || host.parse::<std::net::Ipv6Addr>().is_ok())
}

fn placeholders(argument: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = argument;
    while let Some(at) = rest.find('%') {
        let length = rest[at..]
            .chars()
            .take(2)
            .map(char::len_utf8)
            .sum::<usize>();
        found.push(&rest[at..at + length]);
        rest = &rest[at + length..];
    }
    found
}

fn expand(argument: &str, host: &str, port: &str) -> String {
    let mut expanded = String::new();
    let mut chars = argument.chars();
    while let Some(c) = chars.next() {
        match (c, c == '%') {
            (_, true) => match chars.next() {
                Some('h') => expanded.push_str(host),
                Some('p') => expanded.push_str(port),
                // `new` lets nothing else pass.
                _ => expanded.push('%'),
            },
            (c, false) => expanded.push(c),
        }
    }
    expanded
}

fn usual_name(program: &str, arguments: &[String]) -> String {
    let program = program.rsplit('/').next().unwrap_or(program);
    let last = arguments.last().filter(|last| !last.contains('%'));
    match last {
        Some(target) if program == "ssh" && !target.starts_with('-') => {
            target.rsplit('@').next().unwrap_or(target).to_owned()
        }
        _ => program.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proxy(argv: &[&str]) -> Result<Proxy, ProxyError> {
        Proxy::new(argv.iter().map(|&part| part.to_owned()).collect(), None)
    }

    #[test]
    fn an_address_is_put_into_the_arguments() {
        let ssh = proxy(&["ssh", "-W", "%h:%p", "op@bastion"]).unwrap();
        assert_eq!((ssh.program(), ssh.name()), ("ssh", "bastion"));
        assert_eq!(
            ssh.arguments("zk1:2181").unwrap(),
            ["-W", "zk1:2181", "op@bastion"]
        );
        let v6 = proxy(&["/bin/nc", "-6", "%h", "%p", "100%%"]).unwrap();
        assert_eq!(v6.name(), "nc");
        assert_eq!(v6.arguments("[::1]:7").unwrap(), ["-6", "::1", "7", "100%"]);
    }

    #[test]
    fn a_host_that_could_be_more_than_a_host_is_refused() {
        let ssh = proxy(&["ssh", "-W", "%h:%p", "bastion"]).unwrap();
        for addr in [
            "-oProxyCommand=x:1",
            "$(id):1",
            "a b:1",
            "a;b:1",
            "a\n:1",
            "zk1",
            "zk1:0",
            "zk1:x",
            "[zk1:1",
            "a%b:1",
            "::1:x",
            ":1",
            "zk\u{e9}:1",
            "a:b:1",
        ] {
            assert_eq!(
                ssh.arguments(addr),
                Err(ProxyError::Address(addr.to_owned()))
            );
        }
    }

    #[test]
    fn a_template_must_lead_to_the_member_asked_for() {
        assert_eq!(proxy(&[]), Err(ProxyError::Empty));
        assert_eq!(proxy(&["", "%h", "%p"]), Err(ProxyError::Empty));
        assert_eq!(proxy(&["nc", "%h", "2181"]), Err(ProxyError::NoAddress));
        let unknown = proxy(&["nc", "%h", "%p", "%r"]);
        assert_eq!(unknown, Err(ProxyError::Placeholder("%r".to_owned())));
        assert_eq!(
            proxy(&["nc", "%h%p%"]),
            Err(ProxyError::Placeholder("%".to_owned()))
        );
    }
}
