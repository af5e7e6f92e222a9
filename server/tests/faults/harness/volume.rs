//! A file system of its own for one member, to fill up or to freeze.

use std::path::{Path, PathBuf};

use super::root::{attempt, run};

/// A mounted file system, unmounted when dropped.
#[derive(Debug)]
pub(crate) struct Volume {
    mounted_at: PathBuf,
}

impl Volume {
    /// One in memory that holds so many KiB.
    pub(crate) fn in_memory(at: &Path, size_kib: u32) -> Self {
        let options = format!("size={size_kib}k,mode=0755");
        run(&format!("mount -t tmpfs -o {options} zwf {}", at.display()));
        Self::mounted(at)
    }

    /// An ext4 on a loop device, whose image is beside it: one that can be frozen.
    pub(crate) fn on_loop_device(at: &Path) -> Self {
        let image = at.with_extension("image");
        run(&format!("truncate -s 64M {}", image.display()));
        run(&format!("mkfs.ext4 -q {}", image.display()));
        run(&format!(
            "mount -o loop {} {}",
            image.display(),
            at.display()
        ));
        Self::mounted(at)
    }

    fn mounted(at: &Path) -> Self {
        Self {
            mounted_at: at.to_owned(),
        }
    }

    /// Gives one in memory another size.
    pub(crate) fn resize(&self, size_kib: u32) {
        let options = format!("remount,size={size_kib}k");
        run(&format!("mount -o {options} {}", self.mounted_at.display()));
    }

    /// Makes all writes and syncs wait until [`Self::thaw`].
    pub(crate) fn freeze(&self) {
        run(&format!("fsfreeze -f {}", self.mounted_at.display()));
    }

    pub(crate) fn thaw(&self) {
        run(&format!("fsfreeze -u {}", self.mounted_at.display()));
    }
}

impl Drop for Volume {
    fn drop(&mut self) {
        // Frozen, it would keep its member from ending. Lazily, since that may still be so.
        let _ = attempt(&format!("fsfreeze -u {}", self.mounted_at.display()), "");
        let _ = attempt(&format!("umount -l {}", self.mounted_at.display()), "");
    }
}
