//! The AdminServer's port, and the one for metrics.

use std::{collections::HashMap, io, net::SocketAddr, sync::Arc, time::Duration};

use axum::{
    Extension, Json, Router,
    body::Body,
    extract::{DefaultBodyLimit, FromRequestParts, Path, Query, State},
    http::{HeaderMap, Method, StatusCode, Uri, header, request::Parts},
    response::{Html, IntoResponse, Response},
    routing::get,
};
use bytes::Bytes;
use hyper::{
    body::Incoming,
    server::conn::http1,
    service::{Service, service_fn},
};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    service::TowerToHyperService,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use serde_json::Map;
use zoowarden_shared::admin::{
    AUDIT_PATH, CONSOLES_PATH, SNAPSHOTS_PATH, STREAM_PATH, SUPERVISOR_PATH,
};

use super::{
    Admin,
    answer::{Answer, Request},
    audit,
    change::Refusal,
    clear_text::notice_credentials,
    commands::Command,
    consoles,
    disk_facts::{self, DISK_PATH},
    snapshots, stream, supervisor,
};
use crate::net::canonical;

/// Connections served at the same time; more wait to be accepted.
const MAX_CONNECTIONS: usize = 128;

/// A pause after a failed accept.
const AFTER_FAILED_ACCEPT: Duration = Duration::from_millis(100);

/// Who takes none of what was sent for so long is let go: he may have vanished without a word.
const MAX_UNREAD: Duration = Duration::from_secs(30);

/// How long an answer may take that is under way when the member stops.
const LAST_ANSWER: Duration = Duration::from_secs(1);

/// Who sends a request.
#[derive(Clone, Copy, Debug)]
pub(super) struct Remote(SocketAddr);

/// What the AdminServer serves: commands under its URL, their index, and the metrics.
pub(crate) fn admin_router(admin: Arc<Admin>) -> Router {
    let url = admin.facts.command_url.trim_end_matches('/').to_owned();
    let command = format!("{url}/{{command}}");
    let stream_path = format!("{url}/{STREAM_PATH}");
    Router::new()
        .route(if url.is_empty() { "/" } else { &url }, get(index))
        .route(&format!("{url}/"), get(index))
        .route(&command, get(run).post(run))
        .route(&format!("{url}/snapshot"), get(snapshot).post(snapshot))
        .route(&format!("{url}/snap"), get(snapshot).post(snapshot))
        .route(&format!("{url}/restore"), get(restore).post(restore))
        .route(&format!("{url}/rest"), get(restore).post(restore))
        .route(&stream_path, get(stream::open))
        .route(&format!("{url}/{DISK_PATH}"), get(disk_facts::get))
        .route(&format!("{url}/{SNAPSHOTS_PATH}"), get(snapshots::get))
        .route(&format!("{url}/{SUPERVISOR_PATH}"), get(supervisor::get))
        .route(&format!("{url}/{AUDIT_PATH}"), get(audit::tail::get))
        .route(
            &format!("{url}/{CONSOLES_PATH}"),
            get(consoles::get)
                .post(consoles::post)
                .layer(DefaultBodyLimit::max(consoles::MAX_BODY)),
        )
        .route("/metrics", get(metrics))
        .with_state(admin)
}

/// What the PrometheusMetricsProvider's own port serves.
pub(crate) fn metrics_router(admin: Arc<Admin>) -> Router {
    Router::new()
        .route("/metrics", get(metrics))
        .with_state(admin)
}

/// Serves until `shutdown`. Who takes longer than `idle` to ask something is let go
/// (`admin.idleTimeout`).
pub(crate) async fn serve(
    listener: TcpListener,
    router: Router,
    idle: Duration,
    shutdown: CancellationToken,
) {
    let connections = TaskTracker::new();
    let room = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(idle);
    loop {
        let accepted = tokio::select! {
            accepted = accept(&listener, &room) => accepted,
            () = shutdown.cancelled() => break,
        };
        let Ok((stream, remote, place)) = accepted else {
            // Out of file descriptors, mostly: they come back with time only.
            tokio::time::sleep(AFTER_FAILED_ACCEPT).await;
            continue;
        };
        let inner = TowerToHyperService::new(router.clone());
        let service = service_fn(move |mut request: hyper::Request<Incoming>| {
            request.extensions_mut().insert(Remote(remote));
            inner.call(request)
        });
        let connection = http.serve_connection(TokioIo::new(stream), service);
        let shutdown = shutdown.clone();
        connections.spawn(async move {
            let mut connection = std::pin::pin!(connection);
            tokio::select! {
                // What goes wrong is the asker's affair, and only his.
                _ = &mut connection => {}
                () = shutdown.cancelled() => {
                    connection.as_mut().graceful_shutdown();
                    let _ = timeout(LAST_ANSWER, connection).await;
                }
            }
            drop(place);
        });
    }
    connections.close();
    connections.wait().await;
}

/// The next connection, once there is room for it.
async fn accept(
    listener: &TcpListener,
    room: &Arc<Semaphore>,
) -> io::Result<(TcpStream, SocketAddr, OwnedSemaphorePermit)> {
    let place = Arc::clone(room).acquire_owned().await;
    let place = place.map_err(io::Error::other)?;
    let (stream, remote) = listener.accept().await?;
    limit_unread(&stream);
    Ok((stream, canonical(remote), place))
}

/// Has the system break the connection of who takes nothing for [`MAX_UNREAD`]. Elsewhere than
/// on Linux it does so in its own time.
fn limit_unread(stream: &TcpStream) {
    #[cfg(target_os = "linux")]
    {
        let unread_ms = MAX_UNREAD.as_millis() as u32;
        // He may have hung up already: then the first read tells.
        let _ = rustix::net::sockopt::set_tcp_user_timeout(stream, unread_ms);
    }
    #[cfg(not(target_os = "linux"))]
    let _ = (stream, MAX_UNREAD);
}

async fn index(State(admin): State<Arc<Admin>>) -> Html<String> {
    let url = &admin.facts.command_url;
    let links = Command::primary_names()
        .map(|name| format!("<a href=\"{url}/{name}\">{name}</a>\n<br/>\n"));
    Html(links.collect())
}

async fn run(
    State(admin): State<Arc<Admin>>,
    Path(command): Path<String>,
    mut request: Request,
    body: Bytes,
) -> Response {
    request.body = body;
    respond(admin.run(&command, &request).await)
}

/// The state as of now, as Apache 3.9 answers: its transaction and its length in headers, and,
/// unless `streaming=false`, its bytes.
async fn snapshot(State(admin): State<Arc<Admin>>, request: Request) -> Response {
    let taken = match admin.take_snapshot(&request).await {
        Ok(taken) => taken,
        Err(refusal) => return refused("snapshot", &refusal),
    };
    let headers = [
        ("last_zxid", taken.zxid.to_string()),
        ("snapshot_size", taken.len.to_string()),
    ];
    let streaming = request.parameters.get("streaming");
    if streaming.is_some_and(|streaming| !streaming.eq_ignore_ascii_case("true")) {
        // In the body too: not everybody reads headers.
        let mut body = Map::new();
        body.insert("zxid".to_owned(), taken.zxid.to_string().into());
        body.insert("bytes".to_owned(), taken.len.into());
        return (headers, respond(Answer::of("snapshot", body))).into_response();
    }
    let kind = [(header::CONTENT_TYPE, "application/octet-stream")];
    (headers, kind, taken.into_body()).into_response()
}

/// Takes a snapshot, of any length: it goes to the disk as it comes.
async fn restore(State(admin): State<Arc<Admin>>, request: Request, body: Body) -> Response {
    match admin.restore(&request, body).await {
        Ok(body) => respond(Answer::of("restore", body)),
        Err(refusal) => refused("restore", &refusal),
    }
}

fn refused(command: &str, refusal: &Refusal) -> Response {
    tracing::warn!(command, %refusal, "an operator's order is refused");
    respond(Answer::error(
        refusal.status(),
        command,
        &refusal.to_string(),
    ))
}

fn respond(answer: Answer) -> Response {
    (answer.status, Json(answer.body)).into_response()
}

/// Everything but its body.
impl<S: Send + Sync> FromRequestParts<S> for Request {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        let Query(parameters) = Query::from_request_parts(parts, state)
            .await
            .map_err(IntoResponse::into_response)?;
        let Extension(remote) = Extension::from_request_parts(parts, state)
            .await
            .map_err(IntoResponse::into_response)?;
        let (method, uri, headers) = (parts.method.clone(), &parts.uri, &parts.headers);
        let none = Bytes::new();
        Ok(request_of(parameters, remote, method, uri, headers, none))
    }
}

/// What a command is told of the request that it came with.
pub(super) fn request_of(
    parameters: HashMap<String, String>,
    Remote(remote): Remote,
    method: Method,
    uri: &Uri,
    headers: &HeaderMap,
    body: Bytes,
) -> Request {
    let authorization = headers.get(header::AUTHORIZATION);
    if authorization.is_some() {
        notice_credentials(remote.ip());
    }
    Request {
        parameters,
        authorization: authorization
            .map(|header| String::from_utf8_lossy(header.as_bytes()).into_owned()),
        method,
        path: uri.to_string(),
        remote,
        body,
    }
}

async fn metrics(State(admin): State<Arc<Admin>>) -> Response {
    match admin.sources().await {
        Ok(sources) => {
            let kind = "text/plain; version=0.0.4; charset=utf-8";
            ([(header::CONTENT_TYPE, kind)], sources.prometheus()).into_response()
        }
        Err(stopped) => (StatusCode::SERVICE_UNAVAILABLE, stopped.to_string()).into_response(),
    }
}
