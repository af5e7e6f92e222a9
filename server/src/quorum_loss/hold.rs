//! A reserved member: it holds its data directory, and serves nobody but its operator.
//!
//! None of the ports between members is open and no driver runs, so that it can neither vote nor
//! follow nor lead: its data stands still. The client port says that it is not serving, and the
//! AdminServer takes what an operator without a quorum needs (`admin::reserved`).

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    task::JoinSet,
    time::{sleep, timeout},
};
use tokio_util::sync::CancellationToken;
use zoowarden_peer::{Denied, Peer};
use zoowarden_zab::Durable;

use super::{
    force::{ForceError, NewQuorum, force},
    reservation::{Reservation, ReservationError},
};
use crate::{
    admin,
    configure::Configured,
    net,
    storage::{self, Started},
};

/// How long a client may take to say its word.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long answers that are under way may take when it ends.
const GOODBYE: Duration = Duration::from_secs(5);
/// After a failed accept: out of file descriptors, mostly.
const AFTER_FAILED_ACCEPT: Duration = Duration::from_millis(100);

/// A member that stands aside.
#[derive(Debug)]
pub(crate) struct Held {
    configured: Configured,
    /// It was recovered and takes no input: it knows the tree, and so who may give orders.
    peer: Mutex<Peer>,
    own: Durable,
    reservation: Mutex<Reservation>,
    lifted: CancellationToken,
}

impl Held {
    /// Whether who sends this `Authorization` header may give orders, by this member's tree.
    pub(crate) fn authorize(&self, header: &str) -> Result<(), Denied> {
        // An empty tree is open to all.
        if self.own.last_zxid < zoowarden_shared::Zxid::ZERO {
            return Err(Denied::NotAuthorized);
        }
        lock(&self.peer).authorize(header)
    }

    pub(crate) fn configured(&self) -> &Configured {
        &self.configured
    }

    /// What it has: it does not change while it is held.
    pub(crate) fn own(&self) -> Durable {
        self.own
    }

    pub(crate) fn until_ms(&self) -> u64 {
        lock(&self.reservation).until_ms()
    }

    /// Makes the promise last for so long from now on.
    pub(crate) fn renew(&self, token: &str, ttl_s: u64) -> Result<(), ReservationError> {
        let mut reservation = lock(&self.reservation);
        reservation.check(token)?;
        let renewed = Reservation::new(token, ttl_s)?;
        renewed.write(&self.configured.config.data_dir)?;
        *reservation = renewed;
        Ok(())
    }

    /// Gives the promise back: the member takes part again.
    pub(crate) fn lift(&self, token: &str) -> Result<(), ReservationError> {
        lock(&self.reservation).check(token)?;
        Reservation::remove(&self.configured.config.data_dir)?;
        self.lifted.cancel();
        Ok(())
    }

    /// Makes it a voter of a new ensemble, as which it takes part at once.
    pub(crate) fn force(&self, token: &str, new: &NewQuorum) -> Result<(), HeldError> {
        let reservation = lock(&self.reservation);
        reservation.check(token)?;
        force(&self.configured, self.own, new)?;
        self.lifted.cancel();
        Ok(())
    }

    /// Waits until the promise is given back, used, or has run out.
    async fn ends(&self) {
        loop {
            let left = lock(&self.reservation).left();
            if left.is_zero() {
                tracing::warn!("the reservation has run out");
                return;
            }
            tokio::select! {
                () = self.lifted.cancelled() => return,
                () = sleep(left) => {}
            }
        }
    }
}

/// Why a forced quorum was refused.
#[derive(Debug, thiserror::Error)]
pub(crate) enum HeldError {
    #[error(transparent)]
    Reservation(#[from] ReservationError),
    #[error(transparent)]
    Force(#[from] ForceError),
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Stands aside as long as the reservation holds, or until `shutdown`.
///
/// # Errors
/// When the data cannot be recovered, or the client port is taken.
pub(crate) async fn hold(
    configured: Configured,
    reservation: Reservation,
    shutdown: &CancellationToken,
) -> anyhow::Result<()> {
    let Started {
        peer,
        disk: mut handle,
        locks: _locks,
        ..
    } = storage::start(&configured).await?;
    let own = peer.durable().unwrap_or_default();
    tracing::warn!(
        zxid = %own.last_zxid, epoch = own.current_epoch, until_ms = reservation.until_ms(),
        "reserved: takes no part in elections and serves nobody"
    );
    let closing = CancellationToken::new();
    let mut ports = JoinSet::new();
    let config = &configured.config;
    if let Some(address) = &config.client_address {
        let listener = net::listen_at(address, config.client_listen_backlog)?;
        ports.spawn(say_not_serving(listener, closing.clone()));
    }
    let admin = config.admin.enabled.then_some(&config.admin.address);
    let idle = Duration::from_millis(config.admin.idle_timeout_ms.into());
    let admin = admin.and_then(|address| {
        let listener = net::listen_at(address, None);
        listener
            .inspect_err(|fault| {
                tracing::error!("cannot start the AdminServer on {address}: {fault:#}");
            })
            .ok()
    });
    let held = std::sync::Arc::new(Held {
        peer: Mutex::new(peer),
        own,
        reservation: Mutex::new(reservation),
        lifted: CancellationToken::new(),
        configured,
    });
    if let Some(listener) = admin {
        let router = admin::reserved_router(std::sync::Arc::clone(&held));
        ports.spawn(admin::serve(listener, router, idle, closing.clone()));
    }
    tokio::select! {
        () = held.ends() => tracing::info!("not reserved any more"),
        () = shutdown.cancelled() => {}
    }
    closing.cancel();
    let closed = async { while ports.join_next().await.is_some() {} };
    if timeout(GOODBYE, closed).await.is_err() {
        tracing::debug!("some connections did not end in time");
    }
    handle.close();
    Ok(())
}

/// Answers four-letter words as any member does that has no leader, and takes no session.
async fn say_not_serving(listener: TcpListener, closing: CancellationToken) {
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = closing.cancelled() => return,
        };
        match accepted {
            Ok((stream, _)) => {
                tokio::spawn(timeout(PATIENCE, answer_word(stream)));
            }
            Err(_) => sleep(AFTER_FAILED_ACCEPT).await,
        }
    }
}

async fn answer_word(mut stream: TcpStream) -> std::io::Result<()> {
    let mut start = [0; admin::Word::BYTES];
    stream.read_exact(&mut start).await?;
    if admin::Word::from_start(&start).is_some() {
        stream.write_all(admin::NOT_SERVING.as_bytes()).await?;
        stream.write_all(b"\n").await?;
    }
    stream.shutdown().await
}
