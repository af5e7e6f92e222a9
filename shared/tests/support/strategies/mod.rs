//! Any value of the types that travel, for proptest.

use bytes::Bytes;
use proptest::{collection::vec, option, prelude::*};
use zoowarden_shared::{
    ErrorCode, Zxid,
    acl::{Acl, Id},
    stat::Stat,
};

mod requests;
mod responses;
mod txns;

pub(crate) use requests::request;
pub(crate) use responses::response;
pub(crate) use txns::txn_record;

pub(crate) fn text() -> impl Strategy<Value = String> {
    "\\PC{0,12}"
}

pub(crate) fn data() -> impl Strategy<Value = Option<Bytes>> {
    option::of(vec(any::<u8>(), 0..40).prop_map(Bytes::from))
}

pub(crate) fn zxid() -> impl Strategy<Value = Zxid> {
    any::<i64>().prop_map(Zxid)
}

pub(crate) fn ids() -> impl Strategy<Value = Vec<Id>> {
    vec(
        (text(), text()).prop_map(|(scheme, id)| Id { scheme, id }),
        0..3,
    )
}

pub(super) fn acl() -> impl Strategy<Value = Vec<Acl>> {
    let entry = (any::<i32>(), text(), text());
    let entry = entry.prop_map(|(perms, scheme, id)| Acl {
        perms,
        id: Id { scheme, id },
    });
    vec(entry, 0..3)
}

pub(super) fn texts() -> impl Strategy<Value = Vec<String>> {
    vec(text(), 0..4)
}

pub(super) fn error_code() -> impl Strategy<Value = ErrorCode> {
    any::<i32>().prop_map(ErrorCode::from_code)
}

pub(super) fn stat() -> impl Strategy<Value = Stat> {
    (any::<[i64; 6]>(), any::<[i32; 5]>()).prop_map(|(long, int)| Stat {
        czxid: Zxid(long[0]),
        mzxid: Zxid(long[1]),
        ctime: long[2],
        mtime: long[3],
        version: int[0],
        cversion: int[1],
        aversion: int[2],
        ephemeral_owner: long[4],
        data_length: int[3],
        num_children: int[4],
        pzxid: Zxid(long[5]),
    })
}
