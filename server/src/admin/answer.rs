//! Which command of the AdminServer answers what, with Apache's field names.

use std::{collections::HashMap, net::SocketAddr, sync::atomic::Ordering};

use super::{
    Admin,
    commands::Command,
    ensemble,
    facts::{environment, unix_seconds},
    monitor::Value,
    text,
};
use crate::{driver::Stopped, recent_log::RecentLog};
use axum::http::{Method, StatusCode};
use bytes::Bytes;
use serde_json::{Map, Value as Json, json};

/// A command's answer.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) body: Map<String, Json>,
}

impl Answer {
    /// An answer with these fields.
    pub(super) fn of(command: &str, mut body: Map<String, Json>) -> Self {
        body.insert("command".into(), command.into());
        body.entry("error").or_insert(Json::Null);
        Self {
            status: StatusCode::OK,
            body,
        }
    }

    /// An answer with nothing but its name and what went wrong.
    pub(super) fn error(status: StatusCode, command: &str, error: &str) -> Self {
        let mut body = Map::new();
        body.insert("command".into(), command.into());
        body.insert("error".into(), error.into());
        Self { status, body }
    }
}

/// What came with a command.
#[derive(Debug)]
pub(super) struct Request {
    pub(super) parameters: HashMap<String, String>,
    /// The `Authorization` header.
    pub(super) authorization: Option<String>,
    pub(super) method: Method,
    /// Its path, and what stands behind it.
    pub(super) path: String,
    /// Who sent it.
    pub(super) remote: SocketAddr,
    pub(super) body: Bytes,
}

impl Admin {
    /// Runs the command of this name.
    pub(super) async fn run(&self, name: &str, request: &Request) -> Answer {
        let Some(command) = Command::named(name) else {
            return Answer::error(StatusCode::OK, name, &format!("Unknown command: {name}"));
        };
        if command.needs_server() && !self.is_serving().await {
            return Answer::error(StatusCode::OK, name, text::NOT_SERVING);
        }
        if command.is_change() {
            return self.change(command, request).await;
        }
        match self.fields(command, request).await {
            Ok(body) => Answer::of(command.primary_name(), body),
            Err(Stopped) => Answer::error(StatusCode::OK, name, text::NOT_SERVING),
        }
    }

    async fn fields(
        &self,
        command: Command,
        request: &Request,
    ) -> Result<Map<String, Json>, Stopped> {
        let driver = &self.driver;
        let fields = match command {
            Command::Configuration => self.configuration_report().await?,
            Command::ConnectionStatReset => {
                driver.ask(|peer, _| peer.reset_connection_stats()).await?;
                json!({})
            }
            Command::Connections => json!({
                "connections": self.sessions_connections(false).await?,
                "secure_connections": [],
            }),
            Command::Dirs => {
                let (data, log) = self.facts.directory_sizes();
                json!({ "datadir_size": data, "logdir_size": log })
            }
            Command::Dump => self.dump().await?,
            Command::Environment => object(environment(&self.facts.version)),
            Command::GetTraceMask => {
                json!({ "tracemask": self.trace_mask.load(Ordering::Relaxed) })
            }
            Command::Hash => {
                let digests = driver.ask(|peer, _| peer.digests()).await?;
                let digests = digests.iter().map(|digest| {
                    json!({
                        "zxid": digest.zxid.0,
                        "digest": digest.digest,
                        "digest_version": digest.version,
                    })
                });
                json!({ "digests": digests.collect::<Vec<_>>() })
            }
            Command::InitialConfiguration => {
                json!({ "initial_configuration": self.facts.initial_config })
            }
            Command::IsReadOnly => json!({ "read_only": self.server().await?.is_read_only() }),
            Command::LastSnapshot => {
                let snapshot = self.disk.last_snapshot();
                json!({
                    "zxid": format!("{:x}", snapshot.map_or(-1, |snapshot| snapshot.zxid.0)),
                    "timestamp": snapshot.map_or(-1, |snapshot| unix_seconds(snapshot.written)),
                })
            }
            Command::Leader => match self.replication().await? {
                Some(view) => ensemble::leader(&view),
                None => json!({ "error": "server is not initialized" }),
            },
            Command::LogTail => json!({ "lines": RecentLog::of_process().lines() }),
            Command::Monitor => {
                let values = self.sources().await?.values();
                object(
                    values
                        .into_iter()
                        .map(|(name, value)| (name, json_of(value))),
                )
            }
            Command::ObserverConnectionStatReset => {
                if let Some(view) = self.replication().await? {
                    ensemble::reset_observers(&view, &self.links);
                }
                json!({})
            }
            Command::Observers => match self.replication().await? {
                Some(view) => ensemble::observers(&view, &self.links),
                None => json!({ "synced_observers": 0, "observers": [] }),
            },
            Command::Ruok => json!({}),
            Command::ServerStats => self.server_stats().await?,
            Command::SetTraceMask => self.set_trace_mask(request),
            Command::StatReset => {
                self.reset_statistics().await?;
                json!({})
            }
            Command::Stats => {
                let mut stats = self.server_stats().await?;
                stats["connections"] = self.sessions_connections(true).await?.into();
                stats["secure_connections"] = json!([]);
                stats
            }
            Command::SystemProperties => object(self.facts.system_properties.clone()),
            Command::VotingView => match self.replication().await? {
                Some(view) => {
                    ensemble::voting_view(&view, &self.facts.configuration.client_address)
                }
                None => json!({ "current_config": {} }),
            },
            Command::WatchSummary => {
                let summary = driver.ask(|peer, _| peer.watch_summary()).await?;
                json!({
                    "num_connections": summary.connections,
                    "num_paths": summary.paths,
                    "num_total_watches": summary.watches,
                })
            }
            Command::Watches => {
                let watches = driver.ask(|peer, _| peer.watches_by_session()).await?;
                let by_session = watches
                    .into_iter()
                    .map(|watcher| (watcher.session.0.to_string(), watcher.paths));
                json!({ "session_id_to_watched_paths": object(by_session) })
            }
            Command::WatchesByPath => {
                let watches = driver.ask(|peer, _| peer.watches_by_path()).await?;
                let by_path = watches.into_iter().map(|watched| {
                    let sessions: Vec<_> = watched.sessions.iter().map(|id| id.0).collect();
                    (watched.path, sessions)
                });
                json!({ "path_to_session_ids": object(by_path) })
            }
            Command::Zabstate => match self.replication().await? {
                Some(view) => {
                    let zxid = self.server().await?.zxid;
                    ensemble::zab_state(&view, zxid, &self.facts.configuration.client_address)
                }
                None => json!({ "voting": false, "zabstate": "" }),
            },
            Command::Zoowarden => self.zoowarden(),
            Command::RestoreStatus | Command::ResyncStatus => self.repair_status().await,
            // Answered before.
            Command::Snapshot
            | Command::Restore
            | Command::CloseSession
            | Command::ForceQuorum
            | Command::ReleaseReservation
            | Command::Reserve
            | Command::RestoreAbort
            | Command::RestoreCommit
            | Command::Resync
            | Command::ShedConnections
            | Command::TransferLeadership => json!({}),
        };
        Ok(fields_of(fields))
    }

    fn set_trace_mask(&self, request: &Request) -> Json {
        let Some(mask) = request.parameters.get("traceMask") else {
            return json!({ "error": "setTraceMask requires long traceMask argument" });
        };
        let Ok(mask) = mask.parse::<i64>() else {
            let error = format!("setTraceMask requires long traceMask argument, got {mask}");
            return json!({ "error": error });
        };
        self.trace_mask.store(mask, Ordering::Relaxed);
        json!({ "tracemask": mask })
    }

    fn zoowarden(&self) -> Json {
        let unsupported = self.facts.warnings.iter().map(|warning| {
            json!({
                "place": warning.place.to_string(),
                "key": warning.key,
                "message": warning.message,
            })
        });
        json!({
            "zoowarden_version": env!("CARGO_PKG_VERSION"),
            "unsupported_keys": unsupported.collect::<Vec<_>>(),
        })
    }
}

/// The fields of an object.
pub(super) fn fields_of(json: Json) -> Map<String, Json> {
    match json {
        Json::Object(fields) => fields,
        _ => Map::new(),
    }
}

pub(super) fn object<V: Into<Json>>(fields: impl IntoIterator<Item = (String, V)>) -> Json {
    fields
        .into_iter()
        .map(|(name, value)| (name, value.into()))
        .collect::<Map<_, _>>()
        .into()
}

fn json_of(value: Value) -> Json {
    match value {
        Value::Integer(number) => number.into(),
        Value::Decimal(number) => number.into(),
        Value::Text(text) => text.into(),
    }
}
