//! One member, asked by all the doors that may be open.

use std::time::{Duration, Instant, SystemTime};

use tokio::task::JoinSet;
use zoowarden_client::{ClientError, ConnectOptions, Connection, fourletter, http};
use zoowarden_shared::{
    Sid,
    admin::{
        EnsembleBeat, MemberReport, Monitor, Refusal, absorb_conf, absorb_configuration,
        absorb_srvr, admin_object, word_refusal,
    },
    config::DynamicConfig,
};

use super::{ConfigAndSid, Way, beat};
use crate::{
    action::{
        facts::{AdminFacts, Answer, MemberFacts, Run},
        seen::{is_ours, syncing},
    },
    model::{probe::Fault, roster::split},
    source::fault,
};

const CONFIG_PATH: &str = "/zookeeper/config";
/// Commands of an AdminServer's index that are kept.
const MOST_COMMANDS: usize = 200;

/// What a member told.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    pub(super) address: String,
    pub(super) answer: Answer,
    pub(super) report: MemberReport,
    pub(super) sid: Option<Sid>,
    pub(super) config_version: Option<i64>,
    pub(super) admin: Option<AdminFacts>,
    pub(super) beat: Option<EnsembleBeat>,
}

impl Asked {
    fn of(address: String, answer: Answer) -> Self {
        Self {
            address,
            answer,
            report: MemberReport::default(),
            sid: None,
            config_version: None,
            admin: None,
            beat: None,
        }
    }

    /// A member that cannot be asked.
    pub(super) fn never(address: String, why: String) -> Self {
        Self::of(address, Answer::NotAsked(why))
    }

    pub(super) fn serves(&self) -> bool {
        matches!(self.answer, Answer::Serving { .. })
    }

    pub(super) fn answers(&self) -> bool {
        !matches!(self.answer, Answer::Silent(_) | Answer::NotAsked(_))
    }

    /// The facts, with what only the ensemble knows of it.
    pub(super) fn facts(&self, sid: Option<Sid>, votes: bool, lag: Option<u64>) -> MemberFacts {
        let report = &self.report;
        let count = |count: Option<i64>| count.and_then(|count| u64::try_from(count).ok());
        let name = sid.map_or_else(|| self.address.clone(), |sid| sid.to_string());
        MemberFacts {
            address: self.address.clone(),
            sid,
            name,
            answer: self.answer.clone(),
            is_ours: report.version.as_deref().map(is_ours),
            version: report.version.clone(),
            role: report.role,
            phase: report.peer_state.clone(),
            votes,
            is_cut_off: false,
            abstains: false,
            zxid: report.zxid,
            lag,
            connections: count(report.connections),
            sessions: count(report.sessions),
            run: Run {
                uptime_ms: count(report.uptime_ms),
                received: report.packets_received,
            },
            leads_ms: count(report.leader_uptime_ms),
            expired: count(report.expired_sessions),
            syncing: syncing(self.beat.as_ref(), report.learners),
            config_version: self.config_version,
            admin: self.admin.clone(),
        }
    }
}

/// Asks a member; never longer than a few deadlines.
pub(super) async fn ask(way: &Way, address: String, deadline: Duration) -> Asked {
    let started = Instant::now();
    let answer = word(way, &address, "srvr", deadline).await;
    // No question takes centuries.
    let ms = started.elapsed().as_millis() as u64;
    let mut asked = match answer {
        Err(error) => return Asked::of(address, Answer::Silent(fault(&error))),
        Ok(Ok(text)) => {
            let mut asked = Asked::of(address, Answer::Serving { ms });
            absorb_srvr(&mut asked.report, &text);
            if asked.report.role.is_none() && asked.report.zxid.is_none() {
                asked.answer = Answer::Silent(Fault::Garbled(String::new()));
                return asked;
            }
            asked
        }
        Ok(Err(Refusal::NotServing)) => Asked::of(address, Answer::NotServing { ms }),
        Ok(Err(Refusal::Empty)) => return Asked::of(address, Answer::Silent(Fault::HungUp)),
        Ok(Err(Refusal::NotWhitelisted { .. })) => Asked::of(address, Answer::Shut { ms }),
    };
    if matches!(asked.answer, Answer::NotServing { .. }) {
        // No word of it tells more: one of ours beats, and may have no vote to give.
        asked.beat = beat::next(way, &way.admin.address_of(&asked.address), deadline).await;
        return asked;
    }
    if let Ok(Ok(text)) = word(way, &asked.address, "mntr", deadline).await {
        let zxid = asked.report.zxid;
        let monitor = Monitor::from_text(&text);
        way.admin.hear(&asked.address, &monitor);
        monitor.absorb_into(&mut asked.report);
        asked.report.zxid = zxid.or(asked.report.zxid);
        // With srvr shut, this is its answer.
        asked.answer = Answer::Serving { ms };
    }
    if let Ok(Ok(text)) = word(way, &asked.address, "conf", deadline).await {
        let mut conf = MemberReport::default();
        absorb_conf(&mut conf, &text);
        asked.sid = conf.sid.filter(|sid| *sid > Sid(0));
        let config = conf
            .membership
            .map(|text| DynamicConfig::parse_lenient(&text));
        asked.config_version = config
            .filter(|config| !config.is_empty())
            .map(|config| config.version);
    }
    asked.admin = admin(way, &asked.address, deadline).await;
    if let (Some(admin), Some(true)) = (&asked.admin, asked.report.version.as_deref().map(is_ours))
    {
        asked.beat = beat::next(way, &admin.address, deadline).await;
    }
    asked
}

/// The configuration that a member has, and its id: a new session's id begins with it.
pub(super) async fn config_of(
    way: &Way,
    address: &str,
    deadline: Duration,
) -> Option<ConfigAndSid> {
    let options = ConnectOptions {
        connect_deadline: deadline,
        call_deadline: deadline,
        read_only: true,
        ..ConnectOptions::default()
    };
    let connecting = Connection::connect_by(&way.reach.client, address, options);
    let (connection, _events) = connecting.await.ok()?;
    let sid = Sid((connection.session().credentials.id.0 as u64 >> 56) as i64);
    let read = connection.get_data(CONFIG_PATH, false).await;
    // It expires by itself too.
    let _ = connection.close().await;
    let data = read.ok()?.value.data.unwrap_or_default();
    let config = DynamicConfig::parse_lenient(&String::from_utf8_lossy(&data));
    Some((config, sid))
}

/// Reads the configuration of every member that serves and of which this is wanted: what it
/// has not told by a word.
pub(super) async fn read_configs(
    way: &Way,
    asked: &mut [Asked],
    deadline: Duration,
    is_wanted: impl Fn(&Asked) -> bool,
) {
    let mut reading = JoinSet::new();
    for (index, one) in asked.iter().enumerate() {
        if one.serves() && is_wanted(one) {
            let (way, address) = (way.clone(), one.address.clone());
            reading.spawn(async move { (index, config_of(&way, &address, deadline).await) });
        }
    }
    for (index, found) in reading.join_all().await {
        if let Some((config, sid)) = found.filter(|(config, _)| !config.is_empty()) {
            asked[index].sid = Some(sid);
            asked[index].config_version = Some(config.version);
        }
    }
}

/// Its AdminServer, if the one on its host is its own, with the commands of the index.
async fn admin(way: &Way, address: &str, deadline: Duration) -> Option<AdminFacts> {
    let at = way.admin.address_of(address);
    let get = |path: &'static str| http::get_by(&way.reach.admin, &at, path, deadline);
    let answer = get("/commands/configuration").await.ok()?;
    let configuration = admin_object(answer.status, &answer.body).ok()?;
    let mut report = MemberReport::default();
    absorb_configuration(&mut report, &configuration);
    if report.client_port != split(address).1 {
        return None;
    }
    let heard = SystemTime::now();
    let index = get("/commands").await.ok()?;
    let links = index.body.split("/commands/").skip(1);
    let names = links.map(|link| link.split(['"', '<', '>']).next().unwrap_or_default());
    Some(AdminFacts {
        commands: names.take(MOST_COMMANDS).map(str::to_owned).collect(),
        address: at,
        clock_ahead_ms: answer.at.map(|at| ahead_ms(at, heard)),
    })
}

/// How far a clock that said this is ahead of ours, which says that.
fn ahead_ms(theirs: SystemTime, ours: SystemTime) -> i64 {
    let ms = |gap: Duration| i64::try_from(gap.as_millis()).unwrap_or(i64::MAX);
    match theirs.duration_since(ours) {
        Ok(gap) => ms(gap),
        Err(behind) => -ms(behind.duration()),
    }
}

/// Asks one four-letter word.
pub(super) async fn word(
    way: &Way,
    address: &str,
    word: &str,
    deadline: Duration,
) -> Result<Result<String, Refusal>, ClientError> {
    let text = fourletter::ask_by(&way.reach.client, address, word, deadline).await?;
    Ok(match word_refusal(word, &text) {
        Some(refusal) => Err(refusal),
        None => Ok(text),
    })
}
