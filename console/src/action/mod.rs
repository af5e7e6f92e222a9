//! Recovery by hand: every action that changes an ensemble, behind one gate.
//!
//! ```text
//!   spec, words   the actions, and how the command line writes them
//!   facts         one fresh poll of all members        means   what can be acted with here
//!   judge         judge(&Action, &Facts, &Means) -> Judgement          pure, one file an action
//!   judgement     checks, consequence, confirmation    plan   what is shown is what runs
//!   disk          what is left of a lost quorum        file   the snapshot of a restore
//!   gate          poll, show, confirm, check again, act, verify                    pure
//!   poll          asks all members, freshly        expect   whether a poll shows what it must
//!   run           carries a plan out, step by step  exec     what sends anything
//!   recorder      what is written down of it      audit_log  where;  syslog  a copy of that
//!   hands         with what a console acts      turn     one action at a time
//!   propose       what can be done, ranked: for what is selected, for what is wrong
//!   seen          what the live model has of the facts, for lists; a gate polls afresh
//!   outcome       how a plan goes, and how it ended
//! ```
//!
//! Nothing outside the plan is ever sent, and nothing at all without a `Permit`, which a
//! read-only console cannot make. The members' own checks (the epoch, the configuration's
//! version) stand behind all of this: what is judged here advises the operator.

pub mod audit_log;
pub mod disk;
pub mod exec;
mod expect;
pub mod facts;
pub mod file;
pub mod gate;
pub mod hands;
pub mod judge;
pub mod judgement;
pub mod means;
pub mod outcome;
pub mod plan;
pub mod poll;
pub mod propose;
pub mod recorder;
pub mod run;
pub mod seen;
pub mod spec;
pub mod syslog;
pub mod turn;
pub mod words;

pub use exec::session::Proof;
pub use facts::{Answer, Elections, Facts, MemberFacts, SessionFacts, Writes};
pub use gate::{End, Field, Gate, GateCommand, Orders, Stage, Typed};
pub use judge::judge;
pub use judgement::{Availability, Check, Confirm, Consequence, Finding, Judgement, Quorum};
pub use means::Means;
pub use outcome::{Outcome, Progress};
pub use plan::{Expectation, HookKind, Order, ProcessOrder, Step};
pub use propose::{Attempt, Proposal, Selected, Verdict, for_selected, for_what_is_wrong};
pub use seen::{seen, seen_for, seen_session};
pub use spec::{Action, Joiner, Kind, Spare, Who};
