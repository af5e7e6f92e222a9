//! The AdminServer's port, and the one for metrics.

use std::{collections::HashMap, sync::Arc};

use axum::{
    Json, Router,
    extract::{Path, Query, State},
    http::{HeaderMap, StatusCode, header},
    response::{Html, IntoResponse, Response},
    routing::get,
};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::{Admin, answer::Request, commands::Command};

/// What the AdminServer serves: commands under its URL, their index, and the metrics.
pub(crate) fn admin_router(admin: Arc<Admin>) -> Router {
    let url = admin.facts.command_url.trim_end_matches('/').to_owned();
    let command = format!("{url}/{{command}}");
    Router::new()
        .route(if url.is_empty() { "/" } else { &url }, get(index))
        .route(&format!("{url}/"), get(index))
        .route(&command, get(run).post(run))
        .route("/metrics", get(metrics))
        .with_state(admin)
}

/// What the PrometheusMetricsProvider's own port serves.
pub(crate) fn metrics_router(admin: Arc<Admin>) -> Router {
    Router::new()
        .route("/metrics", get(metrics))
        .with_state(admin)
}

/// Serves until `shutdown`.
pub(crate) async fn serve(listener: TcpListener, router: Router, shutdown: CancellationToken) {
    let served = axum::serve(listener, router).with_graceful_shutdown(shutdown.cancelled_owned());
    if let Err(fault) = served.await {
        tracing::warn!(%fault, "the admin port failed");
    }
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
    headers: HeaderMap,
) -> Response {
    let request = Request {
        parameters,
        has_credentials: headers.contains_key(header::AUTHORIZATION),
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
