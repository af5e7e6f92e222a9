//! One look at one member.

use std::time::{Duration, Instant};

use zoowarden_client::{
    ClientError, ConnectOptions, Connection, Connector, fourletter, speaks_tls,
};
use zoowarden_shared::admin::{
    self, MemberReport, Monitor, Refusal, Role, verdict::Presence, word_refusal,
};

use crate::{model::probe::Fault, reach::SPEAKS_TLS, source};

/// What a look found.
#[derive(Clone, Debug)]
pub(crate) struct Look {
    pub(crate) presence: Presence,
    pub(crate) report: MemberReport,
    /// From connecting to the end of the answer.
    pub(crate) round_trip: Option<Duration>,
    /// What an operator should know of it: why there is no answer, what is closed.
    pub(crate) note: Option<String>,
    /// When the answer was there; `None` where there was none.
    pub(crate) at: Option<Instant>,
    /// Of one that is silent, in what way.
    pub(crate) fault: Option<Fault>,
}

impl Look {
    fn new(presence: Presence, note: Option<String>) -> Self {
        Self {
            presence,
            report: MemberReport::default(),
            round_trip: None,
            note,
            at: None,
            fault: None,
        }
    }

    fn silent(why: String, fault: Fault) -> Self {
        Self {
            fault: Some(fault),
            ..Self::new(Presence::Silent, Some(why))
        }
    }

    fn speaks_tls() -> Self {
        Self::silent(SPEAKS_TLS.to_owned(), Fault::Other(SPEAKS_TLS.to_owned()))
    }

    /// Of a member that cannot be asked.
    pub(super) fn impossible(why: String) -> Self {
        Self::new(Presence::Unknown, Some(why))
    }
}

/// Asks a member `srvr`; a leader `mntr` too, which counts its followers.
pub(super) async fn look(connector: &Connector, addr: &str, deadline: Duration) -> Look {
    let start = Instant::now();
    let answer = match fourletter::ask_by(connector, addr, "srvr", deadline).await {
        Ok(answer) => answer,
        Err(fault) => {
            // Apache's secure port waits in silence for the rest of what it takes for TLS.
            let is_mute = matches!(
                fault,
                ClientError::Io { .. } | ClientError::Deadline { .. } | ClientError::Mute { .. }
            );
            return if is_mute && hides_tls(connector, addr, deadline).await {
                Look::speaks_tls()
            } else {
                Look::silent(reason(&fault), source::fault(&fault))
            };
        }
    };
    let answered = Instant::now();
    let mut look = match word_refusal("srvr", &answer) {
        None => {
            let mut look = Look::new(Presence::Serving, None);
            admin::absorb_srvr(&mut look.report, &answer);
            if look.report.role.is_none() && look.report.zxid.is_none() {
                let note = "its answer is no ZooKeeper's".to_owned();
                return Look::silent(note, Fault::Garbled("no ZooKeeper's".to_owned()));
            }
            look
        }
        Some(Refusal::NotServing) => Look::new(Presence::NotServing, None),
        Some(refusal @ Refusal::NotWhitelisted { .. }) => {
            by_session(connector, addr, deadline, refusal.to_string()).await
        }
        Some(Refusal::Empty) if hides_tls(connector, addr, deadline).await => {
            return Look::speaks_tls();
        }
        Some(Refusal::Empty) => {
            by_session(connector, addr, deadline, "no answer to srvr".to_owned()).await
        }
    };
    look.round_trip = Some(answered.duration_since(start));
    look.at = Some(answered);
    if look.report.role == Some(Role::Leader) {
        ask_leader(connector, addr, deadline, &mut look.report).await;
    }
    look
}

/// Whether it said nothing since it speaks TLS and we do not.
async fn hides_tls(connector: &Connector, addr: &str, deadline: Duration) -> bool {
    connector.tls().is_none() && speaks_tls(connector, addr, deadline).await
}

/// With srvr closed, whether it serves is seen by opening a session.
async fn by_session(connector: &Connector, addr: &str, deadline: Duration, note: String) -> Look {
    let options = ConnectOptions {
        connect_deadline: deadline,
        call_deadline: deadline,
        read_only: true,
        ..ConnectOptions::default()
    };
    let note = Some(note);
    match Connection::connect_by(connector, addr, options).await {
        Ok((connection, _events)) => {
            let mut look = Look::new(Presence::Serving, note);
            if connection.session().read_only {
                look.report.role = Some(Role::ReadOnly);
            }
            look.report.zxid = connection.exists("/", false).await.ok().map(|r| r.zxid);
            // It expires by itself too.
            let _ = connection.close().await;
            look
        }
        Err(ClientError::HandshakeRefused { .. }) => Look::new(Presence::Shut, note),
        Err(fault) => Look::silent(reason(&fault), source::fault(&fault)),
    }
}

async fn ask_leader(
    connector: &Connector,
    addr: &str,
    deadline: Duration,
    report: &mut MemberReport,
) {
    // Closed on most servers, and then nothing is lost but what it counts.
    let Ok(answer) = fourletter::ask_by(connector, addr, "mntr", deadline).await else {
        return;
    };
    if word_refusal("mntr", &answer).is_some() {
        return;
    }
    let mut full = MemberReport::default();
    Monitor::from_text(&answer).absorb_into(&mut full);
    // It may have lost its leadership in between.
    if full.role == Some(Role::Leader) {
        report.learners = full.learners;
    }
}

/// Why there is no answer, in few words.
fn reason(fault: &ClientError) -> String {
    match fault {
        ClientError::Connect { source, .. } => match source.kind() {
            std::io::ErrorKind::ConnectionRefused => "connection refused".to_owned(),
            _ if source::fault(fault) == Fault::NoSuchHost => "no such host".to_owned(),
            _ => source.to_string(),
        },
        ClientError::Deadline { deadline, .. } => format!("no answer within {deadline:?}"),
        ClientError::Mute { deadline, .. } => {
            format!("takes the connection, no answer within {deadline:?}: it hangs")
        }
        // Without the address, which stands before it.
        ClientError::Tls { reason, .. } => format!("TLS: {reason}"),
        ClientError::Proxy { reason, .. } => format!("via: {reason}"),
        ClientError::Auth { reason, .. } => reason.clone(),
        other => other.to_string(),
    }
}
