//! A reconfig's transaction, as a leader logs it.

use bytes::Bytes;
use zoowarden_shared::{
    SessionId, Zxid,
    config::DynamicConfig,
    jute::Jute as _,
    proto::OpCode,
    txn::{SetDataTxn, Txn, TxnHeader, TxnRecord},
};

/// The transaction by which this configuration comes into force.
pub(crate) fn reconfig_txn(zxid: Zxid, config: &DynamicConfig) -> Bytes {
    let header = TxnHeader {
        session: SessionId(1),
        cxid: 1,
        zxid,
        time_ms: 1,
        op: OpCode::Reconfig.code(),
    };
    let txn = Txn::Reconfig(SetDataTxn {
        path: "/zookeeper/config".to_owned(),
        data: Some(config.to_string().into()),
        version: -1,
    });
    let digest = None;
    TxnRecord {
        header,
        txn,
        digest,
    }
    .to_bytes()
}
