//! What the AdminServer's commands tell of the server itself, beside its ensemble: how it is
//! configured, its statistics, its sessions and connections.

use serde_json::{Value as Json, json};
use zoowarden_peer::{metrics::ResponseSizes, view::ConnectionView};

use super::{Admin, answer::object, java, text};
use crate::driver::Stopped;

impl Admin {
    pub(super) async fn configuration_report(&self) -> Result<Json, Stopped> {
        let conf = self.configuration().await?;
        Ok(json!({
            "client_port": conf.client_address.port,
            "data_dir": conf.data_dir,
            "data_log_dir": conf.data_log_dir,
            "tick_time": conf.tick_time_ms,
            "max_client_cnxns": conf.max_client_cnxns,
            "min_session_timeout": conf.min_session_timeout_ms,
            "max_session_timeout": conf.max_session_timeout_ms,
            "server_id": conf.server_id,
            "client_port_listen_backlog": conf.listen_backlog,
        }))
    }

    pub(super) async fn dump(&self) -> Result<Json, Stopped> {
        let (buckets, ephemerals) = self
            .driver
            .ask(|peer, _| (peer.session_buckets(), peer.ephemerals()))
            .await?;
        let expiries = buckets.into_iter().map(|bucket| {
            let sessions: Vec<_> = bucket.sessions.iter().map(|id| id.0).collect();
            ((bucket.expires_mono_us / 1000).to_string(), sessions)
        });
        let ephemerals = ephemerals
            .into_iter()
            .map(|owner| (owner.session.0.to_string(), owner.paths));
        Ok(json!({
            "expiry_time_to_session_ids": object(expiries),
            "session_id_to_ephemeral_paths": object(ephemerals),
        }))
    }

    pub(super) async fn server_stats(&self) -> Result<Json, Stopped> {
        let server = self.server().await?;
        let (data_dir_size, log_dir_size) = self.facts.directory_sizes();
        let sizes = sizes_json(server.client_response_size);
        let mut stats = json!({
            "version": self.facts.version,
            "read_only": server.is_read_only(),
            "server_stats": {
                "packets_sent": server.packets_sent,
                "packets_received": server.packets_received,
                "fsync_threshold_exceed_count": self.disk.sync_times().slow,
                "client_response_stats": sizes,
                "data_dir_size": data_dir_size,
                "log_dir_size": log_dir_size,
                "provider_null": false,
                "server_state": server.mode,
                "last_processed_zxid": server.zxid.0,
                "outstanding_requests": server.outstanding_requests,
                "avg_latency": java::four_decimals(server.avg_latency_ms),
                "max_latency": server.max_latency_ms,
                "min_latency": server.min_latency_ms,
                "num_alive_client_connections": server.alive_connections,
                "auth_failed_count": server.auth_failed_count,
                "non_mtlsremote_conn_count": 0,
                "non_mtlslocal_conn_count": 0,
                "uptime": server.uptime_ms,
            },
            "client_response": sizes,
        });
        if let Some(proposals) = self.proposal_sizes(&server).await? {
            stats["proposal_stats"] = sizes_json(proposals);
        }
        stats["node_count"] = server.node_count.into();
        Ok(stats)
    }

    pub(super) async fn sessions_connections(&self, brief: bool) -> Result<Vec<Json>, Stopped> {
        let connections = self.connections().await?;
        Ok(connections
            .iter()
            .map(|connection| connection_json(connection, brief))
            .collect())
    }
}

/// `BufferStats`.
fn sizes_json(sizes: ResponseSizes) -> Json {
    json!({
        "last_buffer_size": sizes.last,
        "min_buffer_size": sizes.min,
        "max_buffer_size": sizes.max,
    })
}

fn connection_json(connection: &ConnectionView, brief: bool) -> Json {
    let mut fields = json!({
        "remote_socket_address": java::host_and_port(connection.remote),
        "interest_ops": text::interest_ops(connection),
        "outstanding_requests": connection.outstanding,
        "packets_received": connection.received,
        "packets_sent": connection.sent,
    });
    if !brief {
        fields["session_id"] = connection.session.map_or(0, |session| session.0).into();
        fields["last_operation"] = connection.last_op.into();
        fields["established"] = connection.established_wall_ms.into();
        fields["session_timeout"] = connection.timeout_ms.into();
        fields["last_cxid"] = connection.last_cxid.into();
        fields["last_zxid"] = connection.last_zxid.into();
        fields["last_response_time"] = connection.last_response_mono_ms.into();
        fields["last_latency"] = connection.last_latency_ms.into();
        fields["min_latency"] = connection.min_latency_ms.into();
        fields["avg_latency"] = connection.avg_latency_ms.into();
        fields["max_latency"] = connection.max_latency_ms.into();
        fields["watch_count"] = connection.watches.into();
    }
    fields
}
