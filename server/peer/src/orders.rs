//! What an operator may order, and who is one: a digest identity that has every right on `/`,
//! as for the changing commands of Apache 3.9's AdminServer (`Commands.handleAuthorization`).

use zoowarden_shared::{Epoch, Sid, acl::perms};
use zoowarden_zab::{Durable, HandoverRefusal};

use crate::{
    auth,
    database::may,
    effect::Effects,
    input::{CloseReason, Now},
    peer::Peer,
};

/// Why an order is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Denied {
    /// The header is not `digest USER:PASSWORD`.
    #[error("Not authenticated")]
    NotAuthenticated,
    /// That identity has not every right on `/`.
    #[error("Not authorized")]
    NotAuthorized,
}

/// What makes up all rights: each is asked for by itself.
const EACH: [i32; 5] = [
    perms::READ,
    perms::WRITE,
    perms::CREATE,
    perms::DELETE,
    perms::ADMIN,
];

impl Peer {
    /// Whether who sends this `Authorization` header may give orders.
    ///
    /// # Errors
    /// [`Denied`].
    pub fn authorize(&self, header: &str) -> Result<(), Denied> {
        let credentials = match header.split_once(' ') {
            Some(("digest", credentials)) if self.config.digest_auth_enabled => credentials,
            _ => return Err(Denied::NotAuthenticated),
        };
        let proved: Vec<_> = auth::identities(credentials, &self.config).collect();
        let root = self.db.tree.node("/").ok_or(Denied::NotAuthorized)?;
        let mut each = EACH.into_iter();
        if each.all(|perm| may(&self.config, root.acl(), perm, &proved)) {
            Ok(())
        } else {
            Err(Denied::NotAuthorized)
        }
    }

    /// The epoch in force; that of the last transaction on a standalone server.
    #[must_use]
    pub fn epoch(&self) -> Epoch {
        match &self.ensemble {
            Some(ensemble) => ensemble.zab.status().epoch,
            None => self.db.zxid().epoch(),
        }
    }

    /// Whether it looks for a leader, and neither leads nor follows nor is about to.
    #[must_use]
    pub fn is_looking(&self) -> bool {
        let ensemble = self.ensemble.as_ref();
        ensemble.is_some_and(|ensemble| ensemble.zab.is_looking())
    }

    /// What its disk holds, of a member of an ensemble.
    #[must_use]
    pub fn durable(&self) -> Option<Durable> {
        let ensemble = self.ensemble.as_ref();
        ensemble.map(|ensemble| ensemble.zab.durable())
    }

    /// Begins to hand the leadership over to this server; see [`zoowarden_zab::Zab::hand_over`].
    ///
    /// # Errors
    /// [`HandoverRefusal`]; nothing has changed then.
    pub fn hand_over(
        &mut self,
        now: Now,
        heir: Sid,
        out: &mut Effects,
    ) -> Result<(), HandoverRefusal> {
        let begun = self.zab(now, out, |zab, outputs| {
            zab.hand_over(now.mono_us, heir, outputs)
        });
        begun.unwrap_or(Err(HandoverRefusal::NotLeading))
    }

    /// Lets so many per cent of the connections go, spread evenly over all of them; their
    /// clients go to other members. How many that were.
    pub fn shed_connections(&mut self, percent: u32, out: &mut Effects) -> usize {
        let percent = percent.min(100) as usize;
        let mut conns: Vec<_> = self.connections.ids();
        conns.sort_unstable();
        let chosen = conns.into_iter().enumerate();
        let chosen: Vec<_> = chosen
            .filter(|(index, _)| (index + 1) * percent / 100 > index * percent / 100)
            .collect();
        for (_, conn) in &chosen {
            self.close(*conn, CloseReason::Shed, out);
        }
        chosen.len()
    }
}
