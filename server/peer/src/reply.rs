//! Replies and watch events, written straight into the bytes for a connection.

use bytes::{BufMut, BytesMut};
use zoowarden_shared::{
    ErrorCode, Zxid,
    jute::put_bytes,
    proto::{EventType, KeeperState, put_frame, xid},
};

/// Appends a reply; its length without the prefix.
pub(crate) fn put_reply(
    out: &mut BytesMut,
    xid: i32,
    zxid: Zxid,
    err: ErrorCode,
    body: impl FnOnce(&mut BytesMut),
) -> usize {
    let before = out.len();
    put_frame(out, |out| {
        out.put_i32(xid);
        out.put_i64(zxid.0);
        out.put_i32(err.code());
        body(out);
    });
    out.len() - before - 4
}

/// Appends a watch event; its length without the prefix. Its header carries the zxid of the
/// transaction that caused it, as since 3.9, and -1 where none did.
pub(crate) fn put_event(out: &mut BytesMut, zxid: Zxid, kind: EventType, path: &str) -> usize {
    put_reply(out, xid::NOTIFICATION, zxid, ErrorCode::Ok, |out| {
        out.put_i32(kind as i32);
        out.put_i32(KeeperState::SyncConnected as i32);
        put_bytes(out, path.as_bytes());
    })
}
