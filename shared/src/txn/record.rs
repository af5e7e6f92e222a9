//! A whole transaction: header, body, digest.

use super::Txn;
use crate::{
    ids::{SessionId, Zxid},
    jute::{Jute, JuteError, Reader, Writer, record},
    proto::OpCode,
};

record! {
    /// Whose transaction it is, its number, its time and its kind (32 bytes).
    #[derive(Copy)]
    pub struct TxnHeader {
        /// The session that asked for it.
        pub session: SessionId,
        /// The client's xid of the request.
        pub cxid: i32,
        pub zxid: Zxid,
        /// When the leader made it, Unix milliseconds.
        pub time_ms: i64,
        /// An [`OpCode`].
        pub op: i32,
    }
}

record! {
    /// The tree's digest once the transaction is applied.
    #[derive(Copy)]
    pub struct TxnDigest {
        /// How it is computed: 2.
        pub version: i32,
        /// The wrapping sum of all znodes' digests.
        pub tree_digest: i64,
    }
}

impl TxnDigest {
    /// `DigestCalculator.DIGEST_VERSION`.
    pub const VERSION: i32 = 2;
}

/// Header, body and digest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TxnRecord {
    pub header: TxnHeader,
    pub txn: Txn,
    /// Absent from servers before 3.6, where switched off, and after an error.
    pub digest: Option<TxnDigest>,
}

impl Jute for TxnRecord {
    fn encode(&self, out: &mut Writer) {
        self.header.encode(out);
        self.txn.encode(out);
        if let Some(digest) = &self.digest {
            digest.encode(out);
        }
    }

    fn decode(input: &mut Reader) -> Result<Self, JuteError> {
        let header = TxnHeader::decode(input)?;
        let op = OpCode::from_code(header.op).ok_or(JuteError::BadValue {
            what: "transaction type",
            value: i64::from(header.op),
        })?;
        let txn = Txn::decode(op, input)?;
        let digest = if input.remaining() == 0 {
            None
        } else {
            Some(TxnDigest::decode(input)?)
        };
        Ok(Self {
            header,
            txn,
            digest,
        })
    }
}
