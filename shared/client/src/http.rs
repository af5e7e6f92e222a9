//! One HTTP request, for a member's AdminServer.

use std::{
    error::Error,
    time::{Duration, SystemTime},
};

use bytes::Bytes;
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::{
    Request,
    body::{Body, Incoming},
    header,
    http::request,
};
use hyper_util::rt::TokioIo;

use crate::{connection::within, connector::Connector, error::ClientError, file_body::FileBody};

/// The longest body taken, bytes (`connections` and `watches` of a busy member are long).
pub const MAX_BODY: usize = 16 << 20;

/// What an AdminServer answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpAnswer {
    /// The HTTP status. Apache's `monitor` answers 500 while the member does not serve.
    pub status: u16,
    /// The body; what is not UTF-8 in it is replaced.
    pub body: String,
    /// When it answered, by its own clock, to the second (`Date`); `None` where it does not say.
    pub at: Option<SystemTime>,
}

/// [`get_by`], plainly.
///
/// # Errors
/// As there.
pub async fn get(addr: &str, path: &str, deadline: Duration) -> Result<HttpAnswer, ClientError> {
    get_by(&Connector::default(), addr, path, deadline).await
}

/// GETs `path` (such as `/commands/monitor`) from `addr` (`host:port`, by default port 8080).
///
/// # Errors
/// [`ClientError::Connect`], [`ClientError::Tls`], [`ClientError::Proxy`],
/// [`ClientError::Http`], [`ClientError::AnswerTooLarge`] above [`MAX_BODY`], or
/// [`ClientError::Deadline`] for all of it together.
pub async fn get_by(
    connector: &Connector,
    addr: &str,
    path: &str,
    deadline: Duration,
) -> Result<HttpAnswer, ClientError> {
    let request = |builder: request::Builder| builder.body(Full::<Bytes>::default());
    let asking = exchange(connector, addr, Request::get(path), request);
    within("an HTTP GET", deadline, asking).await
}

/// The same as who has these credentials: `digest USER:PASSWORD`.
///
/// # Errors
/// As [`get_by`]; [`ClientError::Http`] also where the credentials cannot stand in a header.
pub async fn get_as_by(
    connector: &Connector,
    addr: &str,
    path: &str,
    authorization: &str,
    deadline: Duration,
) -> Result<HttpAnswer, ClientError> {
    let request = |builder: request::Builder| {
        builder
            .header(header::AUTHORIZATION, authorization)
            .body(Full::<Bytes>::default())
    };
    let asking = exchange(connector, addr, Request::get(path), request);
    within("an HTTP GET", deadline, asking).await
}

/// [`post_by`], plainly.
///
/// # Errors
/// As there.
pub async fn post(
    addr: &str,
    path: &str,
    authorization: &str,
    body: Bytes,
    deadline: Duration,
) -> Result<HttpAnswer, ClientError> {
    let connector = Connector::default();
    post_by(&connector, addr, path, authorization, body, deadline).await
}

/// POSTs `body` to `path`, as who has these credentials: `digest USER:PASSWORD`. Nothing is
/// sent twice: after [`ClientError::Deadline`] or [`ClientError::Http`] it may have been done.
///
/// # Errors
/// As [`get_by`]; [`ClientError::Http`] also where the credentials cannot stand in a header.
pub async fn post_by(
    connector: &Connector,
    addr: &str,
    path: &str,
    authorization: &str,
    body: Bytes,
    deadline: Duration,
) -> Result<HttpAnswer, ClientError> {
    let request = |builder: request::Builder| {
        builder
            .header(header::AUTHORIZATION, authorization)
            .body(Full::new(body))
    };
    let asking = exchange(connector, addr, Request::post(path), request);
    within("an HTTP POST", deadline, asking).await
}

/// POSTs the next `len` bytes of a file, which is read as fast as it is taken: however long it
/// is, a few chunks of it are in memory. Otherwise as [`post_by`].
///
/// # Errors
/// As [`post_by`]; [`ClientError::Http`] also where the file cannot be read or is shorter.
pub async fn post_file_by(
    connector: &Connector,
    addr: &str,
    path: &str,
    authorization: &str,
    (file, len): (std::fs::File, u64),
    deadline: Duration,
) -> Result<HttpAnswer, ClientError> {
    let request = |builder: request::Builder| {
        builder
            .header(header::AUTHORIZATION, authorization)
            .body(FileBody::new(file, len))
    };
    let asking = exchange(connector, addr, Request::post(path), request);
    within("an HTTP POST", deadline, asking).await
}

/// POSTs `body` to `path` as nobody: what any console may tell a member of itself.
///
/// # Errors
/// As [`get_by`].
pub async fn tell_by(
    connector: &Connector,
    addr: &str,
    path: &str,
    body: Bytes,
    deadline: Duration,
) -> Result<HttpAnswer, ClientError> {
    let request = |builder: request::Builder| builder.body(Full::new(body));
    let asking = exchange(connector, addr, Request::post(path), request);
    within("an HTTP POST", deadline, asking).await
}

async fn exchange<B>(
    connector: &Connector,
    addr: &str,
    builder: request::Builder,
    request: impl FnOnce(request::Builder) -> hyper::http::Result<Request<B>>,
) -> Result<HttpAnswer, ClientError>
where
    B: Body<Data = Bytes> + 'static,
    B::Error: Into<Box<dyn Error + Send + Sync>>,
{
    let failed = |detail: String| ClientError::Http {
        addr: addr.to_owned(),
        detail,
    };
    let stream = connector.open(addr).await?;
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
        .await
        .map_err(|e| failed(e.to_string()))?;
    let builder = builder
        .header(header::HOST, addr)
        .header(header::CONNECTION, "close");
    let request = request(builder).map_err(|e| failed(e.to_string()))?;
    let answering = async {
        let response = sender
            .send_request(request)
            .await
            .map_err(|e| failed(e.to_string()))?;
        let status = response.status().as_u16();
        let date = response.headers().get(header::DATE);
        let at = date.and_then(|date| httpdate::parse_http_date(date.to_str().ok()?).ok());
        let body = whole(response.into_body()).await;
        let body = body.map_err(|e| match e.downcast_ref::<LengthLimitError>() {
            Some(_) => ClientError::AnswerTooLarge {
                addr: addr.to_owned(),
                max: MAX_BODY,
            },
            None => failed(e.to_string()),
        })?;
        Ok(HttpAnswer { status, body, at })
    };
    // The connection does the I/O; it is driven here, so that a deadline ends both.
    let mut connection = std::pin::pin!(connection);
    let mut answering = std::pin::pin!(answering);
    let mut open = true;
    loop {
        tokio::select! {
            answer = &mut answering => return answer,
            _ = &mut connection, if open => open = false,
        }
    }
}

/// A body as text. It may be megabytes: once, and not in parts and again as a whole.
async fn whole(body: Incoming) -> Result<String, Box<dyn Error + Send + Sync>> {
    let announced = usize::try_from(body.size_hint().lower()).unwrap_or(MAX_BODY);
    let mut bytes = Vec::with_capacity(announced.min(MAX_BODY));
    let mut body = Limited::new(body, MAX_BODY);
    while let Some(frame) = body.frame().await {
        if let Some(data) = frame?.data_ref() {
            bytes.extend_from_slice(data);
        }
    }
    Ok(String::from_utf8(bytes)
        .unwrap_or_else(|fault| String::from_utf8_lossy(fault.as_bytes()).into_owned()))
}
