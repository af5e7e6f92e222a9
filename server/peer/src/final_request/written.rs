//! The reply to a write, from what its transaction did.

use bytes::{BufMut, BytesMut};
use zoowarden_shared::{
    ErrorCode,
    jute::{Jute, put_bytes},
    proto::OpCode,
    stat::Stat,
};
use zoowarden_tree::{Applied, AppliedPart, DataTree};

use crate::{prep::CONFIG_NODE, reply::put_reply};

/// Appends the reply to a write; its length without the prefix. `op` is what was asked: the
/// transaction of a failed create is no create.
pub(crate) fn put_write_reply(
    out: &mut BytesMut,
    op: OpCode,
    xid: i32,
    (applied, tree): (&Applied, &DataTree),
) -> usize {
    // A multi that failed is a successful reply: its body tells which part failed and how.
    let err = match (op, applied.op) {
        (OpCode::Multi, OpCode::Multi) => ErrorCode::Ok,
        _ => applied.err,
    };
    put_reply(out, xid, applied.zxid, err, |out| {
        if err == ErrorCode::Ok {
            put_body(out, op, applied, tree);
        }
    })
}

fn put_body(out: &mut BytesMut, op: OpCode, applied: &Applied, tree: &DataTree) {
    match op {
        OpCode::Create => put_path(out, applied.path.as_deref()),
        OpCode::Create2 | OpCode::CreateContainer | OpCode::CreateTtl => {
            put_path(out, applied.path.as_deref());
            put_stat(out, applied.stat);
        }
        OpCode::SetData | OpCode::SetAcl => put_stat(out, applied.stat),
        // As getData answers it.
        OpCode::Reconfig => {
            let node = tree.node(CONFIG_NODE);
            let text = node.and_then(|node| node.data()).unwrap_or_default();
            put_bytes(out, text);
            put_stat(out, applied.stat);
        }
        OpCode::Multi => {
            for part in &applied.parts {
                put_part(out, part);
            }
            put_part_header(out, OpCode::Error, true, ErrorCode::Other(-1));
        }
        _ => {}
    }
}

fn put_part(out: &mut BytesMut, part: &AppliedPart) {
    match part.op {
        OpCode::Create => {
            put_part_header(out, OpCode::Create, false, ErrorCode::Ok);
            put_path(out, part.path.as_deref());
        }
        // Whatever is answered with a stat is answered as create2 (`MultiResponse`).
        OpCode::Create2 | OpCode::CreateContainer | OpCode::CreateTtl => {
            put_part_header(out, OpCode::Create2, false, ErrorCode::Ok);
            put_path(out, part.path.as_deref());
            put_stat(out, part.stat);
        }
        OpCode::SetData => {
            put_part_header(out, OpCode::SetData, false, ErrorCode::Ok);
            put_stat(out, part.stat);
        }
        OpCode::Error => {
            put_part_header(out, OpCode::Error, false, part.err);
            out.put_i32(part.err.code());
        }
        op => put_part_header(out, op, false, ErrorCode::Ok),
    }
}

fn put_part_header(out: &mut BytesMut, op: OpCode, done: bool, err: ErrorCode) {
    out.put_i32(op.code());
    done.encode(out);
    out.put_i32(err.code());
}

fn put_path(out: &mut BytesMut, path: Option<&str>) {
    put_bytes(out, path.unwrap_or_default().as_bytes());
}

fn put_stat(out: &mut BytesMut, stat: Option<Stat>) {
    stat.unwrap_or_default().encode(out);
}
