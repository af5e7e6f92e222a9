//! Transactions: what the log keeps and what travels between members.
//!
//! The same bytes in a PROPOSAL, an INFORM and a log record: [`TxnHeader`], body ([`Txn`]),
//! and since 3.6 an optional [`TxnDigest`] of the whole tree after it.

mod body;
mod record;

pub use body::{
    CheckVersionTxn, CloseSessionTxn, CreateSessionTxn, CreateTtlTxn, CreateTxn, DeleteTxn,
    ErrorTxn, MultiTxn, SetAclTxn, SetDataTxn, Txn,
};
pub use record::{TxnDigest, TxnHeader, TxnRecord};
