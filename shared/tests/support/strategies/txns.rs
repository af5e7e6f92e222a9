//! Any transaction.

use proptest::{collection::vec, option, prelude::*};
use zoowarden_shared::{SessionId, Zxid, txn::*};

use super::{acl, data, error_code, text, texts};

fn create_txn() -> impl Strategy<Value = CreateTxn> {
    (text(), data(), acl(), any::<bool>(), any::<i32>()).prop_map(
        |(path, data, acl, ephemeral, parent_cversion)| CreateTxn {
            path,
            data,
            acl,
            ephemeral,
            parent_cversion,
        },
    )
}

fn create_ttl_txn() -> impl Strategy<Value = CreateTtlTxn> {
    (create_txn(), any::<i64>()).prop_map(|(create, ttl_ms)| CreateTtlTxn {
        path: create.path,
        data: create.data,
        acl: create.acl,
        parent_cversion: create.parent_cversion,
        ttl_ms,
    })
}

fn set_data_txn() -> impl Strategy<Value = SetDataTxn> {
    (text(), data(), any::<i32>()).prop_map(|(path, data, version)| SetDataTxn {
        path,
        data,
        version,
    })
}

/// What may stand in a multi, and alone.
fn simple_txn() -> impl Strategy<Value = Txn> {
    prop_oneof![
        create_txn().prop_map(Txn::Create),
        create_txn().prop_map(Txn::Create2),
        create_txn().prop_map(|txn| {
            // It has no field for it.
            Txn::CreateContainer(CreateTxn {
                ephemeral: false,
                ..txn
            })
        }),
        create_ttl_txn().prop_map(Txn::CreateTtl),
        text().prop_map(|path| Txn::Delete(DeleteTxn { path })),
        text().prop_map(|path| Txn::DeleteContainer(DeleteTxn { path })),
        set_data_txn().prop_map(Txn::SetData),
        set_data_txn().prop_map(Txn::Reconfig),
        (text(), acl(), any::<i32>()).prop_map(|(path, acl, version)| Txn::SetAcl(SetAclTxn {
            path,
            acl,
            version
        })),
        (text(), any::<i32>())
            .prop_map(|(path, version)| Txn::Check(CheckVersionTxn { path, version })),
        any::<i32>().prop_map(|timeout_ms| Txn::CreateSession(CreateSessionTxn { timeout_ms })),
        texts().prop_map(|paths_to_delete| {
            Txn::CloseSession(Some(CloseSessionTxn { paths_to_delete }))
        }),
        error_code().prop_map(|err| Txn::Error(ErrorTxn { err })),
    ]
}

/// Any transaction.
pub(crate) fn txn_record() -> impl Strategy<Value = TxnRecord> {
    let txn = prop_oneof![
        4 => simple_txn(),
        1 => vec(simple_txn(), 0..4).prop_map(|txns| Txn::Multi(MultiTxn { txns })),
    ];
    let digest = option::of(any::<i64>());
    (txn, any::<[i64; 3]>(), any::<i32>(), digest).prop_map(|(txn, long, cxid, digest)| TxnRecord {
        header: TxnHeader {
            session: SessionId(long[0]),
            cxid,
            zxid: Zxid(long[1]),
            time_ms: long[2],
            op: txn.opcode().code(),
        },
        txn,
        digest: digest.map(|tree_digest| TxnDigest {
            version: TxnDigest::VERSION,
            tree_digest,
        }),
    })
}
