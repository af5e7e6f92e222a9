//! How many bytes may wait for the driver: who brings more waits for room.

use tokio::sync::Semaphore;

use super::inbox::Stopped;

/// One unit of a bound. A message takes at least one, however small it is.
const BYTES_PER_PERMIT: usize = 256;

/// A bound on bytes that wait.
pub(super) struct Room {
    free: Semaphore,
    permits: usize,
}

impl Room {
    pub(super) fn new(bytes: usize) -> Self {
        let permits = bytes / BYTES_PER_PERMIT;
        Self {
            free: Semaphore::new(permits),
            permits,
        }
    }

    /// Waits until there is room for so many bytes, and takes it.
    pub(super) async fn take(&self, bytes: usize) -> Result<(), Stopped> {
        let room = self.free.acquire_many(self.permits_of(bytes) as u32);
        room.await.map_err(|_| Stopped)?.forget();
        Ok(())
    }

    pub(super) fn free(&self, taken: impl Iterator<Item = usize>) {
        let permits: usize = taken.map(|bytes| self.permits_of(bytes)).sum();
        if permits > 0 {
            self.free.add_permits(permits);
        }
    }

    pub(super) fn close(&self) {
        self.free.close();
    }

    /// What a message takes. One larger than the whole bound takes all of it.
    fn permits_of(&self, bytes: usize) -> usize {
        bytes.div_ceil(BYTES_PER_PERMIT).clamp(1, self.permits)
    }
}
