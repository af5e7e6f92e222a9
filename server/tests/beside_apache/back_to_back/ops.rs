//! Which operations: drawn from a seed, over few paths so that they meet each other.

use bytes::{Bytes, BytesMut};
use zoowarden_shared::{
    ErrorCode, Zxid,
    acl::{Acl, Id, perms},
    jute::Reader,
    proto::{
        AddWatchMode, AddWatchRequest, AuthRequest, CreateMode, CreateRequest, CreateTtlRequest,
        MultiOp, OpCode, PathRequest, PathVersionRequest, PathWatchRequest, Request, Response,
        SetAclRequest, SetDataRequest, SetWatches2Request, SetWatchesRequest, WatcherType,
        WatchesRequest,
    },
};

use crate::session::Exchange;

/// One step of the sequence.
pub(crate) enum Step {
    /// A request of one session.
    Request {
        session: usize,
        op: i32,
        body: Bytes,
    },
    /// The connection is dropped and opened: the same session `again`, or a new one.
    Reconnect { session: usize, again: bool },
}

impl std::fmt::Debug for Step {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Request { session, op, body } => {
                match Request::decode(*op, &mut Reader::new(body.clone())) {
                    Ok(request) => write!(f, "session {session}: {request:?}"),
                    Err(_) => write!(f, "session {session}: opcode {op}, body {body:02x?}"),
                }
            }
            Self::Reconnect { session, again } => {
                write!(f, "session {session}: reconnect, same session: {again}")
            }
        }
    }
}

/// Draws steps, and remembers names that the servers made.
pub(crate) struct Generator {
    random: SplitMix,
    sessions: usize,
    /// Paths with a number that a server appended.
    numbered: Vec<String>,
    /// The last transaction seen, for setWatches.
    last_zxid: Zxid,
}

impl Generator {
    pub(crate) fn new(seed: u64, sessions: usize) -> Self {
        Self {
            random: SplitMix(seed),
            sessions,
            numbered: Vec::new(),
            last_zxid: Zxid::ZERO,
        }
    }

    /// Learns from an answer what later steps may name.
    pub(crate) fn learn(&mut self, op: i32, exchange: &Exchange) {
        let Some((header, body)) = &exchange.reply else {
            return;
        };
        self.last_zxid = header.zxid;
        if OpCode::from_code(op) != Some(OpCode::Create) || header.err != ErrorCode::Ok {
            return;
        }
        if let Ok(Response::Path(created)) =
            Response::decode(OpCode::Create, &mut Reader::new(body.clone()))
            && created.path.len() > 10
            // Nonsense in a quota's znodes ends an Apache server.
            && !created.path.starts_with("/zookeeper")
        {
            self.numbered.push(created.path);
            if self.numbered.len() > 20 {
                self.numbered.remove(0);
            }
        }
    }

    /// The next step.
    pub(crate) fn next_step(&mut self) -> Step {
        let session = self.random.below(self.sessions);
        match self.random.below(400) {
            0..2 => Step::Reconnect {
                session,
                again: true,
            },
            2..4 => self.request_step(session, &Request::CloseSession),
            4..6 => self.malformed(session),
            _ => {
                let request = self.request();
                self.request_step(session, &request)
            }
        }
    }

    fn request_step(&self, session: usize, request: &Request) -> Step {
        Step::Request {
            session,
            op: request.opcode().code(),
            body: encoded(request),
        }
    }

    /// A body that ends too early, or an opcode that nobody knows.
    fn malformed(&mut self, session: usize) -> Step {
        if self.random.below(3) == 0 {
            return Step::Request {
                session,
                op: 4711,
                body: Bytes::new(),
            };
        }
        let request = self.request();
        let mut body = encoded(&request);
        body.truncate(body.len() / 2);
        Step::Request {
            session,
            op: request.opcode().code(),
            body,
        }
    }

    /// Any request but a check outside a multi, which we refuse (`DEVIATIONS.md`).
    fn request(&mut self) -> Request {
        match self.random.below(100) {
            0..22 => self.create(),
            22..28 => Request::CreateTtl(self.create_ttl()),
            28..37 => Request::Delete(self.path_version()),
            37..47 => Request::SetData(self.set_data()),
            47..51 => self.set_acl(),
            51..55 => Request::Exists(self.path_watch()),
            55..61 => Request::GetData(self.path_watch()),
            61..64 => Request::GetChildren(self.path_watch()),
            64..67 => Request::GetChildren2(self.path_watch()),
            67..69 => Request::GetAcl(self.path_request()),
            69..70 => Request::Sync(self.path_request()),
            70..71 => Request::Ping,
            71..78 => Request::Multi(self.multi()),
            78..81 => Request::MultiRead(self.multi_read()),
            81..84 => Request::AddWatch(self.add_watch()),
            84..86 => Request::RemoveWatches(self.remove_watches()),
            86..88 => Request::CheckWatches(WatchesRequest {
                path: self.path(),
                kind: WatcherType::Any as i32,
            }),
            88..90 => Request::GetEphemerals(self.path_request()),
            90..92 => Request::GetAllChildrenNumber(self.path_request()),
            92..93 => Request::WhoAmI,
            93..96 => self.auth(),
            96..97 => self.set_watches(),
            97..98 => Request::DeleteContainer(self.path_request()),
            _ => self.quota(),
        }
    }

    fn create(&mut self) -> Request {
        let op = [OpCode::Create, OpCode::Create2, OpCode::CreateContainer][self.random.below(3)];
        let flags = match (op, self.random.below(30)) {
            (_, 0) => 77,
            (OpCode::CreateContainer, _) => CreateMode::Container.flags(),
            _ => self.random.below(5) as i32,
        };
        Request::Create(op, self.create_request(flags))
    }

    fn create_request(&mut self, flags: i32) -> CreateRequest {
        CreateRequest {
            path: self.path(),
            data: self.data(),
            acl: self.acl(),
            flags,
        }
    }

    fn create_ttl(&mut self) -> CreateTtlRequest {
        CreateTtlRequest {
            path: self.path(),
            data: self.data(),
            acl: self.acl(),
            flags: [5, 5, 6][self.random.below(3)],
            // Long enough that none is due while the test runs; and some impossible ones.
            ttl_ms: [3_600_000, 86_400_000, 0, -5][self.random.below(4)],
        }
    }

    fn set_data(&mut self) -> SetDataRequest {
        SetDataRequest {
            path: self.path(),
            data: self.data(),
            version: self.version(),
        }
    }

    fn set_acl(&mut self) -> Request {
        Request::SetAcl(SetAclRequest {
            path: self.path(),
            acl: self.acl(),
            version: self.version(),
        })
    }

    fn multi(&mut self) -> Vec<MultiOp> {
        (0..self.random.below(5))
            .map(|_| match self.random.below(8) {
                0..3 => {
                    let flags = self.random.below(5) as i32;
                    let op = [OpCode::Create, OpCode::Create2][self.random.below(2)];
                    MultiOp::Create(op, self.create_request(flags))
                }
                3 => MultiOp::CreateTtl(self.create_ttl()),
                4 => MultiOp::Delete(self.path_version()),
                5 => MultiOp::Check(self.path_version()),
                _ => MultiOp::SetData(self.set_data()),
            })
            .collect()
    }

    fn multi_read(&mut self) -> Vec<MultiOp> {
        (0..self.random.below(4))
            .map(|_| {
                let body = PathWatchRequest {
                    path: self.path(),
                    watch: false,
                };
                match self.random.below(2) {
                    0 => MultiOp::GetData(body),
                    _ => MultiOp::GetChildren(body),
                }
            })
            .collect()
    }

    fn auth(&mut self) -> Request {
        let auth = match self.random.below(12) {
            0 => return Request::Auth(auth_request("nonsense", "x")),
            1 => "super:test",
            2..7 => "bob:pw",
            _ => "eve:pw",
        };
        Request::Auth(auth_request("digest", auth))
    }

    fn set_watches(&mut self) -> Request {
        let relative_zxid = Zxid(self.last_zxid.0 - self.random.below(40) as i64);
        let mut paths = |ground: Ground, most| -> Vec<String> {
            let count = self.random.below(most);
            (0..count).map(|_| self.path_on(ground)).collect()
        };
        let data = paths(Ground::Standard, 3);
        let exist = paths(Ground::Standard, 3);
        let child = paths(Ground::Standard, 3);
        let persistent = paths(Ground::Persistent, 2);
        let persistent_recursive = paths(Ground::Recursive, 2);
        if self.random.below(2) == 0 {
            return Request::SetWatches(SetWatchesRequest {
                relative_zxid,
                data,
                exist,
                child,
            });
        }
        Request::SetWatches2(SetWatches2Request {
            relative_zxid,
            data,
            exist,
            child,
            persistent,
            persistent_recursive,
        })
    }

    fn add_watch(&mut self) -> AddWatchRequest {
        let (ground, mode) = match self.random.below(8) {
            0 => (Ground::Persistent, 7),
            1..4 => (Ground::Persistent, AddWatchMode::Persistent as i32),
            _ => (Ground::Recursive, AddWatchMode::PersistentRecursive as i32),
        };
        AddWatchRequest {
            path: self.path_on(ground),
            mode,
        }
    }

    fn remove_watches(&mut self) -> WatchesRequest {
        let path = self.path();
        let kind = match Ground::of(&path) {
            Ground::Standard => 1 + self.random.below(3) as i32,
            Ground::Persistent | Ground::Recursive => WatcherType::Any as i32,
        };
        WatchesRequest { path, kind }
    }

    /// A quota on one of the paths: its branch, or its limits.
    fn quota(&mut self) -> Request {
        // Limits of the root itself end an Apache server: their path has no znode to belong to.
        let ground = [Ground::Persistent, Ground::Recursive][self.random.below(2)];
        let path = self.path_on(ground);
        let path = match self.random.below(3) {
            0 => format!("/zookeeper/quota{path}"),
            1 => format!("/zookeeper/quota{path}/zookeeper_stats"),
            _ => format!("/zookeeper/quota{path}/zookeeper_limits"),
        };
        Request::Create(
            OpCode::Create,
            CreateRequest {
                path,
                data: Some(Bytes::from_static(b"count=3,bytes=100")),
                acl: Acl::open(),
                flags: 0,
            },
        )
    }

    fn path_watch(&mut self) -> PathWatchRequest {
        let path = self.path();
        PathWatchRequest {
            watch: Ground::of(&path) == Ground::Standard && self.random.below(2) == 0,
            path,
        }
    }

    fn path_version(&mut self) -> PathVersionRequest {
        PathVersionRequest {
            path: self.path(),
            version: self.version(),
        }
    }

    fn path_request(&mut self) -> PathRequest {
        PathRequest { path: self.path() }
    }

    fn version(&mut self) -> i32 {
        [-1, -1, -1, 0, 1, 2][self.random.below(6)]
    }

    fn data(&mut self) -> Option<Bytes> {
        match self.random.below(8) {
            0 => None,
            1 => Some(Bytes::new()),
            size => Some(Bytes::from(vec![b'a' + size as u8; size * 9])),
        }
    }

    fn acl(&mut self) -> Vec<Acl> {
        let entry = |perms, scheme, id| Acl {
            perms,
            id: Id::new(scheme, id),
        };
        match self.random.below(24) {
            0 => vec![entry(perms::READ, "world", "anyone")],
            1 => vec![entry(perms::ALL, "auth", "")],
            2 => vec![
                entry(perms::ALL, "digest", "bob:ikIaKsbtGweaHnb/jKn7OHqbunM="),
                entry(perms::READ, "world", "anyone"),
            ],
            3 => vec![entry(perms::ALL, "ip", "127.0.0.0/8")],
            4 => vec![entry(perms::ALL & !perms::DELETE, "ip", "10.0.0.1")],
            5 => vec![entry(perms::ALL, "nonsense", "x")],
            6 => Vec::new(),
            7 => [Acl::open(), Acl::open()].concat(),
            _ => Acl::open(),
        }
    }

    fn path_on(&mut self, ground: Ground) -> String {
        loop {
            let path = self.path();
            if Ground::of(&path) == ground {
                return path;
            }
        }
    }

    fn path(&mut self) -> String {
        match self.random.below(60) {
            0 => return "/".to_owned(),
            1 => return "/zookeeper/config".to_owned(),
            2 => {
                return ["", "nonsense", "/a/", "//a", "/a/../b", "/a\u{1}"][self.random.below(6)]
                    .to_owned();
            }
            3..8 if !self.numbered.is_empty() => {
                let at = self.random.below(self.numbered.len());
                return self.numbered[at].clone();
            }
            _ => {}
        }
        let mut path = String::new();
        for _ in 0..=self.random.below(3) {
            path.push('/');
            path.push_str(["a", "b", "c", "d"][self.random.below(4)]);
        }
        path
    }
}

/// Which mode of watch a path may get: where several stand at one path, 3.8.0 keeps only the
/// last and we keep all (`DEVIATIONS.md`), so each path has one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ground {
    Standard,
    Persistent,
    Recursive,
}

impl Ground {
    fn of(path: &str) -> Self {
        match path.as_bytes() {
            [b'/', b'a', ..] => Self::Persistent,
            [b'/', b'b', ..] => Self::Recursive,
            _ => Self::Standard,
        }
    }
}

/// A request's body.
fn encoded(request: &Request) -> Bytes {
    let mut body = BytesMut::new();
    request.encode(&mut body);
    body.freeze()
}

fn auth_request(scheme: &str, auth: &str) -> AuthRequest {
    AuthRequest {
        kind: 0,
        scheme: scheme.to_owned(),
        auth: Some(Bytes::copy_from_slice(auth.as_bytes())),
    }
}

/// The opcode of an auth packet.
pub(crate) fn auth_code() -> i32 {
    OpCode::Auth.code()
}

/// The credentials that may read everything.
pub(crate) fn super_auth() -> Bytes {
    encoded(&Request::Auth(auth_request("digest", "super:test")))
}

/// Requests that together tell all of one znode.
pub(crate) fn reads_of(path: &str) -> [(i32, Bytes); 3] {
    let watch = PathWatchRequest {
        path: path.to_owned(),
        watch: false,
    };
    let path = PathRequest {
        path: path.to_owned(),
    };
    [
        Request::GetData(watch.clone()),
        Request::GetAcl(path),
        Request::GetChildren2(watch),
    ]
    .map(|request| (request.opcode().code(), encoded(&request)))
}

/// Steele, Lea and Flood's SplitMix64: enough to draw test cases by.
struct SplitMix(u64);

impl SplitMix {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % bound as u64) as usize
    }
}
