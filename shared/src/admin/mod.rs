//! What members say of themselves, as types: four-letter words and AdminServer answers.
//!
//! ```text
//!   text ──> answer (is it facts at all?) ──> words: srvr/stat, mntr, conf, wchs, isro ─┐
//!   JSON ──> answer ──────────────────────────> json: monitor, server_stats, zabstate, ─┼─> MemberReport
//!                                                     leader, configuration, ...        │
//!   cons, stat, connections ──> clients: Vec<ClientConnection>                          │
//!   wchs, wchp (both) ────────> watches: WatchSummary, WatchesByPath
//!   dump (both) ──────────────> sessions: SessionDump                                   │
//!   our own members' stream ──> heartbeat: Heartbeat ───────────────────────────────────┤
//!   MemberReports, reachability ──> verdict: one word, one sentence, the leader <───────┘

//! ```
//!
//! Every fact is optional: members of other versions leave keys out and add others, and an
//! operator may have closed all words but one. What is missing is `None`, never a default.
//! Parsers take any text: a line that is not understood is passed over.

mod answer;
mod clients;
mod fields;
mod heartbeat;
mod json;
mod monitor;
mod ours;
mod report;
mod role;
mod serialize;
mod sessions;
pub mod verdict;
mod watches;
mod words;

pub use answer::{AdminRefusal, Refusal, admin_object, whitelist_line, word_refusal};
pub use clients::{ClientConnection, parse_connections_json, parse_cons};
pub use heartbeat::{EnsembleBeat, HEARTBEAT_MS, Heartbeat, LearnerBeat, STREAM_PATH};
pub use json::{
    LearnerConnection, absorb_configuration, absorb_is_read_only, absorb_leader,
    absorb_server_stats, absorb_voting_view, absorb_watch_summary, absorb_zabstate,
    parse_observers,
};
pub use monitor::Monitor;
pub use ours::{
    AUDIT_PATH, AuditLine, AuditTail, CONSOLE_EXPIRES_MS, CONSOLES_PATH, Chain, Consoles,
    MAX_CONSOLES, MAX_WHO, MemberEnd, Presence, SNAPSHOTS_PATH, SUPERVISOR_PATH, SnapshotFacts,
    SnapshotList, Supervised, Supervision,
};
pub use report::{Latency, LearnerCounts, MemberReport, Sizes, Summary};
pub use role::Role;
pub use sessions::{SessionDump, SessionEntry, parse_dump, parse_dump_json};
pub use watches::{
    MAX_WATCHES, WatchSummary, WatchesByPath, parse_watch_summary_json, parse_watches_by_path_json,
    parse_wchp, parse_wchs,
};
pub use words::{absorb_conf, absorb_isro, absorb_srvr, absorb_wchs};
