//! POSTs notices as JSON to a URL, over http or https (the system's root certificates).
//! Redirects are not followed: the operator names the place.

use std::path::Path;

use bytes::Bytes;
use http_body_util::Full;
use hyper::{
    Method, Request, StatusCode,
    header::{CONTENT_TYPE, HeaderName, HeaderValue, USER_AGENT},
    http::uri::Scheme,
};
use hyper_rustls::HttpsConnectorBuilder;
use hyper_util::{
    client::legacy::{Client, connect::Connect},
    rt::TokioExecutor,
};
use tokio::{
    sync::mpsc,
    time::{sleep, timeout},
};

use super::{
    notifier::Limits,
    reports::{Job, Reports},
    settings::WebhookSettings,
};
use crate::{model::alarm::notice::Channel, reach::secret::private_text};

/// What a client reaches the far end by: plainly, or by TLS.
trait Connector: Connect + Clone + Send + Sync + 'static {}
impl<C: Connect + Clone + Send + Sync + 'static> Connector for C {}

/// What became of one try.
enum Failure {
    /// Worth another: the far end is away or busy.
    Passing(String),
    /// It would be refused again.
    Final(String),
}

/// Posts the notices of `jobs`, one after the other, until there are no more.
pub(super) async fn run(
    jobs: mpsc::Receiver<Job>,
    settings: WebhookSettings,
    limits: Limits,
    reports: Reports,
) {
    let builder = Client::builder(TokioExecutor::new());
    if settings.url.scheme() == Some(&Scheme::HTTPS) {
        match HttpsConnectorBuilder::new().with_native_roots() {
            Ok(roots) => {
                let client = builder.build(roots.https_only().enable_http1().build());
                serve(&client, jobs, &settings, &limits, &reports).await;
            }
            Err(error) => {
                reports.will_fail(Channel::Webhook, format!("no root certificates: {error}"));
            }
        }
    } else {
        serve(&builder.build_http(), jobs, &settings, &limits, &reports).await;
    }
}

async fn serve<C: Connector>(
    client: &Client<C, Full<Bytes>>,
    mut jobs: mpsc::Receiver<Job>,
    settings: &WebhookSettings,
    limits: &Limits,
    reports: &Reports,
) {
    while let Some(job) = jobs.recv().await {
        let body = Bytes::from(job.wording.json());
        let result = persist(client, settings, limits, &body).await;
        reports.went(Channel::Webhook, &job, result);
    }
}

/// One try, and another after each of the backoffs.
async fn persist<C: Connector>(
    client: &Client<C, Full<Bytes>>,
    settings: &WebhookSettings,
    limits: &Limits,
    body: &Bytes,
) -> Result<(), String> {
    let mut backoffs = limits.webhook_backoffs.iter();
    loop {
        let answer = timeout(limits.webhook_answer, post(client, settings, body.clone())).await;
        let why = match answer {
            Ok(Ok(())) => return Ok(()),
            Ok(Err(Failure::Final(why))) => return Err(why),
            Ok(Err(Failure::Passing(why))) => why,
            Err(_) => format!("no answer within {} s", limits.webhook_answer.as_secs_f32()),
        };
        match backoffs.next() {
            Some(backoff) => sleep(*backoff).await,
            None => {
                let tries = limits.webhook_backoffs.len() + 1;
                return Err(format!("{why}, tried {tries} times"));
            }
        }
    }
}

async fn post<C: Connector>(
    client: &Client<C, Full<Bytes>>,
    settings: &WebhookSettings,
    body: Bytes,
) -> Result<(), Failure> {
    let mut request = Request::builder()
        .method(Method::POST)
        .uri(settings.url.clone())
        .header(CONTENT_TYPE, "application/json")
        .header(USER_AGENT, concat!("zoowarden/", env!("CARGO_PKG_VERSION")));
    if let Some(file) = &settings.secret_file {
        // Read each time: secrets are renewed while the console stays open.
        let (name, value) = secret_header(file).map_err(Failure::Final)?;
        request = request.header(name, value);
    }
    let request = request
        .body(Full::new(body))
        .map_err(|error| Failure::Final(error.to_string()))?;
    let answer = client
        .request(request)
        .await
        .map_err(|error| Failure::Passing(deepest(&error)))?;
    match answer.status() {
        status if status.is_success() => Ok(()),
        status @ (StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_MANY_REQUESTS) => {
            Err(Failure::Passing(status.to_string()))
        }
        status if status.is_server_error() => Err(Failure::Passing(status.to_string())),
        status => Err(Failure::Final(status.to_string())),
    }
}

/// `Name: value` from a file that nobody else can read.
fn secret_header(file: &Path) -> Result<(HeaderName, HeaderValue), String> {
    let text = private_text(file)?;
    let expected = || format!("{}: expected one line, \"Name: value\"", file.display());
    let (name, value) = text.trim().split_once(':').ok_or_else(expected)?;
    let name = name.trim().parse::<HeaderName>().map_err(|_| expected())?;
    let mut value = value
        .trim()
        .parse::<HeaderValue>()
        .map_err(|_| expected())?;
    value.set_sensitive(true);
    Ok((name, value))
}

/// The innermost cause: "client error (Connect)" alone helps nobody.
fn deepest(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(next) = cause.source() {
        cause = next;
    }
    cause.to_string()
}
