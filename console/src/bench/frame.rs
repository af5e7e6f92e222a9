//! Requests as prebuilt bytes: one template for each kind, copied and patched.

use bytes::{Bytes, BytesMut};
use zoowarden_shared::{
    acl::Acl,
    jute::Jute,
    proto::{
        CreateRequest, OpCode, PathVersionRequest, PathWatchRequest, Request, RequestHeader,
        SetDataRequest, put_frame,
    },
};

use super::keys::{node_path, patch};

/// Where in a frame the xid stands: after the length.
const XID_AT: usize = 4;
/// Where the path's bytes begin: after length, xid, opcode and the path's own length.
const PATH_AT: usize = 16;
/// Length, xid, zxid and error: what is looked at of a reply.
pub(super) const REPLY_HEADER: usize = 20;

/// A request of one kind, whose xid and key are patched into each copy.
#[derive(Clone, Debug)]
pub(super) struct Template {
    bytes: Bytes,
    path_end: usize,
}

impl Template {
    /// getData.
    pub(super) fn get(parent: &str) -> Self {
        Self::new(parent, |path| {
            Request::GetData(PathWatchRequest { path, watch: false })
        })
    }

    /// setData of any version.
    pub(super) fn set(parent: &str, data: &Bytes) -> Self {
        Self::new(parent, |path| {
            Request::SetData(SetDataRequest {
                path,
                data: Some(data.clone()),
                version: -1,
            })
        })
    }

    /// create, persistent, open to everybody.
    pub(super) fn create(parent: &str, data: &Bytes) -> Self {
        Self::new(parent, |path| {
            let body = CreateRequest {
                path,
                data: Some(data.clone()),
                acl: Acl::open(),
                flags: 0,
            };
            Request::Create(OpCode::Create, body)
        })
    }

    /// delete of any version.
    pub(super) fn delete(parent: &str) -> Self {
        Self::new(parent, |path| {
            Request::Delete(PathVersionRequest { path, version: -1 })
        })
    }

    fn new(parent: &str, request: impl FnOnce(String) -> Request) -> Self {
        let path = node_path(parent, 0);
        let path_end = PATH_AT + path.len();
        let request = request(path);
        let mut bytes = BytesMut::new();
        put_frame(&mut bytes, |out| {
            RequestHeader {
                xid: 0,
                op: request.opcode().code(),
            }
            .encode(out);
            request.encode(out);
        });
        Self {
            bytes: bytes.freeze(),
            path_end,
        }
    }

    /// Appends the request with this xid for this key.
    pub(super) fn append(&self, out: &mut Vec<u8>, xid: i32, key: u64) {
        let start = out.len();
        out.extend_from_slice(&self.bytes);
        let frame = &mut out[start..];
        frame[XID_AT..XID_AT + 4].copy_from_slice(&xid.to_be_bytes());
        patch(&mut frame[PATH_AT..self.path_end], key);
    }
}

/// What a reply's header says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ReplyHead {
    /// The whole frame's length, prefix included, bytes.
    pub(super) frame: usize,
    pub(super) xid: i32,
    pub(super) err: i32,
}

impl ReplyHead {
    /// The header at the start of `bytes`: `None` where the frame is not whole yet, an error
    /// for a length that no reply of ours has.
    pub(super) fn read(bytes: &[u8], max_frame: usize) -> Result<Option<Self>, i32> {
        let Some(header) = bytes.first_chunk::<REPLY_HEADER>() else {
            return Ok(None);
        };
        let int = |at: usize| {
            i32::from_be_bytes([header[at], header[at + 1], header[at + 2], header[at + 3]])
        };
        let length = int(0);
        let frame = match usize::try_from(length) {
            Ok(body) if body + 4 >= REPLY_HEADER && body + 4 <= max_frame => body + 4,
            _ => return Err(length),
        };
        let head = Self {
            frame,
            xid: int(4),
            err: int(16),
        };
        Ok((bytes.len() >= frame).then_some(head))
    }
}

#[cfg(test)]
mod tests {
    use zoowarden_shared::jute::Reader;

    use super::*;

    #[test]
    fn a_patched_frame_is_the_request_for_its_key() {
        let data = Bytes::from_static(b"data");
        for (template, op) in [
            (Template::get("/p"), OpCode::GetData),
            (Template::set("/p", &data), OpCode::SetData),
            (Template::create("/p", &data), OpCode::Create),
            (Template::delete("/p"), OpCode::Delete),
        ] {
            let mut out = vec![9];
            template.append(&mut out, 42, 1_000_077);
            let mut reader = Reader::new(Bytes::from(out.split_off(1)));
            assert_eq!(
                i32::decode(&mut reader).unwrap() as usize,
                reader.remaining()
            );
            let header = RequestHeader::decode(&mut reader).unwrap();
            assert_eq!((header.xid, header.op), (42, op.code()));
            let request = Request::decode(header.op, &mut reader).unwrap();
            reader.finish().unwrap();
            let path = match request {
                Request::GetData(body) => body.path,
                Request::SetData(body) => body.path,
                Request::Create(_, body) => body.path,
                Request::Delete(body) => body.path,
                other => panic!("{other:?}"),
            };
            assert_eq!(path, node_path("/p", 1_000_077));
        }
    }

    #[test]
    fn replies_are_cut_by_their_length() {
        let mut bytes = vec![0, 0, 0, 17];
        bytes.extend(5_i32.to_be_bytes());
        bytes.extend(8_i64.to_be_bytes());
        bytes.extend((-101_i32).to_be_bytes());
        assert_eq!(ReplyHead::read(&bytes, 100), Ok(None));
        bytes.push(1);
        let head = ReplyHead {
            frame: 21,
            xid: 5,
            err: -101,
        };
        assert_eq!(ReplyHead::read(&bytes, 100), Ok(Some(head)));
        assert_eq!(ReplyHead::read(&bytes, 20), Err(17));
    }
}
