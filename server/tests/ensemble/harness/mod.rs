//! What the scenarios work with: ensembles of real processes, and clients that are not ours.
//!
//! ```text
//!   zoowarden-testkit    Ensemble, Client, Writer: what all tests of ensembles share
//!   Kazoo, zkcli         clients that are not ours
//! ```

mod kazoo;
mod zkcli;

pub(crate) use kazoo::Kazoo;
pub(crate) use zkcli::{zkcli, zkcli_session};
pub(crate) use zoowarden_testkit::{Client, Ensemble, Kind, Options, Record, Writer};
