//! Any successful reply's body. An error has none.

use super::{
    AllChildrenNumberResponse, Create2Response, ErrorResponse, GetAclResponse,
    GetChildren2Response, GetChildrenResponse, GetDataResponse, MultiResult, OpCode, PathResponse,
    SaslToken, StatResponse, WhoAmIResponse,
};
use crate::jute::{Jute, JuteError, Reader, Writer};

/// A reply's body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Response {
    /// Of delete, ping, auth, closeSession, setWatches, checkWatches, removeWatches,
    /// deleteContainer: nothing.
    Empty,
    /// Of create and sync.
    Path(PathResponse),
    /// Of create2, createContainer, createTTL.
    Create2(Create2Response),
    /// Of exists, setData, setACL.
    Stat(StatResponse),
    /// Of getData and reconfig.
    Data(GetDataResponse),
    /// Of getACL.
    Acl(GetAclResponse),
    /// Of getChildren and getEphemerals.
    Children(GetChildrenResponse),
    /// Of getChildren2.
    Children2(GetChildren2Response),
    /// Of getAllChildrenNumber.
    AllChildrenNumber(AllChildrenNumberResponse),
    /// Of multi and multiRead.
    Multi(Vec<MultiResult>),
    /// Of addWatch.
    Error(ErrorResponse),
    /// Of whoAmI.
    WhoAmI(WhoAmIResponse),
    /// Of sasl.
    Sasl(SaslToken),
}

impl Response {
    /// Reads the body of a successful reply to a request of this kind.
    ///
    /// # Errors
    /// [`JuteError`] where it is none.
    pub fn decode(op: OpCode, input: &mut Reader) -> Result<Self, JuteError> {
        Ok(match op {
            OpCode::Create | OpCode::Sync => Self::Path(Jute::decode(input)?),
            OpCode::Create2 | OpCode::CreateContainer | OpCode::CreateTtl => {
                Self::Create2(Jute::decode(input)?)
            }
            OpCode::Exists | OpCode::SetData | OpCode::SetAcl => Self::Stat(Jute::decode(input)?),
            OpCode::GetData | OpCode::Reconfig => Self::Data(Jute::decode(input)?),
            OpCode::GetAcl => Self::Acl(Jute::decode(input)?),
            OpCode::GetChildren | OpCode::GetEphemerals => Self::Children(Jute::decode(input)?),
            OpCode::GetChildren2 => Self::Children2(Jute::decode(input)?),
            OpCode::GetAllChildrenNumber => Self::AllChildrenNumber(Jute::decode(input)?),
            OpCode::Multi | OpCode::MultiRead => Self::Multi(MultiResult::decode_all(input)?),
            OpCode::AddWatch => Self::Error(Jute::decode(input)?),
            OpCode::WhoAmI => Self::WhoAmI(Jute::decode(input)?),
            OpCode::Sasl => Self::Sasl(Jute::decode(input)?),
            OpCode::Notification
            | OpCode::Delete
            | OpCode::Ping
            | OpCode::Check
            | OpCode::CheckWatches
            | OpCode::RemoveWatches
            | OpCode::DeleteContainer
            | OpCode::Auth
            | OpCode::SetWatches
            | OpCode::SetWatches2
            | OpCode::CreateSession
            | OpCode::CloseSession
            | OpCode::Error => Self::Empty,
        })
    }

    /// Appends the body.
    pub fn encode(&self, out: &mut Writer) {
        match self {
            Self::Empty => {}
            Self::Path(body) => body.encode(out),
            Self::Create2(body) => body.encode(out),
            Self::Stat(body) => body.encode(out),
            Self::Data(body) => body.encode(out),
            Self::Acl(body) => body.encode(out),
            Self::Children(body) => body.encode(out),
            Self::Children2(body) => body.encode(out),
            Self::AllChildrenNumber(body) => body.encode(out),
            Self::Multi(results) => MultiResult::encode_all(results, out),
            Self::Error(body) => body.encode(out),
            Self::WhoAmI(body) => body.encode(out),
            Self::Sasl(body) => body.encode(out),
        }
    }
}
