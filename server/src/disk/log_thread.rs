//! The thread that writes the log: it takes all that is queued, makes it durable with one
//! sync, says so, and takes what was queued meanwhile.

use std::sync::mpsc::Receiver;

use bytes::Bytes;
use zoowarden_peer::DiskEvent;
use zoowarden_shared::Zxid;

use super::{
    error::DiskError,
    txn_log::{MAX_COMMIT_BYTES, TxnLog},
};

/// What the log's thread is told.
#[derive(Debug)]
pub(super) enum LogCommand {
    /// Append these, in order.
    Append(Vec<(Zxid, Bytes)>),
    /// Begin a new file with the next transaction.
    Roll,
}

/// Runs until the sender of commands is gone. Everything sent before that is written.
pub(super) fn run(
    mut log: TxnLog,
    commands: &Receiver<LogCommand>,
    events: &(dyn Fn(DiskEvent) + Send + Sync),
) {
    while let Ok(first) = commands.recv() {
        match batch(&mut log, first, commands) {
            Ok(Some(upto)) => events(DiskEvent::Flushed { upto }),
            Ok(None) => {}
            Err(error) => {
                tracing::error!(%error, "the transaction log failed; nothing more is written");
                events(DiskEvent::LogFailed);
                // Nothing may follow on disk what is not there. Commands are taken and dropped.
                while commands.recv().is_ok() {}
                return;
            }
        }
    }
}

/// Performs `first` and all commands that are queued behind it, up to a size at which those
/// who wait for the first deserve an answer.
fn batch(
    log: &mut TxnLog,
    first: LogCommand,
    commands: &Receiver<LogCommand>,
) -> Result<Option<Zxid>, DiskError> {
    let mut flushed = None;
    let mut next = Some(first);
    while let Some(command) = next {
        match command {
            LogCommand::Append(txns) => {
                for (zxid, txn) in txns {
                    log.append(zxid, &txn)?;
                }
            }
            LogCommand::Roll => flushed = log.roll()?.or(flushed),
        }
        next = if log.pending_bytes() < MAX_COMMIT_BYTES {
            commands.try_recv().ok()
        } else {
            None
        };
    }
    Ok(log.commit()?.or(flushed))
}
