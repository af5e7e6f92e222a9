//! Each server boots from what the other left on disk, killed in the middle of things: the
//! same tree, the same sessions (taken up with their passwords), the same digest.

use zoowarden_shared::proto::{CreateMode, CreateRequest, OpCode, Response};
use zoowarden_shared::{
    SessionId,
    acl::{Acl, Id, perms},
    jute::{Jute, Reader},
};
use zoowarden_testkit::{Kind, Standalone, words};

use crate::{back_to_back::ops, servers, session::Session};

/// A znode as clients see it: path, and the replies to its reads.
type Node = (String, Vec<Vec<u8>>);

#[test]
#[ignore = "needs Java and Debian's zookeeper package: cargo test -p zoowarden-server --test beside_apache -- --ignored interop"]
fn each_boots_from_the_others_files() {
    for order in [
        [Kind::Apache, Kind::Ours, Kind::Apache],
        [Kind::Ours, Kind::Apache, Kind::Ours],
    ] {
        move_through(order);
    }
}

fn move_through(order: [Kind; 3]) {
    let mut server = servers::start(order[0]);
    let mut alive = Session::connect(server.address(), None);
    let mut closed = Session::connect(server.address(), None);
    for (session, name) in [(&mut alive, "alive"), (&mut closed, "closed")] {
        write_some(session, name);
    }
    closed.exchange(OpCode::CloseSession.code(), &[]);
    let mut walker = Session::connect(server.address(), None);
    for kind in &order[1..] {
        // The walk's own session is part of the state that moves.
        let before = walk(&mut walker);
        let from = server.kind();
        server = server.replaced_by(*kind);
        walker = Session::connect(server.address(), Some(&walker));
        let after = walk(&mut walker);
        assert_eq!(before, after, "the tree, from {from:?} to {kind:?}");
        let again = Session::connect(server.address(), Some(&alive));
        assert_eq!(again.id, alive.id, "the session lives on");
        alive = again;
        write_some(&mut alive, &format!("after-{kind:?}"));
        assert_eq!(digest_mismatches(&server), "0", "from {from:?} to {kind:?}");
    }
}

/// Enough writes for several snapshots (both servers take one within 500), znodes of every
/// kind, ACLs, and errors, which take zxids too.
fn write_some(session: &mut Session, name: &str) {
    let mut create = |op, mode: CreateMode, path: String, acl| {
        let body = CreateRequest {
            path,
            data: Some(name.as_bytes().to_vec().into()),
            acl,
            flags: mode.flags(),
        };
        session.exchange(OpCode::code(op), &body.to_bytes());
    };
    let root = format!("/{name}");
    create(
        OpCode::Create,
        CreateMode::Persistent,
        root.clone(),
        Acl::open(),
    );
    create(
        OpCode::Create,
        CreateMode::Persistent,
        root.clone(),
        Acl::open(),
    );
    create(
        OpCode::CreateContainer,
        CreateMode::Container,
        format!("{root}/container"),
        Acl::open(),
    );
    let digest = vec![Acl {
        perms: perms::ALL,
        id: Id::new("digest", "bob:ikIaKsbtGweaHnb/jKn7OHqbunM="),
    }];
    create(
        OpCode::Create,
        CreateMode::Ephemeral,
        format!("{root}/e"),
        digest,
    );
    for _ in 0..700 {
        create(
            OpCode::Create,
            CreateMode::PersistentSequential,
            format!("{root}/n-"),
            Acl::open(),
        );
    }
}

/// Every znode that the session may see, sorted by path.
fn walk(session: &mut Session) -> Vec<Node> {
    session.exchange(ops::auth_code(), &ops::super_auth());
    let mut paths = vec!["/".to_owned()];
    let mut nodes = Vec::new();
    while let Some(path) = paths.pop() {
        let mut replies = Vec::new();
        for (op, body) in ops::reads_of(&path) {
            let exchange = session.exchange(op, &body);
            for child in exchange.children(op) {
                paths.push(format!("{}/{child}", path.trim_end_matches('/')));
            }
            let (header, body) = exchange.reply.expect("a reply");
            assert_eq!(header.err.code(), 0, "{path}");
            let mut response = Response::decode(
                OpCode::from_code(op).expect("a known opcode"),
                &mut Reader::new(body),
            )
            .expect("a response");
            if let Response::Children2(list) = &mut response {
                list.children.sort();
            }
            let mut bytes = bytes::BytesMut::new();
            response.encode(&mut bytes);
            replies.push(bytes.to_vec());
        }
        nodes.push((path, replies));
    }
    nodes.sort();
    nodes
}

/// How often a transaction's digest was not the one that the server computed, on boot and
/// since: both check each one that they apply.
fn digest_mismatches(server: &Standalone) -> String {
    let mut said = words::mntr(server.address());
    said.remove("digest_mismatches_count")
        .expect("mntr counts digest mismatches")
}

#[test]
#[ignore = "needs Java and Debian's zookeeper package: cargo test -p zoowarden-server --test beside_apache -- --ignored interop"]
fn a_session_unknown_to_both_is_refused_by_both() {
    for server in [Kind::Apache, Kind::Ours].map(servers::start) {
        let refused = Session::try_connect(
            server.address(),
            SessionId(0x1234),
            bytes::Bytes::from_static(&[7; 16]),
        );
        assert!(refused.is_none(), "{:?}", server.kind());
    }
}
