//! `restore`: a snapshot that an operator brings takes the place of the member's history
//! (Apache 3.9's `RestoreCommand`, in two steps where there is an ensemble).
//!
//! ```text
//!   POST restore         spooled to the disk, read through, kept; clients are kept out
//!   POST restore_commit  put in place; the member starts again with it
//!   POST restore_abort   given up; clients come in again
//! ```
//!
//! All members are brought the same file before one is told to commit: followers first, the
//! leader last. The members that were restored elect a leader among them, and one that was not
//! takes its history from it. A standalone server commits at once.

use std::{fs::File, io::Write};

use axum::body::Body;
use bytes::Bytes;
use futures_util::StreamExt;
use serde_json::{Map, Value as Json, json};
use tokio::sync::mpsc;
use zoowarden_shared::{Epoch, Zxid, audit::Record};

use super::{expected, refusal::Refusal};
use crate::{
    admin::{
        Admin,
        answer::{Request, fields_of},
        repairs::shown,
    },
    disk::{Candidate, RealDisk, RepairKind, free_space, inspect},
};

/// Parts of an upload that wait for the disk.
const CHUNKS_WAITING: usize = 4;

impl Admin {
    /// Brings a snapshot.
    pub(in crate::admin) async fn restore(
        &self,
        request: &Request,
        upload: Body,
    ) -> Result<Map<String, Json>, Refusal> {
        let attempt = self.begin("restore", request).await?;
        let brought = match self.restores.admit() {
            Ok(()) => self.bring(request, upload, &attempt.record).await,
            Err(refusal) => Err(refusal),
        };
        let goes_on = brought.as_ref().is_ok_and(|(_, goes_on)| *goes_on);
        let said = brought
            .as_ref()
            .map(|(body, _)| Json::Object(body.clone()).to_string());
        if !goes_on {
            self.end(attempt, said).await;
        }
        brought.map(|(body, _)| body)
    }

    /// The answer, and whether the member is about to start again.
    async fn bring(
        &self,
        request: &Request,
        upload: Body,
        record: &Record,
    ) -> Result<(Map<String, Json>, bool), Refusal> {
        let _turn = self.repairs.turn().ok_or_else(under_way)?;
        let named = match request.parameters.contains_key("zxid") {
            true => Some(request.zxid()?),
            false => None,
        };
        self.repairs.release();
        let candidate = match self.spool(upload).await {
            Ok(()) => self.inspect_candidate(named).await,
            Err(refusal) => Err(refusal),
        };
        let candidate = candidate.inspect_err(|_| self.repairs.release())?;
        let (replaces, is_member) = self
            .ordered(request, None, |peer, now, _| {
                (peer.applied_zxid(), peer.replication_view(now).is_some())
            })
            .await?;
        let mut body = fields_of(shown(candidate));
        body.insert("last_zxid".into(), candidate.zxid.0.into());
        body.insert("replaces_zxid".into(), replaces.to_string().into());
        body.insert("committed".into(), (!is_member).into());
        let epoch = record.before.and_then(|before| before.epoch);
        let epoch = epoch.unwrap_or_default();
        if is_member {
            self.repairs.hold(candidate, epoch, self.driver.clone());
            self.ordered(request, None, |peer, _, out| {
                peer.shed_connections(100, out)
            })
            .await?;
            return Ok((body, false));
        }
        self.put_in_place(candidate, epoch, record)?;
        Ok((body, true))
    }

    /// Puts what was brought in place. `zxid` names it; `epoch` is required.
    pub(super) fn restore_commit(
        &self,
        request: &Request,
        record: &Record,
    ) -> Result<Map<String, Json>, Refusal> {
        let (zxid, epoch) = (request.zxid()?, request.epoch()?);
        let _turn = self.repairs.turn().ok_or_else(under_way)?;
        let candidate = self.repairs.candidate();
        let candidate = candidate.ok_or_else(|| {
            Refusal::Unfit("no snapshot was brought, or it has waited too long".into())
        })?;
        if candidate.zxid != zxid {
            let why = format!("the snapshot that was brought is of {}", candidate.zxid);
            return Err(Refusal::Unfit(why));
        }
        self.put_in_place(candidate, epoch, record)?;
        Ok(fields_of(shown(candidate)))
    }

    /// Gives up what was brought.
    pub(super) fn restore_abort(&self) -> Result<Map<String, Json>, Refusal> {
        let _turn = self.repairs.turn().ok_or_else(under_way)?;
        let was_there = self.repairs.candidate().is_some();
        self.repairs.release();
        Ok(fields_of(json!({ "given_up": was_there })))
    }

    fn put_in_place(
        &self,
        candidate: Candidate,
        epoch: Epoch,
        record: &Record,
    ) -> Result<(), Refusal> {
        let kind = RepairKind::Restore {
            zxid: candidate.zxid.0,
            epoch: epoch.max(candidate.zxid.epoch()).saturating_add(1),
        };
        let ordered = self.repairs.order(kind, record.clone());
        ordered.map_err(Refusal::Failed)
    }

    /// Writes an upload to the disk, durably, as it comes: half of what is free at most.
    async fn spool(&self, upload: Body) -> Result<(), Refusal> {
        let path = self.repairs.dirs().candidate_file();
        let failed = |fault: std::io::Error| Refusal::Failed(format!("cannot spool it: {fault}"));
        let dir = self.repairs.dirs().snapshots().to_owned();
        let room = free_space(&dir).map_err(failed)? / 2;
        let (sender, mut receiver) = mpsc::channel::<Bytes>(CHUNKS_WAITING);
        let writing = tokio::task::spawn_blocking(move || {
            let mut file = File::create(&path)?;
            while let Some(chunk) = receiver.blocking_recv() {
                file.write_all(&chunk)?;
            }
            file.sync_all()?;
            File::open(dir)?.sync_all()
        });
        let mut len = 0;
        let mut chunks = upload.into_data_stream();
        while let Some(chunk) = chunks.next().await {
            let chunk = chunk.map_err(|fault| Refusal::BadRequest(fault.to_string()))?;
            len += chunk.len() as u64;
            if len > room {
                let why = format!("it has more than {room} bytes, half of what is free here");
                return Err(Refusal::Unfit(why));
            }
            // Then the disk failed, which is told below.
            if sender.send(chunk).await.is_err() {
                break;
            }
        }
        drop(sender);
        match writing.await {
            Ok(written) => written.map_err(failed),
            Err(panicked) => std::panic::resume_unwind(panicked.into_panic()),
        }
    }

    async fn inspect_candidate(&self, named: Option<Zxid>) -> Result<Candidate, Refusal> {
        let path = self.repairs.dirs().candidate_file();
        let tree = self.repairs.tree();
        let reading = tokio::task::spawn_blocking(move || inspect(&RealDisk, &path, tree, named));
        match reading.await {
            Ok(Ok(Ok(candidate))) => Ok(candidate),
            Ok(Ok(Err(why))) => Err(Refusal::Unfit(format!("no snapshot to restore: {why}"))),
            Ok(Err(error)) => Err(Refusal::Failed(error.to_string())),
            Err(panicked) => std::panic::resume_unwind(panicked.into_panic()),
        }
    }
}

fn under_way() -> Refusal {
    Refusal::Unfit("another restore is under way".into())
}

impl Request {
    /// `zxid`: `0x` and hexadecimal digits.
    fn zxid(&self) -> Result<Zxid, Refusal> {
        let text = self.parameter("zxid")?;
        let digits = text.strip_prefix("0x");
        let zxid = digits.and_then(|digits| i64::from_str_radix(digits, 16).ok());
        zxid.map(Zxid)
            .ok_or_else(|| expected("zxid", "0x and hexadecimal digits", text))
    }
}
