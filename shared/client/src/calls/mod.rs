//! Typed calls: one method of [`Connection`] for every opcode that a client may send.
//!
//! ```text
//!   write     create..., delete, setData, setACL, multi, reconfig
//!   read      exists, getData, getACL, getChildren..., getEphemerals, sync, multiRead
//!   watches   addWatch, checkWatches, removeWatches, setWatches...
//!   session   auth, sasl, whoAmI, ping, closeSession
//! ```
//!
//! Every one of them may fail as [`ClientError`] says: [`ClientError::Server`] for the
//! server's own errors, [`ClientError::Deadline`] or [`ClientError::Ended`] where the outcome
//! is unknown, [`ClientError::RequestTooLarge`] and [`ClientError::BadReply`].

mod read;
mod session;
mod watches;
mod write;

use zoowarden_shared::{
    ErrorCode, Zxid,
    jute::{Jute, JuteError, Reader},
    proto::{MultiResult, OpCode, Request, Response},
};

use crate::{Connection, error::ClientError};

/// A successful answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply<T> {
    /// The transaction of a write; of a read, the last that the server had applied.
    pub zxid: Zxid,
    /// What was asked for.
    pub value: T,
}

impl<T> Reply<T> {
    fn map<U>(self, change: impl FnOnce(T) -> U) -> Reply<U> {
        Reply {
            zxid: self.zxid,
            value: change(self.value),
        }
    }
}

type Result<T> = std::result::Result<Reply<T>, ClientError>;

/// The expected version that matches any.
const ANY_VERSION: i32 = -1;

impl Connection {
    /// Any request, with its answer as it came.
    ///
    /// # Errors
    /// [`ClientError`], as all calls.
    pub async fn request(&self, request: &Request) -> Result<Response> {
        self.call_with(request, Response::decode).await
    }

    async fn call<T: Jute>(&self, request: &Request) -> Result<T> {
        self.call_with(request, |_, body| T::decode(body)).await
    }

    async fn call_empty(&self, request: &Request) -> Result<()> {
        self.call_with(request, |_, _| Ok(())).await
    }

    async fn call_multi(&self, request: &Request) -> Result<Vec<MultiResult>> {
        self.call_with(request, |op, body| match Response::decode(op, body)? {
            Response::Multi(results) => Ok(results),
            _ => Err(JuteError::BadValue {
                what: "kind of a multi's response",
                value: i64::from(op.code()),
            }),
        })
        .await
    }

    /// Bytes after the body are ignored: a later version may add fields.
    async fn call_with<T>(
        &self,
        request: &Request,
        decode: impl FnOnce(OpCode, &mut Reader) -> std::result::Result<T, JuteError>,
    ) -> Result<T> {
        let op = request.opcode();
        let (header, body) = self.exchange(request).await?;
        if header.err != ErrorCode::Ok {
            return Err(ClientError::Server {
                op,
                code: header.err,
                zxid: header.zxid,
            });
        }
        match decode(op, &mut Reader::new(body)) {
            Ok(value) => Ok(Reply {
                zxid: header.zxid,
                value,
            }),
            Err(source) => Err(ClientError::BadReply { op, source }),
        }
    }
}
