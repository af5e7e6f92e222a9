//! Prefix agreement: all members deliver the same transactions in the same order. What one of
//! them serves clients from is a prefix of one log, without holes, whatever happened.

use std::collections::BTreeMap;

use bytes::Bytes;
use zoowarden_peer::Now;
use zoowarden_shared::Zxid;

use crate::machine::Machine;

/// The log on which the members agree, as far as any of them has delivered it.
#[derive(Debug, Default)]
pub(crate) struct Prefix {
    log: BTreeMap<Zxid, Delivered>,
}

/// A transaction of it.
#[derive(Debug)]
pub(crate) struct Delivered {
    pub(crate) txn: Bytes,
    /// Who delivered it first.
    pub(crate) by: usize,
}

impl Prefix {
    /// In order.
    pub(crate) fn log(&self) -> impl Iterator<Item = (Zxid, &Delivered)> {
        self.log.iter().map(|(zxid, it)| (*zxid, it))
    }

    pub(crate) fn last(&self) -> Zxid {
        self.log
            .last_key_value()
            .map_or(Zxid::ZERO, |(zxid, _)| *zxid)
    }

    /// Compares what a member has delivered since the last time.
    pub(super) fn observe(&mut self, machine: &mut Machine, now: Now) -> Result<(), String> {
        let Some(process) = &mut machine.process else {
            return Ok(());
        };
        let Some(applied) = process.served_zxid(now) else {
            return Ok(());
        };
        let compared = process.compared;
        if compared == Some(applied) {
            return Ok(());
        }
        if compared.is_some_and(|compared| applied < compared) {
            return Err(format!(
                "prefix: member {} went back from {} to {applied}",
                machine.index,
                compared.unwrap_or_default()
            ));
        }
        process.compared = Some(applied);
        self.deliver(machine, compared.unwrap_or_default(), applied)
    }

    fn deliver(&mut self, machine: &Machine, after: Zxid, upto: Zxid) -> Result<(), String> {
        let member = machine.index;
        let mut agreed = self
            .log
            .range(after.next()..)
            .take_while(|(zxid, _)| **zxid <= upto);
        let mut fresh = Vec::new();
        for (zxid, txn) in machine.shadow.between(after, upto) {
            match agreed.next() {
                Some((its, it)) if *its == zxid && it.txn == txn => {}
                Some((its, it)) => {
                    return Err(format!(
                        "prefix: member {member} delivers {} {zxid} where member {} delivered \
                         {} {its}",
                        kind_of(txn),
                        it.by,
                        kind_of(&it.txn),
                    ));
                }
                None => fresh.push((zxid, txn.clone())),
            }
        }
        if let Some((its, it)) = agreed.next() {
            return Err(format!(
                "prefix: member {member} serves clients at {upto} without {its}, which member {} \
                 delivered",
                it.by
            ));
        }
        for (zxid, txn) in fresh {
            if zxid <= self.last() {
                return Err(format!(
                    "prefix: member {member} delivers {zxid} when {} was delivered elsewhere \
                     without it",
                    self.last()
                ));
            }
            self.log.insert(zxid, Delivered { txn, by: member });
        }
        Ok(())
    }
}

/// What a transaction is, for a message.
fn kind_of(txn: &[u8]) -> String {
    use zoowarden_shared::{jute::Jute, txn::TxnRecord};
    TxnRecord::from_bytes(Bytes::copy_from_slice(txn)).map_or_else(
        |error| error.to_string(),
        |record| format!("{:?} of {}", record.txn.opcode(), record.header.session),
    )
}
