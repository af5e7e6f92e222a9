//! The log's side of the disk: whatever must happen in order with appends. What was appended
//! before is durable before anything else is done, and the first failure is the last word.

use std::sync::Arc;

use zoowarden_peer::{DiskEvent, Recovered};
use zoowarden_shared::Zxid;
use zoowarden_zab::DiskEvent as Replicated;

use super::{
    boot::{BootOptions, nothing_vouched, recover_into_tree},
    command::LogCommand,
    device::Disk,
    epochs,
    history::History,
    install::install,
    layout::DataDirs,
    mark::find_loss,
    mark_keeper::MarkKeeper,
    recovery_error::RecoveryError,
    snapshot_writer::SealedSnapshot,
    stats::DiskStats,
    truncate::{prove_cut, truncate},
    txn_log::{TxnLog, TxnLogConfig},
};

/// Performs commands for the log, one after the other.
#[derive(Debug)]
pub(super) struct LogWorker {
    disk: Arc<dyn Disk>,
    dirs: DataDirs,
    boot: BootOptions,
    stats: Arc<DiskStats>,
    history: History,
    log: TxnLog,
    mark: MarkKeeper,
    failed: bool,
}

impl LogWorker {
    pub(super) fn new(
        disk: Arc<dyn Disk>,
        dirs: DataDirs,
        (config, boot): (TxnLogConfig, BootOptions),
        last: Zxid,
        stats: Arc<DiskStats>,
        history: History,
    ) -> Self {
        let mark = MarkKeeper::new(Arc::clone(&disk), dirs.clone(), last, config.force_sync);
        let log = TxnLog::new(
            Arc::clone(&disk),
            dirs.logs().to_owned(),
            config,
            Arc::clone(&stats),
            last,
        );
        Self {
            disk,
            dirs,
            boot,
            stats,
            history,
            log,
            mark,
            failed: false,
        }
    }

    /// Performs a command. Appends are gathered until [`Self::commit`], or until something
    /// else is to be done. After a failure, which is told once, nothing is done any more.
    pub(super) fn perform(&mut self, command: LogCommand, events: &mut Vec<DiskEvent>) {
        if !self.failed {
            let result = self.try_perform(command, events);
            self.settle(result, events);
        }
    }

    /// Makes durable what was appended.
    pub(super) fn commit(&mut self, events: &mut Vec<DiskEvent>) {
        if !self.failed {
            let result = self.try_commit(events);
            self.settle(result, events);
        }
    }

    /// Bytes that the next commit will write.
    pub(super) fn pending_bytes(&self) -> usize {
        self.log.pending_bytes()
    }

    /// Whether the mark of what is durable lags behind.
    pub(super) fn is_mark_behind(&self) -> bool {
        !self.failed && self.mark.is_behind()
    }

    /// Raises it, at little cost.
    pub(super) fn raise_mark(&mut self) {
        if !self.failed {
            self.mark.raise();
        }
    }

    /// Raises it durably, for when nobody waits for the log.
    pub(super) fn settle_mark(&mut self) {
        if !self.failed {
            self.mark.settle();
        }
    }

    /// Whether it is over.
    pub(super) fn has_failed(&self) -> bool {
        self.failed
    }

    fn settle(&mut self, result: Result<(), RecoveryError>, events: &mut Vec<DiskEvent>) {
        if let Err(error) = result {
            tracing::error!(%error, "the transaction log failed; nothing more is written");
            self.failed = true;
            events.push(DiskEvent::LogFailed);
        }
    }

    fn try_commit(&mut self, events: &mut Vec<DiskEvent>) -> Result<(), RecoveryError> {
        if let Some(upto) = self.log.commit()? {
            self.mark.reach(upto);
            events.push(DiskEvent::Flushed { upto });
        }
        Ok(())
    }

    fn try_perform(
        &mut self,
        command: LogCommand,
        events: &mut Vec<DiskEvent>,
    ) -> Result<(), RecoveryError> {
        if let LogCommand::Append(txns) = command {
            for (zxid, txn) in txns {
                self.log.append(zxid, &txn)?;
            }
            return Ok(());
        }
        self.try_commit(events)?;
        match command {
            // Done above.
            LogCommand::Append(_) => {}
            LogCommand::Roll => {
                self.log.close_file();
                self.mark.raise();
            }
            LogCommand::Truncate(zxid) => {
                let done = self.truncate(zxid)?;
                events.push(DiskEvent::Replication(done));
            }
            LogCommand::SaveAcceptedEpoch(epoch) => {
                epochs::save_accepted(&*self.disk, self.dirs.snapshots(), epoch)?;
                let saved = Replicated::AcceptedEpochSaved(epoch);
                events.push(DiskEvent::Replication(saved));
            }
            LogCommand::SaveCurrentEpoch(epoch) => {
                self.mark.set_epoch(epoch);
                epochs::save_current(&*self.disk, self.dirs.snapshots(), epoch)?;
                self.mark.confirm()?;
                let saved = Replicated::CurrentEpochSaved(epoch);
                events.push(DiskEvent::Replication(saved));
            }
            LogCommand::Install(sealed) => {
                self.install(&sealed)?;
                let staged = Replicated::Staged(sealed.info.zxid);
                events.push(DiskEvent::Replication(staged));
            }
            LogCommand::Reload => {
                let recovered = self.reload()?;
                events.push(DiskEvent::Reloaded(Box::new(recovered)));
            }
        }
        Ok(())
    }

    /// Cuts the log, or leaves it as it is where it cannot end there.
    fn truncate(&mut self, zxid: Zxid) -> Result<Replicated, RecoveryError> {
        let _held = self.history.hold_files();
        match prove_cut(&*self.disk, &self.dirs, zxid) {
            Err(refusal @ RecoveryError::NotInLog { .. }) => {
                tracing::error!(%refusal, "the log is not cut");
                return Ok(Replicated::TruncateRefused(zxid));
            }
            proved => proved?,
        }
        self.mark.lower(zxid)?;
        self.log.restart(zxid);
        truncate(&*self.disk, &self.dirs, zxid)?;
        self.mark.reach(zxid);
        self.history.change();
        Ok(Replicated::Truncated(zxid))
    }

    fn install(&mut self, sealed: &SealedSnapshot) -> Result<(), RecoveryError> {
        let _held = self.history.hold_files();
        let zxid = sealed.info.zxid;
        self.mark.begin_anew(zxid)?;
        self.log.restart(zxid);
        install(&*self.disk, &self.dirs, sealed)?;
        self.mark.reach(zxid);
        self.mark.raise();
        self.history.change();
        self.stats.set_last_snapshot(sealed.info);
        Ok(())
    }

    fn reload(&mut self) -> Result<Recovered, RecoveryError> {
        let _held = self.history.hold_files();
        self.log.close_file();
        let recovered = recover_into_tree(&*self.disk, &self.dirs, self.boot)?;
        let last_zxid = recovered.found.last_zxid;
        self.log.restart(last_zxid);
        let epochs = epochs::read_both(&*self.disk, self.dirs.snapshots())?;
        if !self.mark.awaits_epoch()
            && let Some(loss) = find_loss(&*self.disk, &self.dirs, last_zxid)?
        {
            tracing::error!(last = %loss.last, durable = %loss.durable,
                "cannot vouch for this disk: {loss}");
            self.mark.disown();
            return Ok(nothing_vouched(self.boot, epochs));
        }
        self.mark.reach(last_zxid);
        Ok(Recovered {
            tree: recovered.tree,
            sessions: recovered.sessions,
            last_zxid,
            accepted_epoch: epochs.accepted,
            current_epoch: epochs.current,
        })
    }
}
