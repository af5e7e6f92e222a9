//! Reads of the tree.

use bytes::{BufMut, Bytes, BytesMut};
use zoowarden_shared::{
    ErrorCode,
    acl::{Acl, perms},
    jute::{Jute, Reader, put_bytes},
    proto::{MultiOp, OpCode, Request},
};
use zoowarden_tree::NodeRef;

use super::{Answer, body};
use crate::{auth::user_name, database::may};

impl Answer<'_> {
    /// The znode, if it is there and the asker has one of `perms`.
    fn node(&self, path: &str, perms: i32) -> Result<NodeRef<'_>, ErrorCode> {
        let node = self.db.tree.node(path).ok_or(ErrorCode::NoNode)?;
        if may(self.config, node.acl(), perms, self.asker.auth) {
            Ok(node)
        } else {
            Err(ErrorCode::NoAuth)
        }
    }

    pub(super) fn get_data(&mut self, body: &[u8]) -> Result<usize, ErrorCode> {
        let (path, watch) = body::path_watch(body)?;
        let (xid, zxid) = (self.xid, self.zxid);
        // `node` borrows the database, so that the reply is written beside it.
        let node = self.db.tree.node(&path).ok_or(ErrorCode::NoNode)?;
        if !may(self.config, node.acl(), perms::READ, self.asker.auth) {
            return Err(ErrorCode::NoAuth);
        }
        let len = crate::reply::put_reply(self.out, xid, zxid, ErrorCode::Ok, |out| {
            put_data(out, node);
            node.stat().encode(out);
        });
        if watch {
            self.db.watches.add_data(&path, self.asker.conn);
        }
        Ok(len)
    }

    /// A watch is left whether the znode is there or not. Who may not read it is not told
    /// that it is there (ZOOKEEPER-2590, since 3.9.2).
    pub(super) fn exists(&mut self, body: &[u8]) -> Result<usize, ErrorCode> {
        let (path, watch) = body::path_watch(body)?;
        if path.contains('\0') {
            return Err(ErrorCode::BadArguments);
        }
        let stat = match self.node(&path, perms::READ) {
            Ok(node) => Ok(node.stat()),
            Err(ErrorCode::NoNode) => Err(ErrorCode::NoNode),
            Err(err) => return Err(err),
        };
        if watch {
            self.db.watches.add_data(&path, self.asker.conn);
        }
        let stat = stat?;
        Ok(self.reply(|out| stat.encode(out)))
    }

    pub(super) fn get_children(&mut self, body: &[u8]) -> Result<usize, ErrorCode> {
        self.children(body, false)
    }

    pub(super) fn get_children2(&mut self, body: &[u8]) -> Result<usize, ErrorCode> {
        self.children(body, true)
    }

    fn children(&mut self, body: &[u8], with_stat: bool) -> Result<usize, ErrorCode> {
        let (path, watch) = body::path_watch(body)?;
        let (xid, zxid) = (self.xid, self.zxid);
        let node = self.db.tree.node(&path).ok_or(ErrorCode::NoNode)?;
        if !may(self.config, node.acl(), perms::READ, self.asker.auth) {
            return Err(ErrorCode::NoAuth);
        }
        let len = crate::reply::put_reply(self.out, xid, zxid, ErrorCode::Ok, |out| {
            put_children(out, node);
            if with_stat {
                node.stat().encode(out);
            }
        });
        if watch {
            self.db.watches.add_children(&path, self.asker.conn);
        }
        Ok(len)
    }

    /// Whoever may read a znode sees its ACL, but the hashes of passwords only who may set it.
    pub(super) fn get_acl(&mut self, body: &[u8]) -> Result<usize, ErrorCode> {
        let path = body::path(body)?;
        let node = self.node(&path, perms::READ | perms::ADMIN)?;
        let is_admin = may(self.config, node.acl(), perms::ADMIN, self.asker.auth);
        let mut acl = node.acl().to_vec();
        if !is_admin {
            acl.iter_mut().for_each(mask_digest);
        }
        let stat = node.stat();
        Ok(self.reply(|out| {
            acl.encode(out);
            stat.encode(out);
        }))
    }

    pub(super) fn get_all_children_number(&mut self, body: &[u8]) -> Result<usize, ErrorCode> {
        let path = body::path(body)?;
        let below = self.node(&path, perms::READ)?.descendant_count();
        // Below the empty path Apache counts the root itself too.
        let count = below + usize::from(path.is_empty());
        let count = i32::try_from(count).unwrap_or(i32::MAX);
        Ok(self.reply(|out| out.put_i32(count)))
    }

    pub(super) fn get_ephemerals(&mut self, body: &[u8]) -> Result<usize, ErrorCode> {
        let prefix = body::path(body)?;
        let paths = self.db.tree.ephemerals_under(self.asker.session, &prefix);
        let (xid, zxid) = (self.xid, self.zxid);
        Ok(crate::reply::put_reply(
            self.out,
            xid,
            zxid,
            ErrorCode::Ok,
            |out| {
                put_count(out, paths.len());
                for path in paths {
                    put_bytes(out, path.as_bytes());
                }
            },
        ))
    }

    pub(super) fn sync(&mut self, body: &[u8]) -> Result<usize, ErrorCode> {
        let path = body::path(body)?;
        Ok(self.reply(|out| put_bytes(out, path.as_bytes())))
    }

    pub(super) fn who_am_i(&mut self) -> usize {
        let auth = self.asker.auth;
        self.reply(|out| {
            put_count(out, auth.len());
            for id in auth.iter() {
                put_bytes(out, id.scheme.as_bytes());
                put_bytes(out, user_name(id).as_bytes());
            }
        })
    }

    /// Each part has its own outcome. The watch flags of the parts are ignored, as in Apache.
    pub(super) fn multi_read(&mut self, body: &Bytes) -> Result<usize, ErrorCode> {
        let mut reader = Reader::new(body.clone());
        let request = Request::decode(OpCode::MultiRead.code(), &mut reader);
        let Ok(Request::MultiRead(ops)) = request else {
            return Err(ErrorCode::MarshallingError);
        };
        if ops.iter().any(|op| !op.is_read()) {
            return Err(ErrorCode::MarshallingError);
        }
        let mut results = BytesMut::new();
        for op in &ops {
            self.put_part(op, &mut results);
        }
        put_part_header(&mut results, OpCode::Error, true, -1);
        Ok(self.reply(|out| out.put_slice(&results)))
    }

    fn put_part(&self, op: &MultiOp, out: &mut BytesMut) {
        let (MultiOp::GetData(request) | MultiOp::GetChildren(request)) = op else {
            return;
        };
        match self.node(&request.path, perms::READ) {
            Ok(node) => {
                put_part_header(out, op.opcode(), false, 0);
                if let MultiOp::GetData(_) = op {
                    put_data(out, node);
                    node.stat().encode(out);
                } else {
                    put_children(out, node);
                }
            }
            Err(err) => {
                put_part_header(out, OpCode::Error, false, err.code());
                out.put_i32(err.code());
            }
        }
    }
}

fn put_part_header(out: &mut BytesMut, op: OpCode, done: bool, err: i32) {
    out.put_i32(op.code());
    done.encode(out);
    out.put_i32(err);
}

fn put_data(out: &mut BytesMut, node: NodeRef<'_>) {
    match node.data() {
        Some(data) => put_bytes(out, data),
        None => out.put_i32(-1),
    }
}

fn put_children(out: &mut BytesMut, node: NodeRef<'_>) {
    put_count(out, node.child_count());
    for name in node.children() {
        put_bytes(out, name.as_bytes());
    }
}

fn put_count(out: &mut BytesMut, count: usize) {
    out.put_i32(i32::try_from(count).unwrap_or(i32::MAX));
}

/// `user:hash` becomes `user:x`.
fn mask_digest(acl: &mut Acl) {
    if acl.id.scheme == "digest"
        && let Some(colon) = acl.id.id.find(':')
    {
        acl.id.id.truncate(colon);
        acl.id.id.push_str(":x");
    }
}
