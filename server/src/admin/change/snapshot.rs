//! `snapshot`: the state as of now, written to the disk and streamed to who asks (Apache 3.9's
//! `SnapshotCommand`). A GET; nothing that clients see changes.

use std::{
    fs::File,
    io::{self, Read},
    time::Duration,
};

use axum::body::Body;
use bytes::Bytes;
use futures_util::stream;
use tokio::{
    sync::mpsc,
    time::{Instant, sleep},
};
use zoowarden_shared::{Zxid, file::name::snapshot_name};

use super::refusal::Refusal;
use crate::admin::{Admin, answer::Request};

/// How long the disk may take to write one.
const LIMIT: Duration = Duration::from_secs(600);
const LOOK_AGAIN: Duration = Duration::from_millis(20);
/// What is read at once, and how many of these wait for a slow reader.
const CHUNK_BYTES: usize = 64 << 10;
const CHUNKS_WAITING: usize = 4;

/// A snapshot on the disk, open: it can be read to its end though it were purged.
#[derive(Debug)]
pub(in crate::admin) struct TakenSnapshot {
    pub(in crate::admin) zxid: Zxid,
    pub(in crate::admin) len: u64,
    file: File,
}

impl Admin {
    /// Takes one, where none of the last transaction is there yet.
    pub(in crate::admin) async fn take_snapshot(
        &self,
        request: &Request,
    ) -> Result<TakenSnapshot, Refusal> {
        let attempt = self.begin("snapshot", request).await?;
        let taken = match self.snapshots.admit() {
            Ok(()) => self.taken(request).await,
            Err(refusal) => Err(refusal),
        };
        let said = taken
            .as_ref()
            .map(|taken| format!("snapshot of {}, {} bytes", taken.zxid, taken.len));
        self.end(attempt, said).await;
        taken
    }

    async fn taken(&self, request: &Request) -> Result<TakenSnapshot, Refusal> {
        let began = Instant::now();
        let mut wanted = None;
        loop {
            let (zxid, may) = self
                .ordered(request, None, |peer, now, out| {
                    let view = peer.server_view(now);
                    (
                        peer.applied_zxid(),
                        view.serving.then(|| peer.take_snapshot(out)),
                    )
                })
                .await?;
            may.ok_or(Refusal::Stopped)?;
            let wanted = *wanted.get_or_insert(zxid);
            if let Some(last) = self.disk.last_snapshot()
                && last.zxid >= wanted
            {
                let dir = self.repairs.dirs().snapshots();
                let path = dir.join(snapshot_name(last.zxid));
                return match File::open(&path).and_then(|file| Ok((file.metadata()?.len(), file))) {
                    Ok((len, file)) => Ok(TakenSnapshot {
                        zxid: last.zxid,
                        len,
                        file,
                    }),
                    Err(fault) => Err(Refusal::Failed(format!("{}: {fault}", path.display()))),
                };
            }
            if began.elapsed() > LIMIT {
                return Err(Refusal::Failed(
                    "the disk takes too long to write it".into(),
                ));
            }
            sleep(LOOK_AGAIN).await;
        }
    }
}

impl TakenSnapshot {
    /// Its bytes, read as fast as they are taken.
    pub(in crate::admin) fn into_body(self) -> Body {
        let (sender, receiver) = mpsc::channel(CHUNKS_WAITING);
        let mut file = self.file;
        tokio::task::spawn_blocking(move || {
            loop {
                let chunk = read_chunk(&mut file);
                let is_last = !matches!(&chunk, Ok(Some(_)));
                // Who asked may have gone away.
                if let Some(chunk) = chunk.transpose()
                    && sender.blocking_send(chunk).is_err()
                {
                    return;
                }
                if is_last {
                    return;
                }
            }
        });
        Body::from_stream(stream::unfold(receiver, |mut receiver| async {
            receiver.recv().await.map(|chunk| (chunk, receiver))
        }))
    }
}

fn read_chunk(file: &mut File) -> io::Result<Option<Bytes>> {
    let mut chunk = vec![0; CHUNK_BYTES];
    let len = file.read(&mut chunk)?;
    chunk.truncate(len);
    Ok((len > 0).then(|| chunk.into()))
}
