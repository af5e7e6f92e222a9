//! What becomes of a disk that no process and no crash does to it.

use zoowarden_server::disk::Disk;
use zoowarden_shared::file::epoch::{ACCEPTED_EPOCH, CURRENT_EPOCH, parse as parse_epoch};

use super::{Health, Machine};
use crate::flaw::Flaw;

impl Machine {
    /// Flips one bit of one file; whether there was any, and somebody can notice.
    pub(crate) fn rot(&mut self, which: usize, bit: u64) -> bool {
        let mut files = Vec::new();
        for dir in [self.dirs.logs(), self.dirs.snapshots()] {
            if let Ok(entries) = self.disk.list(dir) {
                files.extend(entries.into_iter().map(|entry| dir.join(entry.name)));
            }
        }
        files.sort();
        files.dedup();
        let Some(path) = files.get(which % files.len().max(1)) else {
            return false;
        };
        let Some(mut content) = self.disk.content(path) else {
            return false;
        };
        let bit = bit % (content.len() as u64 * 8).max(1);
        let Some(byte) = content.get_mut((bit / 8) as usize) else {
            return false;
        };
        *byte ^= 1 << (bit % 8);
        // Apache's epoch files are a number and nothing beside: another number is as good.
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let is_epoch = name.starts_with(ACCEPTED_EPOCH) || name.starts_with(CURRENT_EPOCH);
        if is_epoch && parse_epoch(&content).is_ok() {
            return false;
        }
        self.disk.set_content(path, content);
        self.health = Health::Damaged;
        true
    }

    /// Somebody removes its logs, and leaves the snapshots: a restart finds an older state that
    /// looks whole.
    pub(crate) fn lose_logs(&mut self, flaw: Option<Flaw>) {
        // A fault that was planned for the process is not the operator's.
        self.crash_disk();
        let entries = self.disk.list(self.dirs.logs()).unwrap_or_default();
        let logs = entries
            .iter()
            .filter(|entry| entry.name.starts_with("log."));
        for log in logs {
            if self.disk.remove(&self.dirs.logs().join(&log.name)).is_ok() {
                self.health = Health::Damaged;
            }
        }
        // Even what comes back after the next crash was removed.
        let _ = self.disk.sync_dir(self.dirs.logs());
        if flaw == Some(Flaw::LossUnnoticed) {
            let mark = self.dirs.mark_file();
            self.disk.set_content(&mark, Vec::new());
        }
    }
}

#[cfg(test)]
mod tests {
    use zoowarden_shared::config::{DynamicConfig, Role};

    use super::*;
    use crate::machine::ConfigFiles;

    #[test]
    fn simulator_3002331_rot_that_makes_another_epoch_of_one_is_none() {
        let files = ConfigFiles::new(DynamicConfig::default(), Role::Participant);
        let mut machine = Machine::new(0, 1, files);
        machine.dirs.prepare(&machine.disk, true).unwrap();
        let path = machine.dirs.snapshots().join(CURRENT_EPOCH);
        let mut file = machine.disk.create(&path).unwrap();
        file.append(b"8").unwrap();
        assert!(!machine.rot(0, 0), "8 becomes 9");
        assert_eq!(machine.disk.content(&path).as_deref(), Some(&b"8"[..]));
        assert!(machine.rot(0, 6), "8 becomes x");
        assert_eq!(machine.health, Health::Damaged);
    }
}
