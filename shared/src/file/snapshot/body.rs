//! The body of a snapshot, written part by part.
//!
//! In this order: the number of sessions and the sessions, the number of ACLs and the ACLs,
//! the znodes with parents first, the end mark.

use bytes::BufMut;

use crate::{
    acl::Acl,
    ids::SessionId,
    jute::{Jute, Writer, put_bytes},
    stat::StatPersisted,
};

/// Appends how many entries follow: of sessions, then of ACLs.
pub fn put_count(out: &mut Writer, count: usize) {
    out.put_i32(count as i32);
}

/// Appends a session.
pub fn put_session(out: &mut Writer, session: SessionId, timeout_ms: i32) {
    session.encode(out);
    timeout_ms.encode(out);
}

/// Appends an ACL and its number.
pub fn put_acl(out: &mut Writer, id: i64, acl: &[Acl]) {
    id.encode(out);
    put_count(out, acl.len());
    for entry in acl {
        entry.encode(out);
    }
}

/// Appends a znode. The root's path is empty.
pub fn put_node(out: &mut Writer, path: &str, data: Option<&[u8]>, acl: i64, stat: &StatPersisted) {
    put_bytes(out, path.as_bytes());
    match data {
        None => out.put_i32(-1),
        Some(data) => put_bytes(out, data),
    }
    acl.encode(out);
    stat.encode(out);
}

/// Appends the mark that no znode follows: the path that no znode has.
pub fn put_end(out: &mut Writer) {
    put_bytes(out, b"/");
}
