//! The clients of one member: cons, the `Clients:` lines of stat, the AdminServer's
//! `connections`.

use std::fmt;

use serde::{
    Deserialize, Deserializer, Serialize,
    de::{SeqAccess, Visitor},
};
use serde_json::{Map, Value};

use super::{
    answer::{AdminRefusal, no_object, refusal},
    fields::{ObjectExt, number, session_id, zxid},
};
use crate::ids::{SessionId, Zxid};

/// One open connection. What `stat` leaves out is `None`, and so is all about the session on
/// a connection that has none (a four-letter word's own).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ClientConnection {
    /// `address:port` of the client.
    pub remote: String,
    /// Its session.
    pub session: Option<SessionId>,
    /// The session's timeout, milliseconds.
    pub timeout_ms: Option<i64>,
    /// Requests of it in the pipeline.
    pub queued: Option<i64>,
    /// Requests and pings received.
    pub received: Option<i64>,
    /// Replies and events sent.
    pub sent: Option<i64>,
    /// The last operation, in Apache's four letters (`GETD`, `PING`).
    pub last_op: Option<String>,
    /// When it connected, Unix milliseconds.
    pub established_ms: Option<i64>,
    /// The xid of the last request; -2 where that was a ping.
    pub last_cxid: Option<i64>,
    /// The zxid of the last reply.
    pub last_zxid: Option<Zxid>,
    /// When the last reply was sent, milliseconds of the member's own monotonic clock.
    pub last_response_ms: Option<i64>,
    /// Latency of the last request, milliseconds.
    pub last_latency_ms: Option<i64>,
    /// The least since it connected.
    pub min_latency_ms: Option<i64>,
    /// The mean.
    pub avg_latency_ms: Option<i64>,
    /// The greatest.
    pub max_latency_ms: Option<i64>,
    /// Whether it came over TLS (only `connections` tells).
    pub secure: Option<bool>,
    /// What it watches; only `connections` of members of ours tells.
    pub watches: Option<i64>,
}

/// cons, and the clients' lines of stat:
/// `/127.0.0.1:52498[1](queued=0,recved=138,sent=138,sid=0x1...,lop=PING,...)`.
#[must_use]
pub fn parse_cons(text: &str) -> Vec<ClientConnection> {
    text.lines().filter_map(parse_line).collect()
}

fn parse_line(line: &str) -> Option<ClientConnection> {
    let (who, facts) = line.trim().strip_suffix(')')?.split_once('(')?;
    // Interest ops stand in brackets after the address, which may be bracketed itself.
    let (remote, _interest) = who.rsplit_once('[')?;
    // Java writes `name/address`, the name often empty.
    let remote = remote.rsplit('/').next()?;
    let mut client = ClientConnection {
        remote: remote.to_owned(),
        ..ClientConnection::default()
    };
    for fact in facts.split(',') {
        let Some((key, value)) = fact.split_once('=') else {
            continue;
        };
        match key {
            "queued" => client.queued = number(value),
            "recved" => client.received = number(value),
            "sent" => client.sent = number(value),
            "sid" => client.session = session_id(value).filter(|id| *id != SessionId::NONE),
            "lop" => client.last_op = Some(value.to_owned()),
            "est" => client.established_ms = number(value),
            "to" => client.timeout_ms = number(value),
            // Written as Java writes a negative number in hexadecimal.
            "lcxid" => client.last_cxid = zxid(value).map(|xid| i64::from(xid.0 as i32)),
            "lzxid" => client.last_zxid = zxid(value),
            "lresp" => client.last_response_ms = number(value),
            "llat" => client.last_latency_ms = number(value),
            "minlat" => client.min_latency_ms = number(value),
            "avglat" => client.avg_latency_ms = number(value),
            "maxlat" => client.max_latency_ms = number(value),
            _ => {}
        }
    }
    Some(client)
}

/// The AdminServer's answer to `connections`, plain and secure.
///
/// Entry by entry: of tens of thousands, the JSON would take twenty times their place.
///
/// # Errors
/// As [`super::admin_object`].
pub fn parse_connections_json(
    status: u16,
    body: &str,
) -> Result<Vec<ClientConnection>, AdminRefusal> {
    let Ok(answer) = serde_json::from_str::<Answer>(body) else {
        return Err(no_object(status, body));
    };
    if let Some(refusal) = refusal(status, answer.error.as_ref()) {
        return Err(refusal);
    }
    let mut clients = answer.connections.0;
    clients.extend(answer.secure_connections.0);
    Ok(clients)
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Answer {
    error: Option<Value>,
    connections: List<false>,
    secure_connections: List<true>,
}

/// Connections that came over TLS, or plainly.
#[derive(Default)]
struct List<const SECURE: bool>(Vec<ClientConnection>);

impl<'de, const SECURE: bool> Deserialize<'de> for List<SECURE> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Self::default())
    }
}

impl<'de, const SECURE: bool> Visitor<'de> for List<SECURE> {
    type Value = Self;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of connections")
    }

    fn visit_unit<E>(self) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut entries: A) -> Result<Self, A::Error> {
        while let Some(entry) = entries.next_element::<Value>()? {
            let entry = entry.as_object();
            self.0
                .extend(entry.and_then(|entry| connection(entry, SECURE)));
        }
        self.0.shrink_to_fit();
        Ok(self)
    }
}

fn connection(entry: &Map<String, Value>, secure: bool) -> Option<ClientConnection> {
    Some(ClientConnection {
        remote: entry.text("remote_socket_address")?.to_owned(),
        session: entry.int("session_id").map(SessionId),
        timeout_ms: entry.int("session_timeout"),
        queued: entry.int("outstanding_requests"),
        received: entry.int("packets_received"),
        sent: entry.int("packets_sent"),
        last_op: entry.text("last_operation").map(str::to_owned),
        established_ms: entry.int("established"),
        last_cxid: entry.int("last_cxid"),
        last_zxid: entry.int("last_zxid").map(Zxid),
        last_response_ms: entry.int("last_response_time"),
        last_latency_ms: entry.int("last_latency"),
        min_latency_ms: entry.int("min_latency"),
        avg_latency_ms: entry.int("avg_latency"),
        max_latency_ms: entry.int("max_latency"),
        secure: Some(secure),
        watches: entry.int("watch_count"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_every_kind_are_read() {
        for (line, remote) in [
            (" /10.0.0.1:5[1](queued=0)", "10.0.0.1:5"),
            (" /[0:0:0:0:0:0:0:1]:5[0](queued=0)", "[0:0:0:0:0:0:0:1]:5"),
            (" host.example/10.0.0.1:5[1](queued=0)", "10.0.0.1:5"),
        ] {
            assert_eq!(parse_cons(line)[0].remote, remote);
        }
        assert!(parse_cons("Clients:\n\nno client\n(a)\n").is_empty());
    }

    #[test]
    fn an_answer_is_read_as_far_as_it_can_be() {
        let body = r#"{"command":"connections","error":null,
            "connections":[{"remote_socket_address":"a:1","session_id":7,"watch_count":4,"new":[1]},{},3],
            "secure_connections":[{"remote_socket_address":"b:2","session_id":"?"}]}"#;
        let clients = parse_connections_json(200, body).unwrap();
        let told =
            |client: &ClientConnection| (client.remote.clone(), client.session, client.secure);
        assert_eq!(clients[0].watches, Some(4));
        assert_eq!(clients[1].watches, None);
        let told: Vec<_> = clients.iter().map(told).collect();
        assert_eq!(
            told,
            [
                ("a:1".to_owned(), Some(SessionId(7)), Some(false)),
                ("b:2".to_owned(), None, Some(true))
            ]
        );
        assert_eq!(parse_connections_json(200, "{}"), Ok(Vec::new()));
        assert_eq!(
            parse_connections_json(200, "<html>"),
            Err(AdminRefusal::NotAnAdminServer { status: 200 })
        );
        assert_eq!(
            parse_connections_json(200, r#"{"error":"no"}"#),
            Err(AdminRefusal::Error("no".to_owned()))
        );
    }

    #[test]
    fn a_pings_cxid_is_negative() {
        let clients = parse_cons(" /a:1[1](lcxid=0xfffffffffffffffe,lzxid=0xffffffffffffffff)");
        assert_eq!(clients[0].last_cxid, Some(-2));
        assert_eq!(clients[0].last_zxid, Some(Zxid(-1)));
    }
}
