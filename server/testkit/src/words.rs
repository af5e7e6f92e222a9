//! What a member says of itself in `srvr` and `mntr`.

use std::{
    collections::HashMap,
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    time::Duration,
};

/// A member's role, as `srvr` names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    Leader,
    Follower,
    Observer,
}

/// One answer to `srvr` of a member that serves.
#[derive(Clone, Copy, Debug)]
pub struct Srvr {
    pub mode: Mode,
    pub zxid: u64,
}

/// `None` where the member does not serve: a role that it has no more is none.
#[must_use]
pub fn srvr(address: SocketAddr) -> Option<Srvr> {
    let text = ask(address, "srvr");
    let value = |name: &str| text.lines().find_map(|line| line.strip_prefix(name));
    let mode = match value("Mode: ")? {
        "leader" => Mode::Leader,
        "follower" => Mode::Follower,
        "observer" => Mode::Observer,
        _ => return None,
    };
    let zxid = u64::from_str_radix(value("Zxid: 0x")?, 16).expect("a hexadecimal zxid");
    Some(Srvr { mode, zxid })
}

/// The lines of `mntr`, without their `zk_`; empty where the member does not serve.
#[must_use]
pub fn mntr(address: SocketAddr) -> HashMap<String, String> {
    let lines = ask(address, "mntr");
    let pair = |line: &str| {
        let (key, value) = line.strip_prefix("zk_")?.split_once('\t')?;
        Some((key.to_owned(), value.to_owned()))
    };
    lines.lines().filter_map(pair).collect()
}

/// The answer to a four-letter word; empty where there is none.
#[must_use]
pub fn ask(address: SocketAddr, word: &str) -> String {
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
