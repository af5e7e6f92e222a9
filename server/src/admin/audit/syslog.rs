//! One datagram to the host's syslog: `<priority>zoowarden[pid]: LINE`, as RFC 3164 has it
//! without the time, which the host adds.

use std::{os::unix::net::UnixDatagram, path::Path};

/// Facility `authpriv` (10), severity `notice` (5).
const PRIORITY: u8 = 10 * 8 + 5;
/// What a syslog takes; more is cut there anyway (rsyslog's default).
const MAX_BYTES: usize = 8192;

/// Sends a line of the audit log. Syslog is a copy: where it does not listen, the member's own
/// log says so, and nothing waits for it.
pub(super) fn send(socket: &Path, line: &str) {
    let mut message = format!(
        "<{PRIORITY}>zoowarden[{}]: {}",
        std::process::id(),
        line.trim_end()
    );
    while message.len() > MAX_BYTES {
        message.pop();
    }
    let sent = UnixDatagram::unbound().and_then(|datagram| {
        // One that is full, or hangs, must not hold up an order.
        datagram.set_nonblocking(true)?;
        datagram.send_to(message.as_bytes(), socket)
    });
    if let Err(fault) = sent {
        tracing::warn!(socket = %socket.display(), %fault, "syslog does not take the audit log");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_arrives_as_one_message() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("log");
        let listening = UnixDatagram::bind(&path).unwrap();
        send(&path, "{\"sequence\":1}\n");
        let mut buffer = [0; 200];
        let len = listening.recv(&mut buffer).unwrap();
        let text = std::str::from_utf8(&buffer[..len]).unwrap();
        assert!(text.starts_with("<85>zoowarden["), "{text}");
        assert!(text.ends_with("]: {\"sequence\":1}"), "{text}");
    }
}
