//! Any request.

use proptest::{collection::vec, option, prelude::*, sample::select};
use zoowarden_shared::proto::*;

use super::{acl, data, text, texts, zxid};

fn create() -> impl Strategy<Value = (OpCode, CreateRequest)> {
    let kinds = select(vec![
        OpCode::Create,
        OpCode::Create2,
        OpCode::CreateContainer,
    ]);
    (kinds, text(), data(), acl(), any::<i32>()).prop_map(|(op, path, data, acl, flags)| {
        let body = CreateRequest {
            path,
            data,
            acl,
            flags,
        };
        (op, body)
    })
}

fn create_ttl() -> impl Strategy<Value = CreateTtlRequest> {
    (create(), any::<i64>()).prop_map(|((_, create), ttl_ms)| CreateTtlRequest {
        path: create.path,
        data: create.data,
        acl: create.acl,
        flags: create.flags,
        ttl_ms,
    })
}

fn path() -> impl Strategy<Value = PathRequest> {
    text().prop_map(|path| PathRequest { path })
}

fn path_version() -> impl Strategy<Value = PathVersionRequest> {
    (text(), any::<i32>()).prop_map(|(path, version)| PathVersionRequest { path, version })
}

fn path_watch() -> impl Strategy<Value = PathWatchRequest> {
    (text(), any::<bool>()).prop_map(|(path, watch)| PathWatchRequest { path, watch })
}

fn set_data() -> impl Strategy<Value = SetDataRequest> {
    (text(), data(), any::<i32>()).prop_map(|(path, data, version)| SetDataRequest {
        path,
        data,
        version,
    })
}

fn writes() -> impl Strategy<Value = Vec<MultiOp>> {
    vec(
        prop_oneof![
            create().prop_map(|(op, body)| MultiOp::Create(op, body)),
            create_ttl().prop_map(MultiOp::CreateTtl),
            path_version().prop_map(MultiOp::Delete),
            set_data().prop_map(MultiOp::SetData),
            path_version().prop_map(MultiOp::Check),
        ],
        0..4,
    )
}

fn reads() -> impl Strategy<Value = Vec<MultiOp>> {
    vec(
        prop_oneof![
            path_watch().prop_map(MultiOp::GetData),
            path_watch().prop_map(MultiOp::GetChildren),
        ],
        0..4,
    )
}

/// Any request.
pub(crate) fn request() -> impl Strategy<Value = Request> {
    let watches = || (text(), any::<i32>()).prop_map(|(path, kind)| WatchesRequest { path, kind });
    prop_oneof![
        create().prop_map(|(op, body)| Request::Create(op, body)),
        create_ttl().prop_map(Request::CreateTtl),
        path_version().prop_map(Request::Delete),
        path().prop_map(Request::DeleteContainer),
        path_watch().prop_map(Request::Exists),
        path_watch().prop_map(Request::GetData),
        set_data().prop_map(Request::SetData),
        path().prop_map(Request::GetAcl),
        (text(), acl(), any::<i32>()).prop_map(|(path, acl, version)| {
            Request::SetAcl(SetAclRequest { path, acl, version })
        }),
        path_watch().prop_map(Request::GetChildren),
        path_watch().prop_map(Request::GetChildren2),
        path().prop_map(Request::Sync),
        path_version().prop_map(Request::Check),
        writes().prop_map(Request::Multi),
        reads().prop_map(Request::MultiRead),
        reconfig(),
        watches().prop_map(Request::CheckWatches),
        watches().prop_map(Request::RemoveWatches),
        (any::<i32>(), text(), data())
            .prop_map(|(kind, scheme, auth)| Request::Auth(AuthRequest { kind, scheme, auth })),
        set_watches(),
        data().prop_map(|token| Request::Sasl(SaslToken { token })),
        path().prop_map(Request::GetEphemerals),
        path().prop_map(Request::GetAllChildrenNumber),
        (text(), any::<i32>())
            .prop_map(|(path, mode)| Request::AddWatch(AddWatchRequest { path, mode })),
        select(vec![Request::Ping, Request::WhoAmI, Request::CloseSession]),
    ]
}

fn reconfig() -> impl Strategy<Value = Request> {
    let members = || option::of(text());
    (members(), members(), members(), any::<i64>()).prop_map(
        |(joining, leaving, new_members, current_config_id)| {
            Request::Reconfig(ReconfigRequest {
                joining,
                leaving,
                new_members,
                current_config_id,
            })
        },
    )
}

fn set_watches() -> impl Strategy<Value = Request> {
    let five = [(); 5].map(|()| texts().boxed());
    (zxid(), five, any::<bool>()).prop_map(|(relative_zxid, paths, second)| {
        let [data, exist, child, persistent, persistent_recursive] = paths;
        if second {
            Request::SetWatches2(SetWatches2Request {
                relative_zxid,
                data,
                exist,
                child,
                persistent,
                persistent_recursive,
            })
        } else {
            Request::SetWatches(SetWatchesRequest {
                relative_zxid,
                data,
                exist,
                child,
            })
        }
    })
}
