//! multi and multiRead: several operations in one request, each behind a small header, an
//! end mark behind the last (`MultiOperationRecord`, `MultiResponse`).

use super::{
    Create2Response, CreateRequest, CreateTtlRequest, ErrorResponse, GetChildrenResponse,
    GetDataResponse, OpCode, PathResponse, PathVersionRequest, PathWatchRequest, SetDataRequest,
    StatResponse,
};
use crate::{
    error::ErrorCode,
    jute::{Jute, JuteError, Reader, Writer, record},
};

record! {
    /// Before each part, and with `done` set after the last.
    #[derive(Copy)]
    pub struct MultiHeader {
        /// The part's kind, -1 at the end or for an error.
        pub op: i32,
        pub done: bool,
        /// In a request always -1.
        pub err: i32,
    }
}

impl MultiHeader {
    const END: Self = Self {
        op: -1,
        done: true,
        err: -1,
    };
}

/// One operation of a multi or multiRead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MultiOp {
    /// create, create2 or createContainer, as the first field says.
    Create(OpCode, CreateRequest),
    CreateTtl(CreateTtlRequest),
    Delete(PathVersionRequest),
    SetData(SetDataRequest),
    Check(PathVersionRequest),
    GetData(PathWatchRequest),
    GetChildren(PathWatchRequest),
}

impl MultiOp {
    /// Its kind.
    #[must_use]
    pub fn opcode(&self) -> OpCode {
        match self {
            Self::Create(op, _) => *op,
            Self::CreateTtl(_) => OpCode::CreateTtl,
            Self::Delete(_) => OpCode::Delete,
            Self::SetData(_) => OpCode::SetData,
            Self::Check(_) => OpCode::Check,
            Self::GetData(_) => OpCode::GetData,
            Self::GetChildren(_) => OpCode::GetChildren,
        }
    }

    /// Whether it only reads. Reads and writes do not mix in one request.
    #[must_use]
    pub fn is_read(&self) -> bool {
        matches!(self, Self::GetData(_) | Self::GetChildren(_))
    }

    pub(super) fn encode_all(ops: &[Self], out: &mut Writer) {
        for op in ops {
            MultiHeader {
                op: op.opcode().code(),
                done: false,
                err: -1,
            }
            .encode(out);
            match op {
                Self::Create(_, body) => body.encode(out),
                Self::CreateTtl(body) => body.encode(out),
                Self::Delete(body) | Self::Check(body) => body.encode(out),
                Self::SetData(body) => body.encode(out),
                Self::GetData(body) | Self::GetChildren(body) => body.encode(out),
            }
        }
        MultiHeader::END.encode(out);
    }

    /// Reads up to the end mark. Reads mixed with writes are an error, as in Apache.
    pub(super) fn decode_all(input: &mut Reader) -> Result<Vec<Self>, JuteError> {
        let mut ops: Vec<Self> = Vec::new();
        loop {
            let header = MultiHeader::decode(input)?;
            if header.done {
                return Ok(ops);
            }
            let unknown = JuteError::BadValue {
                what: "multi operation",
                value: i64::from(header.op),
            };
            let op = OpCode::from_code(header.op).ok_or_else(|| unknown.clone())?;
            let op = match op {
                OpCode::Create | OpCode::Create2 | OpCode::CreateContainer => {
                    Self::Create(op, Jute::decode(input)?)
                }
                OpCode::CreateTtl => Self::CreateTtl(Jute::decode(input)?),
                OpCode::Delete => Self::Delete(Jute::decode(input)?),
                OpCode::SetData => Self::SetData(Jute::decode(input)?),
                OpCode::Check => Self::Check(Jute::decode(input)?),
                OpCode::GetData => Self::GetData(Jute::decode(input)?),
                OpCode::GetChildren => Self::GetChildren(Jute::decode(input)?),
                _ => return Err(unknown),
            };
            if ops
                .first()
                .is_some_and(|first| first.is_read() != op.is_read())
            {
                return Err(unknown);
            }
            ops.push(op);
        }
    }
}

/// The outcome of one operation of a multi or multiRead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MultiResult {
    Create(PathResponse),
    /// Of create2, createContainer, createTTL: as the first field says.
    Create2(OpCode, Create2Response),
    Delete,
    SetData(StatResponse),
    Check,
    GetData(GetDataResponse),
    GetChildren(GetChildrenResponse),
    /// Of a failed multi every part has one: 0 before the culprit, its own code, then
    /// [`ErrorCode::RuntimeInconsistency`]. Of a multiRead only the failed parts.
    Error(ErrorCode),
}

impl MultiResult {
    fn header(&self) -> MultiHeader {
        let (op, err) = match self {
            Self::Create(_) => (OpCode::Create, ErrorCode::Ok),
            Self::Create2(op, _) => (*op, ErrorCode::Ok),
            Self::Delete => (OpCode::Delete, ErrorCode::Ok),
            Self::SetData(_) => (OpCode::SetData, ErrorCode::Ok),
            Self::Check => (OpCode::Check, ErrorCode::Ok),
            Self::GetData(_) => (OpCode::GetData, ErrorCode::Ok),
            Self::GetChildren(_) => (OpCode::GetChildren, ErrorCode::Ok),
            Self::Error(err) => (OpCode::Error, *err),
        };
        MultiHeader {
            op: op.code(),
            done: false,
            err: err.code(),
        }
    }

    pub(super) fn encode_all(results: &[Self], out: &mut Writer) {
        for result in results {
            result.header().encode(out);
            match result {
                Self::Create(body) => body.encode(out),
                Self::Create2(_, body) => body.encode(out),
                Self::Delete | Self::Check => {}
                Self::SetData(body) => body.encode(out),
                Self::GetData(body) => body.encode(out),
                Self::GetChildren(body) => body.encode(out),
                Self::Error(err) => ErrorResponse { err: *err }.encode(out),
            }
        }
        MultiHeader::END.encode(out);
    }

    pub(super) fn decode_all(input: &mut Reader) -> Result<Vec<Self>, JuteError> {
        let mut results = Vec::new();
        loop {
            let header = MultiHeader::decode(input)?;
            if header.done {
                return Ok(results);
            }
            let unknown = JuteError::BadValue {
                what: "multi result",
                value: i64::from(header.op),
            };
            let op = OpCode::from_code(header.op).ok_or_else(|| unknown.clone())?;
            results.push(match op {
                OpCode::Create => Self::Create(Jute::decode(input)?),
                OpCode::Create2 | OpCode::CreateContainer | OpCode::CreateTtl => {
                    Self::Create2(op, Jute::decode(input)?)
                }
                OpCode::Delete => Self::Delete,
                OpCode::SetData => Self::SetData(Jute::decode(input)?),
                OpCode::Check => Self::Check,
                OpCode::GetData => Self::GetData(Jute::decode(input)?),
                OpCode::GetChildren => Self::GetChildren(Jute::decode(input)?),
                OpCode::Error => Self::Error(ErrorResponse::decode(input)?.err),
                _ => return Err(unknown),
            });
        }
    }
}
