//! Tells the operator beside the screen: by the desktop, the terminal, the bell, a command of
//! theirs and a webhook.
//!
//! ```text
//!   Command::Notify ──> Notifier ──> terminal, bell   written at once, between two frames
//!                          │         (tmux: does it let them through?)
//!                          ├──queue──> desktop        a thread of its own: D-Bus may block
//!                          ├──queue──> command        argv, no shell, a deadline
//!                          └──queue──> webhook        POST, three tries
//!                all of them ──> Report ──> whose cluster it is: Event::Told ──> update
//! ```
//!
//! - [`settings`]: `[notify]` of console.toml; [`surroundings`]: what the environment tells
//! - `wording`: a notice's text made safe and bounded, and as JSON; `osc`: as escape sequences
//! - `reports`: how it went, told once where it keeps failing in the same way
//!
//! Whoever tells a notice never waits: every queue is bounded, and a full one is a failure that
//! is reported. Without a terminal (`None`) the same notifier serves a service.
//!
//! Deliberately absent: judging what is worth telling; that is the alarm engine's.

mod command;
mod desktop;
mod icon;
mod notifier;
mod osc;
mod reports;
pub mod settings;
pub mod surroundings;
mod terminal;
mod tmux;
mod webhook;
mod wording;

pub use notifier::{Limits, Notifier};
pub use reports::{REPORTS_QUEUE, Report};
