//! What a member says of itself in `srvr` and `mntr`.

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    time::Duration,
};

/// One answer to `srvr` of a member that serves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Srvr {
    /// Leader or follower, as the answer has it.
    pub(super) mode: String,
    pub(super) zxid: String,
}

impl Srvr {
    pub(super) fn leads(&self) -> bool {
        self.mode == "leader"
    }
}

/// `None` where the member does not serve: a role that it has no more is none.
pub(super) fn srvr(address: SocketAddr) -> Option<Srvr> {
    let text = ask(address, "srvr");
    let value = |name: &str| text.lines().find_map(|line| line.strip_prefix(name));
    let mode = value("Mode: ").filter(|mode| ["leader", "follower"].contains(mode))?;
    Some(Srvr {
        mode: mode.to_owned(),
        zxid: value("Zxid: ")?.to_owned(),
    })
}

/// One figure of `mntr`, its name without `zk_`.
pub(super) fn mntr(address: SocketAddr, name: &str) -> Option<String> {
    let text = ask(address, "mntr");
    let mut pairs = text
        .lines()
        .filter_map(|line| line.strip_prefix("zk_")?.split_once('\t'));
    let (_, value) = pairs.find(|(key, _)| *key == name)?;
    Some(value.to_owned())
}

/// The answer to a four-letter word; empty where there is none.
fn ask(address: SocketAddr, word: &str) -> String {
    let mut text = String::new();
    let patience = Duration::from_secs(2);
    if let Ok(mut stream) = TcpStream::connect_timeout(&address, patience) {
        // A server that is only just starting may accept and never answer.
        let _ = stream.set_read_timeout(Some(patience));
        let _ = stream.write_all(word.as_bytes());
        let _ = stream.read_to_string(&mut text);
    }
    text
}
