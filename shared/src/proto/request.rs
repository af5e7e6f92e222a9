//! Any request's body.

use super::{
    AddWatchRequest, AuthRequest, CreateRequest, CreateTtlRequest, MultiOp, OpCode, PathRequest,
    PathVersionRequest, PathWatchRequest, ReconfigRequest, SaslToken, SetAclRequest,
    SetDataRequest, SetWatches2Request, SetWatchesRequest, WatchesRequest,
};
use crate::jute::{Jute, JuteError, Reader, Writer};

/// Why a request cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RequestError {
    /// No client may send this opcode, or nobody knows it.
    #[error("unknown opcode {0}")]
    UnknownOpcode(i32),
    /// The body is not one of its kind.
    #[error("malformed {op} request: {source}")]
    Malformed {
        /// The kind of request.
        op: &'static str,
        /// What is wrong with it.
        source: JuteError,
    },
}

/// A request's body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Request {
    /// create, create2 or createContainer: the opcode decides the reply.
    Create(OpCode, CreateRequest),
    CreateTtl(CreateTtlRequest),
    Delete(PathVersionRequest),
    DeleteContainer(PathRequest),
    Exists(PathWatchRequest),
    GetData(PathWatchRequest),
    SetData(SetDataRequest),
    GetAcl(PathRequest),
    SetAcl(SetAclRequest),
    GetChildren(PathWatchRequest),
    GetChildren2(PathWatchRequest),
    Sync(PathRequest),
    Ping,
    /// Outside a multi, where it has no business.
    Check(PathVersionRequest),
    Multi(Vec<MultiOp>),
    MultiRead(Vec<MultiOp>),
    Reconfig(ReconfigRequest),
    CheckWatches(WatchesRequest),
    RemoveWatches(WatchesRequest),
    Auth(AuthRequest),
    SetWatches(SetWatchesRequest),
    SetWatches2(SetWatches2Request),
    Sasl(SaslToken),
    GetEphemerals(PathRequest),
    GetAllChildrenNumber(PathRequest),
    AddWatch(AddWatchRequest),
    WhoAmI,
    CloseSession,
}

impl Request {
    /// Its opcode.
    #[must_use]
    pub fn opcode(&self) -> OpCode {
        match self {
            Self::Create(op, _) => *op,
            Self::CreateTtl(_) => OpCode::CreateTtl,
            Self::Delete(_) => OpCode::Delete,
            Self::DeleteContainer(_) => OpCode::DeleteContainer,
            Self::Exists(_) => OpCode::Exists,
            Self::GetData(_) => OpCode::GetData,
            Self::SetData(_) => OpCode::SetData,
            Self::GetAcl(_) => OpCode::GetAcl,
            Self::SetAcl(_) => OpCode::SetAcl,
            Self::GetChildren(_) => OpCode::GetChildren,
            Self::GetChildren2(_) => OpCode::GetChildren2,
            Self::Sync(_) => OpCode::Sync,
            Self::Ping => OpCode::Ping,
            Self::Check(_) => OpCode::Check,
            Self::Multi(_) => OpCode::Multi,
            Self::MultiRead(_) => OpCode::MultiRead,
            Self::Reconfig(_) => OpCode::Reconfig,
            Self::CheckWatches(_) => OpCode::CheckWatches,
            Self::RemoveWatches(_) => OpCode::RemoveWatches,
            Self::Auth(_) => OpCode::Auth,
            Self::SetWatches(_) => OpCode::SetWatches,
            Self::SetWatches2(_) => OpCode::SetWatches2,
            Self::Sasl(_) => OpCode::Sasl,
            Self::GetEphemerals(_) => OpCode::GetEphemerals,
            Self::GetAllChildrenNumber(_) => OpCode::GetAllChildrenNumber,
            Self::AddWatch(_) => OpCode::AddWatch,
            Self::WhoAmI => OpCode::WhoAmI,
            Self::CloseSession => OpCode::CloseSession,
        }
    }

    /// Reads the body of a request of this opcode. Bytes left over are ignored, as Apache
    /// ignores them.
    ///
    /// # Errors
    /// [`RequestError`]: an opcode that no client may send, or a body that is none of its kind.
    pub fn decode(code: i32, input: &mut Reader) -> Result<Self, RequestError> {
        let op = OpCode::from_code(code).ok_or(RequestError::UnknownOpcode(code))?;
        let malformed = |source| RequestError::Malformed {
            op: op.name(),
            source,
        };
        let request: Result<Self, JuteError> = match op {
            OpCode::Create | OpCode::Create2 | OpCode::CreateContainer => {
                Jute::decode(input).map(|body| Self::Create(op, body))
            }
            OpCode::CreateTtl => Jute::decode(input).map(Self::CreateTtl),
            OpCode::Delete => Jute::decode(input).map(Self::Delete),
            OpCode::DeleteContainer => Jute::decode(input).map(Self::DeleteContainer),
            OpCode::Exists => Jute::decode(input).map(Self::Exists),
            OpCode::GetData => Jute::decode(input).map(Self::GetData),
            OpCode::SetData => Jute::decode(input).map(Self::SetData),
            OpCode::GetAcl => Jute::decode(input).map(Self::GetAcl),
            OpCode::SetAcl => Jute::decode(input).map(Self::SetAcl),
            OpCode::GetChildren => Jute::decode(input).map(Self::GetChildren),
            OpCode::GetChildren2 => Jute::decode(input).map(Self::GetChildren2),
            OpCode::Sync => Jute::decode(input).map(Self::Sync),
            OpCode::Ping => Ok(Self::Ping),
            OpCode::Check => Jute::decode(input).map(Self::Check),
            OpCode::Multi => MultiOp::decode_all(input).map(Self::Multi),
            OpCode::MultiRead => MultiOp::decode_all(input).map(Self::MultiRead),
            OpCode::Reconfig => Jute::decode(input).map(Self::Reconfig),
            OpCode::CheckWatches => Jute::decode(input).map(Self::CheckWatches),
            OpCode::RemoveWatches => Jute::decode(input).map(Self::RemoveWatches),
            OpCode::Auth => Jute::decode(input).map(Self::Auth),
            OpCode::SetWatches => Jute::decode(input).map(Self::SetWatches),
            OpCode::SetWatches2 => Jute::decode(input).map(Self::SetWatches2),
            OpCode::Sasl => Jute::decode(input).map(Self::Sasl),
            OpCode::GetEphemerals => Jute::decode(input).map(Self::GetEphemerals),
            OpCode::GetAllChildrenNumber => Jute::decode(input).map(Self::GetAllChildrenNumber),
            OpCode::AddWatch => Jute::decode(input).map(Self::AddWatch),
            OpCode::WhoAmI => Ok(Self::WhoAmI),
            OpCode::CloseSession => Ok(Self::CloseSession),
            OpCode::Notification | OpCode::CreateSession | OpCode::Error => {
                return Err(RequestError::UnknownOpcode(code));
            }
        };
        request.map_err(malformed)
    }

    /// Appends the body.
    pub fn encode(&self, out: &mut Writer) {
        match self {
            Self::Create(_, body) => body.encode(out),
            Self::CreateTtl(body) => body.encode(out),
            Self::Delete(body) | Self::Check(body) => body.encode(out),
            Self::Exists(body)
            | Self::GetData(body)
            | Self::GetChildren(body)
            | Self::GetChildren2(body) => body.encode(out),
            Self::SetData(body) => body.encode(out),
            Self::DeleteContainer(body)
            | Self::GetAcl(body)
            | Self::Sync(body)
            | Self::GetEphemerals(body)
            | Self::GetAllChildrenNumber(body) => body.encode(out),
            Self::SetAcl(body) => body.encode(out),
            Self::Multi(ops) | Self::MultiRead(ops) => MultiOp::encode_all(ops, out),
            Self::Reconfig(body) => body.encode(out),
            Self::CheckWatches(body) | Self::RemoveWatches(body) => body.encode(out),
            Self::Auth(body) => body.encode(out),
            Self::SetWatches(body) => body.encode(out),
            Self::SetWatches2(body) => body.encode(out),
            Self::Sasl(body) => body.encode(out),
            Self::AddWatch(body) => body.encode(out),
            Self::Ping | Self::WhoAmI | Self::CloseSession => {}
        }
    }
}
