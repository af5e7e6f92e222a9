//! A blocking client that shows every byte: requests can be sent without waiting for replies.

use std::{
    io::{self, Read, Write},
    net::{SocketAddr, TcpStream},
};

use bytes::{Bytes, BytesMut};
use zoowarden_shared::{
    ErrorCode, SessionId, Zxid,
    acl::Acl,
    jute::{Jute, Reader},
    proto::{
        ConnectRequest, ConnectResponse, CreateMode, CreateRequest, GetDataResponse, OpCode,
        PathWatchRequest, ReplyHeader, RequestHeader, SetDataRequest, put_frame,
    },
};

use super::connect;

/// A reply: its header and its body.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) header: ReplyHeader,
    pub(crate) body: Bytes,
}

/// A client connection, with or without a session.
pub(crate) struct RawClient {
    pub(crate) stream: TcpStream,
    pub(crate) session: SessionId,
    pub(crate) timeout_ms: i32,
    pub(crate) password: Bytes,
    xid: i32,
}

impl RawClient {
    /// Connects and opens a session.
    pub(crate) fn with_session(address: SocketAddr, timeout_ms: i32) -> Self {
        Self::try_session(address, timeout_ms).unwrap()
    }

    /// The same, with a server that may be about to come or to go.
    pub(crate) fn try_session(address: SocketAddr, timeout_ms: i32) -> io::Result<Self> {
        let request = ConnectRequest {
            timeout_ms,
            password: Some(vec![0; 16].into()),
            read_only: Some(false),
            ..ConnectRequest::default()
        };
        Self::handshake(address, &request)
    }

    /// Connects with this handshake.
    pub(crate) fn handshake(address: SocketAddr, request: &ConnectRequest) -> io::Result<Self> {
        let mut stream = connect(address);
        let mut frame = BytesMut::new();
        put_frame(&mut frame, |out| request.encode(out));
        stream.write_all(&frame)?;
        let answer = read_frame(&mut stream)?;
        let answer = ConnectResponse::decode(&mut Reader::new(answer)).unwrap();
        Ok(Self {
            stream,
            session: answer.session_id,
            timeout_ms: answer.timeout_ms,
            password: answer.password.unwrap_or_default(),
            xid: 0,
        })
    }

    /// One request as a frame, with the next xid.
    pub(crate) fn frame(&mut self, op: OpCode, body: &impl Jute) -> BytesMut {
        self.xid += 1;
        let header = RequestHeader {
            xid: self.xid,
            op: op.code(),
        };
        let mut frame = BytesMut::new();
        put_frame(&mut frame, |out| {
            header.encode(out);
            body.encode(out);
        });
        frame
    }

    pub(crate) fn send(&mut self, op: OpCode, body: &impl Jute) -> io::Result<i32> {
        let frame = self.frame(op, body);
        self.stream.write_all(&frame)?;
        Ok(self.xid)
    }

    pub(crate) fn receive(&mut self) -> io::Result<Reply> {
        let mut reader = Reader::new(read_frame(&mut self.stream)?);
        let header = ReplyHeader::decode(&mut reader).unwrap();
        Ok(Reply {
            header,
            body: reader.rest(),
        })
    }

    pub(crate) fn ask(&mut self, op: OpCode, body: &impl Jute) -> Reply {
        self.send(op, body).unwrap();
        self.receive().unwrap()
    }

    pub(crate) fn create(&mut self, path: &str, data: &[u8]) -> ErrorCode {
        let request = create_request(path, data);
        self.ask(OpCode::Create, &request).header.err
    }

    pub(crate) fn get(&mut self, path: &str) -> Result<GetDataResponse, ErrorCode> {
        let reply = self.ask(OpCode::GetData, &path_request(path));
        match reply.header.err {
            ErrorCode::Ok => Ok(GetDataResponse::decode(&mut Reader::new(reply.body)).unwrap()),
            err => Err(err),
        }
    }

    pub(crate) fn set(&mut self, path: &str, data: &[u8]) -> (ErrorCode, Zxid) {
        let header = self.ask(OpCode::SetData, &set_request(path, data)).header;
        (header.err, header.zxid)
    }
}

pub(crate) fn create_request(path: &str, data: &[u8]) -> CreateRequest {
    CreateRequest {
        path: path.into(),
        data: Some(Bytes::copy_from_slice(data)),
        acl: Acl::open(),
        flags: CreateMode::Persistent.flags(),
    }
}

pub(crate) fn path_request(path: &str) -> PathWatchRequest {
    PathWatchRequest {
        path: path.into(),
        watch: false,
    }
}

pub(crate) fn set_request(path: &str, data: &[u8]) -> SetDataRequest {
    SetDataRequest {
        path: path.into(),
        data: Some(Bytes::copy_from_slice(data)),
        version: -1,
    }
}

fn read_frame(stream: &mut TcpStream) -> io::Result<Bytes> {
    let mut length = [0; 4];
    stream.read_exact(&mut length)?;
    let mut body = vec![0; u32::from_be_bytes(length) as usize];
    stream.read_exact(&mut body)?;
    Ok(body.into())
}
