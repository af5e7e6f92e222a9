//! The console: watches ensembles of our members, of Apache's, and of both mixed.
//!
//! ```text
//!   source ──Event──> update(&mut Model, now, Event) -> Vec<Command> ──> source, terminal
//!   (tasks that ask)         pure                                      (app performs them)
//!                               │
//!                            Model ──> view::draw(&Model, &mut Frame)   pure
//! ```
//!
//! - [`cli`], [`settings`], [`open`]: from the command line and console.toml to an ensemble
//! - [`config`]: what is wrong with console.toml, and an example; [`man`]: manual pages
//! - [`action`]: recovery by hand: every action that changes an ensemble, behind one gate
//! - [`detached`]: what runs long goes on without the screen, in a process of its own
//! - [`app`]: the one loop; [`terminal`]: taking it over and giving it back; [`keyboard`]; `signals`
//! - [`stage`]: what lasts for a whole run, whichever cluster is open
//! - [`clipboard`]: what the operator copies
//! - [`fleet`]: the home screen where there are several clusters
//! - [`keymap`]: the one table of keys; [`commands`]: what `:` runs beside them
//! - [`permit`]: the right to change anything; [`editor`]: the operator's own, for long data
//! - [`duration`]: times as they are typed
//! - [`event`]: all that can happen and be asked for
//! - [`model`]: what the screens are drawn from; no terminal, no sockets, no clock in it
//! - `program`: runs the operator's own programs, without a shell; `own_program`: this one again
//! - [`notify`]: tells the operator beside the screen: desktop, terminal, bell, command, webhook
//! - [`reach`]: how a cluster is reached, and as whom: a command, TLS, secrets
//! - [`record`]: what the sources told, on disk;  [`replay`]: the console on that;  [`bundle`]: an
//!   incident in one file
//! - [`source`]: one task a member, our one session, the memory on disk
//! - [`view`]: one file a screen, one a widget; [`text`]: what comes from outside, made safe; `json`: laid
//!   out, and otherwise as it was written
//!
//! Beside the console: [`status`] (one look, for scripts), [`watch`] (the same loop as lines),
//! [`act`] (one action, for scripts), [`audit_command`] (who changed what, and whether the log
//! of it is whole), [`bench`] (a load), [`demo`] (an ensemble of our own and clients on it), [`drill`] (faults in
//! one, and how fast the operator repairs them), and [`serve`], the only door to the server's crate.
//!
//! Deliberately absent: any way to change an ensemble that does not pass [`action`]'s gate.

pub mod act;
pub mod action;
pub mod app;
pub mod audit_command;
pub mod bench;
pub mod bundle;
pub mod cli;
pub mod clipboard;
pub mod commands;
pub mod config;
pub mod demo;
pub mod detached;
pub mod drill;
pub mod duration;
pub mod editor;
pub mod event;
pub mod fleet;
mod json;
pub mod keyboard;
pub mod keymap;
pub mod logging;
pub mod man;
pub mod model;
pub mod notify;
pub mod open;
mod own_program;
pub mod permit;
mod program;
pub mod reach;
pub mod record;
pub mod replay;
pub mod serve;
pub mod settings;
mod signals;
pub mod source;
pub mod stage;
pub mod status;
pub mod terminal;
pub mod text;
pub mod update;
pub mod view;
pub mod watch;
