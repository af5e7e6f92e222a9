//! The demo: the bundled server as a child process, and a crowd of small real clients on it,
//! so that there is something to see.
//!
//! ```text
//!   Demo ──> server   the child: `zoowarden server CONFIG`, on free ports of this machine,
//!     │               its data in a scratch directory unless one is given
//!     └────> crowd    tasks of this process: services, locks, a queue, settings, counters
//! ```
//!
//! The child ends with this process, however that ends: it holds the read end of a pipe whose
//! only write end is here (`--exit-with-parent`), and the system closes it for the dead.
//!
//! Deliberately absent: any path by which the crowd could reach another server than the child.

mod crowd;
mod scratch;
mod server;

use std::path::{Path, PathBuf};

use anyhow::Result;

use crowd::Crowd;
use server::Server;

/// How to run a demo.
#[derive(Clone, Debug, Default)]
pub struct DemoOptions {
    /// Where the data stays; a temporary directory that goes with the demo otherwise.
    pub data_dir: Option<PathBuf>,
}

/// A running demo; it ends when this is dropped, which takes a moment.
#[derive(Debug)]
pub struct Demo {
    // Dropped in this order: first the clients go, then the server.
    crowd: Crowd,
    server: Server,
}

impl Demo {
    /// Starts the server, waits until it serves, and lets the crowd in.
    ///
    /// # Errors
    /// When the server cannot be started or does not serve within 30 s: with the end of its
    /// log.
    pub async fn start(options: DemoOptions) -> Result<Self> {
        let server = Server::start(options.data_dir).await?;
        let crowd = Crowd::start(server.addr());
        Ok(Self { crowd, server })
    }

    /// The server's client address, `127.0.0.1:PORT`.
    #[must_use]
    pub fn connect(&self) -> &str {
        self.server.addr()
    }

    /// The port of its AdminServer, on the same host.
    #[must_use]
    pub fn admin_port(&self) -> u16 {
        self.server.admin_port()
    }

    /// The child's process id.
    #[must_use]
    pub fn server_pid(&self) -> u32 {
        self.server.pid()
    }

    /// Where the data is.
    #[must_use]
    pub fn data_dir(&self) -> &Path {
        self.server.data_dir()
    }

    /// How many clients there are.
    #[must_use]
    pub fn clients(&self) -> usize {
        self.crowd.len()
    }
}
