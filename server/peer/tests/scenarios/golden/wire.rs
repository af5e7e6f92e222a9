//! The recorded exchanges of a real Apache 3.8.0, and how they are compared: whole replies,
//! decoded, with what differs from run to run replaced.

use std::collections::BTreeMap;

use bytes::{Bytes, BytesMut};
use zoowarden_shared::{
    SessionId, Zxid,
    jute::{Jute, Reader},
    password::session_password,
    proto::{ConnectResponse, MultiResult, OpCode, ReplyHeader, Response, WatcherEvent, xid},
    stat::Stat,
};

/// One exchange: what the client sent, if anything, and what it received.
#[derive(Debug)]
pub(crate) struct Block {
    pub(crate) sent: Option<Bytes>,
    pub(crate) received: Vec<Bytes>,
}

/// The blocks of wire.txt by name.
pub(crate) fn read() -> BTreeMap<String, Block> {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../shared/tests/golden/wire.txt"
    );
    let text = std::fs::read_to_string(path).unwrap();
    let mut blocks = BTreeMap::new();
    let mut current: Option<(String, Block)> = None;
    for line in text.lines() {
        if let Some(name) = line.strip_prefix("# name: ") {
            blocks.extend(current.take());
            let block = Block {
                sent: None,
                received: Vec::new(),
            };
            current = Some((name.to_owned(), block));
        } else if let (Some(hex), Some((_, block))) = (line.strip_prefix("> "), &mut current) {
            block.sent = Some(unhex(hex));
        } else if let (Some(hex), Some((_, block))) = (line.strip_prefix("< "), &mut current) {
            block.received.push(unhex(hex).slice(4..));
        }
    }
    blocks.extend(current);
    blocks
}

fn unhex(hex: &str) -> Bytes {
    (0..hex.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap())
        .collect()
}

/// Apache's sessions and ours that play their parts.
#[derive(Debug, Default)]
pub(crate) struct Sessions {
    ours: BTreeMap<SessionId, SessionId>,
}

impl Sessions {
    pub(crate) fn ours(&self, theirs: SessionId) -> SessionId {
        self.ours.get(&theirs).copied().unwrap_or(theirs)
    }

    /// Compares two answers to a handshake, and learns which session is which.
    pub(crate) fn compare_connect(&mut self, name: &str, theirs: &Bytes, ours: &Bytes) {
        let their = ConnectResponse::from_bytes(theirs.clone()).unwrap();
        let our = ConnectResponse::from_bytes(ours.clone()).unwrap();
        for response in [&their, &our] {
            let password = match response.session_id {
                SessionId::NONE => [0; 16],
                session => session_password(session),
            };
            assert_eq!(response.password.as_deref(), Some(&password[..]), "{name}");
        }
        self.ours.insert(their.session_id, our.session_id);
        let masked = ConnectResponse {
            session_id: self.ours(their.session_id),
            password: our.password.clone(),
            ..their
        };
        assert_eq!(masked.to_bytes(), *ours, "{name}");
    }

    /// A reply or event with what is allowed to differ replaced: times, session ids, the
    /// order of sets, and the zxid of events, which 3.8 does not tell.
    pub(crate) fn normal(&self, op: OpCode, frame: &Bytes) -> Bytes {
        let mut reader = Reader::new(frame.clone());
        let mut header = ReplyHeader::decode(&mut reader).unwrap();
        let body = reader.rest();
        let mut out = BytesMut::new();
        if header.xid == xid::NOTIFICATION {
            header.zxid = Zxid(-1);
            let event = WatcherEvent::from_bytes(body).unwrap();
            header.encode(&mut out);
            event.encode(&mut out);
            return out.freeze();
        }
        header.encode(&mut out);
        if body.is_empty() {
            return out.freeze();
        }
        let mut response = Response::decode(op, &mut Reader::new(body.clone())).unwrap();
        let mut again = BytesMut::new();
        response.encode(&mut again);
        assert_eq!(again, body, "decoding loses nothing");
        self.mask(&mut response);
        response.encode(&mut out);
        out.freeze()
    }

    fn mask(&self, response: &mut Response) {
        match response {
            Response::Create2(response) => self.mask_stat(&mut response.stat),
            Response::Stat(response) => self.mask_stat(&mut response.stat),
            Response::Data(response) => self.mask_stat(&mut response.stat),
            Response::Acl(response) => self.mask_stat(&mut response.stat),
            Response::Children(response) => response.children.sort(),
            Response::Children2(response) => {
                response.children.sort();
                self.mask_stat(&mut response.stat);
            }
            Response::WhoAmI(response) => response
                .client_info
                .sort_by_key(|info| (info.auth_scheme.clone(), info.user.clone())),
            Response::Multi(results) => {
                for result in results {
                    match result {
                        MultiResult::Create2(_, response) => self.mask_stat(&mut response.stat),
                        MultiResult::SetData(response) => self.mask_stat(&mut response.stat),
                        MultiResult::GetData(response) => self.mask_stat(&mut response.stat),
                        MultiResult::GetChildren(response) => response.children.sort(),
                        _ => {}
                    }
                }
            }
            _ => {}
        }
    }

    fn mask_stat(&self, stat: &mut Stat) {
        for time in [&mut stat.ctime, &mut stat.mtime] {
            *time = i64::from(*time > 0);
        }
        stat.ephemeral_owner = self.ours(SessionId(stat.ephemeral_owner)).0;
    }
}
