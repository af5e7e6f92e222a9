//! What opens a session for a lane, blocking: the socket, TLS, the handshake, and who we are.

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    time::Duration,
};

use anyhow::{Context as _, Result, bail};
use bytes::{Bytes, BytesMut};
use zoowarden_client::{Connector, SaslLogin, TlsOver, broken};
use zoowarden_shared::{
    ErrorCode,
    jute::{Jute, Reader},
    password::PASSWORD_LEN,
    proto::{
        AuthRequest, ConnectRequest, ConnectResponse, ReplyHeader, Request, RequestHeader,
        SaslToken, put_frame, xid,
    },
};

use super::wire::Wire;

/// For connecting, and for each answer.
const DEADLINE: Duration = Duration::from_secs(10);
/// Asked for; every request under load keeps the session alive.
const SESSION_TIMEOUT_MS: i32 = 30_000;
/// A handshake's answer is 37 bytes, a challenge at most 2048.
const MAX_ANSWER: usize = 4096;

/// A member to load: as it was written, which certificates are checked by, and where that is.
#[derive(Clone, Debug)]
pub(super) struct Member {
    pub(super) name: String,
    pub(super) addr: SocketAddr,
}

/// Opens a session on `member` and says who we are.
pub(super) fn open(member: &Member, connector: &Connector) -> Result<Wire> {
    let mut socket = TcpStream::connect_timeout(&member.addr, DEADLINE)?;
    socket.set_nodelay(true)?;
    socket.set_read_timeout(Some(DEADLINE))?;
    socket.set_write_timeout(Some(DEADLINE))?;
    let Some(tls) = connector.tls() else {
        greet(&mut socket, connector)?;
        return Ok(Wire::plain(socket)?);
    };
    let mut session = TlsOver::open(tls, &member.name, socket)?;
    // A member says only after the handshake that it refuses our certificate.
    greet(&mut session, connector).map_err(|fault| match fault.downcast() {
        Ok(fault) => broken(&member.name, fault).into(),
        Err(other) => other,
    })?;
    Ok(Wire::secure(session)?)
}

fn greet(stream: &mut (impl Read + Write), connector: &Connector) -> Result<()> {
    shake_hands(stream)?;
    let identity = connector.identity();
    if let Some(secret) = &identity.sasl {
        let wrong = anyhow::Error::msg::<String>;
        let mut login = SaslLogin::new(secret).map_err(wrong)?;
        let challenge = sasl(stream, 1, Bytes::new())?;
        let answer = login.answer(&challenge).map_err(wrong)?;
        let proof = sasl(stream, 2, answer.into())?;
        login.check(&proof).map_err(wrong)?;
    }
    if let Some(secret) = &identity.digest {
        let body = AuthRequest {
            kind: 0,
            scheme: "digest".to_owned(),
            auth: Some(Bytes::copy_from_slice(secret.reveal().as_bytes())),
        };
        exchange(stream, xid::AUTH, &Request::Auth(body)).context("it refuses our identity")?;
    }
    Ok(())
}

fn shake_hands(stream: &mut (impl Read + Write)) -> Result<()> {
    let ask = ConnectRequest {
        timeout_ms: SESSION_TIMEOUT_MS,
        password: Some(Bytes::from_static(&[0; PASSWORD_LEN])),
        read_only: Some(false),
        ..ConnectRequest::default()
    };
    let mut frame = BytesMut::new();
    put_frame(&mut frame, |out| ask.encode(out));
    match ConnectResponse::from_bytes(send(stream, &frame)?) {
        Ok(granted) if granted.timeout_ms > 0 => Ok(()),
        _ => bail!("the server granted no session"),
    }
}

/// One token there, the next one back.
fn sasl(stream: &mut (impl Read + Write), xid: i32, token: Bytes) -> Result<Bytes> {
    let request = Request::Sasl(SaslToken { token: Some(token) });
    let answer = exchange(stream, xid, &request).context("it refuses our SASL identity")?;
    Ok(SaslToken::from_bytes(answer)?.token.unwrap_or_default())
}

/// A request and the body of its reply.
fn exchange(stream: &mut (impl Read + Write), xid: i32, request: &Request) -> Result<Bytes> {
    let mut frame = BytesMut::new();
    put_frame(&mut frame, |out| {
        let op = request.opcode().code();
        RequestHeader { xid, op }.encode(out);
        request.encode(out);
    });
    let mut reader = Reader::new(send(stream, &frame)?);
    let header = ReplyHeader::decode(&mut reader)?;
    match header.err {
        ErrorCode::Ok => Ok(reader.rest()),
        refusal => bail!("{refusal}"),
    }
}

/// A frame there, and the body of the one that answers it.
fn send(stream: &mut (impl Read + Write), frame: &[u8]) -> Result<Bytes> {
    stream.write_all(frame)?;
    stream.flush()?;
    let mut length = [0; 4];
    stream.read_exact(&mut length)?;
    let length = i32::from_be_bytes(length);
    let size = usize::try_from(length).ok();
    let Some(size) = size.filter(|size| *size <= MAX_ANSWER) else {
        bail!("an answer of {length} bytes");
    };
    let mut answer = vec![0; size];
    stream.read_exact(&mut answer)?;
    Ok(answer.into())
}
