//! The AdminServer's port, and the one for metrics.

use std::{collections::HashMap, io, sync::Arc, time::Duration};

use axum::{
    Json, Router,
    extract::{Path, Query, State},
    http::{HeaderMap, Method, StatusCode, header},
    response::{Html, IntoResponse, Response},
    routing::get,
};
use bytes::Bytes;
use hyper::server::conn::http1;
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

use zoowarden_shared::admin::STREAM_PATH;

use super::{Admin, answer::Request, commands::Command, stream};

/// Connections served at the same time; more wait to be accepted.
const MAX_CONNECTIONS: usize = 128;

/// A pause after a failed accept.
const AFTER_FAILED_ACCEPT: Duration = Duration::from_millis(100);

/// Who takes none of what was sent for so long is let go: he may have vanished without a word.
const MAX_UNREAD: Duration = Duration::from_secs(30);

/// How long an answer may take that is under way when the member stops.
const LAST_ANSWER: Duration = Duration::from_secs(1);

/// What the AdminServer serves: commands under its URL, their index, and the metrics.
pub(crate) fn admin_router(admin: Arc<Admin>) -> Router {
    let url = admin.facts.command_url.trim_end_matches('/').to_owned();
    let command = format!("{url}/{{command}}");
    let stream_path = format!("{url}/{STREAM_PATH}");
    Router::new()
        .route(if url.is_empty() { "/" } else { &url }, get(index))
        .route(&format!("{url}/"), get(index))
        .route(&command, get(run).post(run))
        .route(&stream_path, get(stream::open))
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
        let Ok((stream, place)) = accepted else {
            // Out of file descriptors, mostly: they come back with time only.
            tokio::time::sleep(AFTER_FAILED_ACCEPT).await;
            continue;
        };
        let service = TowerToHyperService::new(router.clone());
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
) -> io::Result<(TcpStream, OwnedSemaphorePermit)> {
    let place = Arc::clone(room).acquire_owned().await;
    let place = place.map_err(io::Error::other)?;
    let (stream, _) = listener.accept().await?;
    let unread_ms = MAX_UNREAD.as_millis() as u32;
    // He may have hung up already: then the first read tells.
    let _ = rustix::net::sockopt::set_tcp_user_timeout(&stream, unread_ms);
    Ok((stream, place))
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
    Query(parameters): Query<HashMap<String, String>>,
    method: Method,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let authorization = headers.get(header::AUTHORIZATION);
    let request = Request {
        parameters,
        authorization: authorization
            .map(|header| String::from_utf8_lossy(header.as_bytes()).into_owned()),
        is_post: method == Method::POST,
        body,
    };
    let answer = admin.run(&command, &request).await;
    (answer.status, Json(answer.body)).into_response()
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
