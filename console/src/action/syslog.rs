//! A copy of each line of the console's own audit log for the host's syslog, one datagram each:
//! `<priority>zoowarden[pid]: LINE`, as RFC 3164 has it without the time, which the host adds.
//! Members of ours send theirs in the same way (`zoowarden.auditSyslog`).

use std::{io, os::unix::net::UnixDatagram, path::Path};

/// Where a host's syslog listens.
pub const SYSLOG_SOCKET: &str = "/dev/log";
/// Facility `authpriv` (10), severity `notice` (5).
const PRIORITY: u8 = 10 * 8 + 5;
/// What a syslog takes; more is cut there anyway (rsyslog's default).
const MAX_BYTES: usize = 8192;

/// Sends a line.
///
/// # Errors
/// When nobody listens there, or does not take it at once: an action waits for no copy.
pub(super) fn send(socket: &Path, line: &str) -> io::Result<()> {
    let process = std::process::id();
    let mut message = format!("<{PRIORITY}>zoowarden[{process}]: {}", line.trim_end());
    while message.len() > MAX_BYTES {
        message.pop();
    }
    let datagram = UnixDatagram::unbound()?;
    datagram.set_nonblocking(true)?;
    datagram.send_to(message.as_bytes(), socket).map(drop)
}
