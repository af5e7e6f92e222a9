//! Calls about the session and the connection themselves.

use std::time::{Duration, Instant};

use bytes::Bytes;
use zoowarden_shared::proto::{AuthRequest, ClientInfo, Request, SaslToken, WhoAmIResponse};

use super::Result;
use crate::Connection;

impl Connection {
    /// auth: adds an identity to this connection.
    ///
    /// # Errors
    /// `AuthFailed`, after which the server hangs up.
    pub async fn add_auth(&self, scheme: &str, credentials: impl Into<Bytes>) -> Result<()> {
        self.call_empty(&Request::Auth(AuthRequest {
            kind: 0,
            scheme: scheme.to_owned(),
            auth: Some(credentials.into()),
        }))
        .await
    }

    /// sasl: one token of a SASL exchange there, the next one back.
    ///
    /// # Errors
    /// `AuthFailed`.
    pub async fn sasl(&self, token: impl Into<Bytes>) -> Result<SaslToken> {
        self.call(&Request::Sasl(SaslToken {
            token: Some(token.into()),
        }))
        .await
    }

    /// whoAmI: the identities that this connection has.
    ///
    /// # Errors
    /// `Unimplemented` before 3.7.
    pub async fn who_am_i(&self) -> Result<Vec<ClientInfo>> {
        let reply = self.call::<WhoAmIResponse>(&Request::WhoAmI).await?;
        Ok(reply.map(|r| r.client_info))
    }

    /// ping: how long the answer took, the time in this process's own queue included.
    ///
    /// # Errors
    /// [`ClientError`], as all calls.
    pub async fn ping(&self) -> Result<Duration> {
        let start = Instant::now();
        let reply = self.call_empty(&Request::Ping).await?;
        Ok(reply.map(|()| start.elapsed()))
    }

    /// closeSession: ends the session, its ephemerals and watches, and the connection.
    ///
    /// # Errors
    /// [`ClientError`], as all calls. Without an answer the session may live on until it
    /// expires.
    pub async fn close(&self) -> Result<()> {
        self.call_empty(&Request::CloseSession).await
    }
}
