//! The bodies of transactions, by kind.

use bytes::Bytes;

use crate::{
    acl::Acl,
    error::ErrorCode,
    jute::{Buffer, Jute, JuteError, Reader, Writer, record},
    proto::OpCode,
};

/// create and create2, and createContainer (which has no `ephemeral`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CreateTxn {
    pub path: String,
    pub data: Buffer,
    pub acl: Vec<Acl>,
    /// The header's session owns it.
    pub ephemeral: bool,
    /// The parent's stored cversion after it; -1 in the oldest form, whose reader adds one.
    pub parent_cversion: i32,
}

record! {
    /// createTTL.
    pub struct CreateTtlTxn {
        pub path: String,
        pub data: Buffer,
        pub acl: Vec<Acl>,
        /// The parent's stored cversion after it.
        pub parent_cversion: i32,
        /// Time to live, milliseconds.
        pub ttl_ms: i64,
    }
}
record! {
    /// delete and deleteContainer.
    pub struct DeleteTxn {
        pub path: String,
    }
}
record! {
    /// setData; reconfig, which sets `/zookeeper/config`.
    pub struct SetDataTxn {
        pub path: String,
        pub data: Buffer,
        /// The version after it.
        pub version: i32,
    }
}
record! {
    /// check, within a multi.
    pub struct CheckVersionTxn {
        pub path: String,
        /// The version that was expected, plus one.
        pub version: i32,
    }
}
record! {
    /// setACL.
    pub struct SetAclTxn {
        pub path: String,
        pub acl: Vec<Acl>,
        /// The ACL version after it.
        pub version: i32,
    }
}
record! {
    /// createSession.
    pub struct CreateSessionTxn {
        /// The session's timeout, milliseconds.
        pub timeout_ms: i32,
    }
}
record! {
    /// closeSession, since 3.6: the session's ephemerals as the leader saw them.
    pub struct CloseSessionTxn {
        pub paths_to_delete: Vec<String>,
    }
}
record! {
    /// A write that failed.
    pub struct ErrorTxn {
        pub err: ErrorCode,
    }
}

/// multi: its parts in order. A failed multi is all [`Txn::Error`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MultiTxn {
    pub txns: Vec<Txn>,
}

/// A transaction's body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Txn {
    Create(CreateTxn),
    Create2(CreateTxn),
    CreateContainer(CreateTxn),
    CreateTtl(CreateTtlTxn),
    Delete(DeleteTxn),
    DeleteContainer(DeleteTxn),
    SetData(SetDataTxn),
    Reconfig(SetDataTxn),
    SetAcl(SetAclTxn),
    /// Within a multi.
    Check(CheckVersionTxn),
    Multi(MultiTxn),
    CreateSession(CreateSessionTxn),
    /// `None` from servers before 3.6: the ephemerals are those that the tree knows.
    CloseSession(Option<CloseSessionTxn>),
    Error(ErrorTxn),
}

impl Txn {
    /// Its kind.
    #[must_use]
    pub fn opcode(&self) -> OpCode {
        match self {
            Self::Create(_) => OpCode::Create,
            Self::Create2(_) => OpCode::Create2,
            Self::CreateContainer(_) => OpCode::CreateContainer,
            Self::CreateTtl(_) => OpCode::CreateTtl,
            Self::Delete(_) => OpCode::Delete,
            Self::DeleteContainer(_) => OpCode::DeleteContainer,
            Self::SetData(_) => OpCode::SetData,
            Self::Reconfig(_) => OpCode::Reconfig,
            Self::SetAcl(_) => OpCode::SetAcl,
            Self::Check(_) => OpCode::Check,
            Self::Multi(_) => OpCode::Multi,
            Self::CreateSession(_) => OpCode::CreateSession,
            Self::CloseSession(_) => OpCode::CloseSession,
            Self::Error(_) => OpCode::Error,
        }
    }

    /// Reads a body of this kind from the front of `input`.
    ///
    /// # Errors
    /// [`JuteError`] where it is none, or where no transaction is of that kind.
    pub fn decode(op: OpCode, input: &mut Reader) -> Result<Self, JuteError> {
        Ok(match op {
            OpCode::Create => Self::Create(decode_create(input)?),
            OpCode::Create2 => Self::Create2(decode_create(input)?),
            OpCode::CreateContainer => Self::CreateContainer(CreateTxn {
                path: Jute::decode(input)?,
                data: Jute::decode(input)?,
                acl: Jute::decode(input)?,
                ephemeral: false,
                parent_cversion: Jute::decode(input)?,
            }),
            OpCode::CreateTtl => Self::CreateTtl(Jute::decode(input)?),
            OpCode::Delete => Self::Delete(Jute::decode(input)?),
            OpCode::DeleteContainer => Self::DeleteContainer(Jute::decode(input)?),
            OpCode::SetData => Self::SetData(Jute::decode(input)?),
            OpCode::Reconfig => Self::Reconfig(Jute::decode(input)?),
            OpCode::SetAcl => Self::SetAcl(Jute::decode(input)?),
            OpCode::Check => Self::Check(Jute::decode(input)?),
            OpCode::Multi => Self::Multi(decode_multi(input)?),
            OpCode::CreateSession => Self::CreateSession(Jute::decode(input)?),
            OpCode::CloseSession if input.remaining() == 0 => Self::CloseSession(None),
            OpCode::CloseSession => Self::CloseSession(Some(Jute::decode(input)?)),
            OpCode::Error => Self::Error(Jute::decode(input)?),
            other => {
                return Err(JuteError::BadValue {
                    what: "transaction type",
                    value: i64::from(other.code()),
                });
            }
        })
    }

    /// Appends the body.
    pub fn encode(&self, out: &mut Writer) {
        match self {
            Self::Create(body) | Self::Create2(body) => {
                encode_create_front(body, out);
                body.ephemeral.encode(out);
                body.parent_cversion.encode(out);
            }
            Self::CreateContainer(body) => {
                encode_create_front(body, out);
                body.parent_cversion.encode(out);
            }
            Self::CreateTtl(body) => body.encode(out),
            Self::Delete(body) | Self::DeleteContainer(body) => body.encode(out),
            Self::SetData(body) | Self::Reconfig(body) => body.encode(out),
            Self::SetAcl(body) => body.encode(out),
            Self::Check(body) => body.encode(out),
            Self::Multi(body) => {
                (body.txns.len() as i32).encode(out);
                for txn in &body.txns {
                    txn.opcode().code().encode(out);
                    let mut inner = Writer::new();
                    txn.encode(&mut inner);
                    crate::jute::put_bytes(out, &inner);
                }
            }
            Self::CreateSession(body) => body.encode(out),
            Self::CloseSession(None) => {}
            Self::CloseSession(Some(body)) => body.encode(out),
            Self::Error(body) => body.encode(out),
        }
    }
}

fn encode_create_front(body: &CreateTxn, out: &mut Writer) {
    body.path.encode(out);
    body.data.encode(out);
    body.acl.encode(out);
}

fn decode_create(input: &mut Reader) -> Result<CreateTxn, JuteError> {
    let path = Jute::decode(input)?;
    let data = Jute::decode(input)?;
    let acl = Jute::decode(input)?;
    let ephemeral = Jute::decode(input)?;
    // CreateTxnV0 of the oldest logs ends here.
    let parent_cversion = if input.remaining() < 4 {
        -1
    } else {
        Jute::decode(input)?
    };
    Ok(CreateTxn {
        path,
        data,
        acl,
        ephemeral,
        parent_cversion,
    })
}

fn decode_multi(input: &mut Reader) -> Result<MultiTxn, JuteError> {
    let count = input.length()?.unwrap_or(0);
    let mut txns = Vec::with_capacity(count.min(256));
    for _ in 0..count {
        let code = i32::decode(input)?;
        let unknown = JuteError::BadValue {
            what: "type of a multi's part",
            value: i64::from(code),
        };
        let op = OpCode::from_code(code)
            // A multi within a multi would let input choose the depth of our recursion.
            .filter(|op| *op != OpCode::Multi)
            .ok_or(unknown)?;
        let body: Bytes = Buffer::decode(input)?.unwrap_or_default();
        let mut body = Reader::new(body);
        txns.push(Txn::decode(op, &mut body)?);
        body.finish()?;
    }
    Ok(MultiTxn { txns })
}
