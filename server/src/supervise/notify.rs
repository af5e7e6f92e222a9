//! What systemd is told (`sd_notify`): one datagram each, and nothing where it does not listen.

use std::{
    env, io,
    os::{
        linux::net::SocketAddrExt as _,
        unix::{
            ffi::OsStrExt as _,
            net::{SocketAddr, UnixDatagram},
        },
    },
    path::Path,
    time::Duration,
};

/// systemd's socket, where this process runs under it.
#[derive(Debug)]
pub(crate) struct Notifier {
    socket: UnixDatagram,
    to: SocketAddr,
}

impl Notifier {
    /// The socket that `NOTIFY_SOCKET` names: a path, or an abstract name behind an `@`.
    pub(crate) fn from_env() -> Option<Self> {
        let name = env::var_os("NOTIFY_SOCKET")?;
        let opened = Self::open(name.as_bytes());
        if let Err(fault) = &opened {
            tracing::warn!("cannot tell systemd anything: {fault}");
        }
        opened.ok()
    }

    fn open(name: &[u8]) -> io::Result<Self> {
        let to = match name {
            [b'@', name @ ..] => SocketAddr::from_abstract_name(name)?,
            path => SocketAddr::from_pathname(Path::new(std::ffi::OsStr::from_bytes(path)))?,
        };
        let socket = UnixDatagram::unbound()?;
        socket.set_nonblocking(true)?;
        Ok(Self { socket, to })
    }

    /// It serves.
    pub(crate) fn ready(&self) {
        self.tell("READY=1");
    }

    /// It was told to end.
    pub(crate) fn stopping(&self) {
        self.tell("STOPPING=1");
    }

    /// It is alive.
    pub(crate) fn alive(&self) {
        self.tell("WATCHDOG=1");
    }

    fn tell(&self, what: &str) {
        // systemd that does not read is not our affair.
        let _ = self.socket.send_to_addr(what.as_bytes(), &self.to);
    }
}

/// How often systemd wants to hear that this process is alive: twice as often as
/// `WATCHDOG_USEC` says, where that is meant for it (`WATCHDOG_PID`).
pub(crate) fn watchdog_period() -> Option<Duration> {
    let number = |name| env::var(name).ok()?.parse::<u64>().ok();
    let is_ours = number("WATCHDOG_PID").is_none_or(|pid| pid == u64::from(std::process::id()));
    let period_us = number("WATCHDOG_USEC").filter(|us| *us > 0)?;
    is_ours.then(|| Duration::from_micros(period_us / 2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_told_arrives_at_a_path_and_at_an_abstract_name() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("notify");
        let listener = UnixDatagram::bind(&path).unwrap();
        let hear = |listener: &UnixDatagram| {
            let mut bytes = [0; 64];
            let count = listener.recv(&mut bytes).unwrap();
            String::from_utf8_lossy(&bytes[..count]).into_owned()
        };
        let notifier = Notifier::open(path.as_os_str().as_bytes()).unwrap();
        notifier.ready();
        notifier.alive();
        assert_eq!(hear(&listener), "READY=1");
        assert_eq!(hear(&listener), "WATCHDOG=1");

        let name = format!("zoowarden-test-{}", std::process::id());
        let address = SocketAddr::from_abstract_name(&name).unwrap();
        let listener = UnixDatagram::bind_addr(&address).unwrap();
        let notifier = Notifier::open(format!("@{name}").as_bytes()).unwrap();
        notifier.stopping();
        assert_eq!(hear(&listener), "STOPPING=1");
    }
}
