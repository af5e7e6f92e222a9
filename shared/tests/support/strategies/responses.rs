//! Any reply.

use proptest::{collection::vec, prelude::*, sample::select};
use zoowarden_shared::proto::*;

use super::{acl, data, error_code, stat, text, texts};

fn create2_response() -> impl Strategy<Value = Create2Response> {
    (text(), stat()).prop_map(|(path, stat)| Create2Response { path, stat })
}

fn data_response() -> impl Strategy<Value = GetDataResponse> {
    (data(), stat()).prop_map(|(data, stat)| GetDataResponse { data, stat })
}

fn children_response() -> impl Strategy<Value = GetChildrenResponse> {
    texts().prop_map(|children| GetChildrenResponse { children })
}

fn multi_results() -> impl Strategy<Value = Vec<MultiResult>> {
    let stamped = select(vec![
        OpCode::Create2,
        OpCode::CreateContainer,
        OpCode::CreateTtl,
    ]);
    vec(
        prop_oneof![
            text().prop_map(|path| MultiResult::Create(PathResponse { path })),
            (stamped, create2_response()).prop_map(|(op, body)| MultiResult::Create2(op, body)),
            select(vec![MultiResult::Delete, MultiResult::Check]),
            stat().prop_map(|stat| MultiResult::SetData(StatResponse { stat })),
            data_response().prop_map(MultiResult::GetData),
            children_response().prop_map(MultiResult::GetChildren),
            error_code().prop_map(MultiResult::Error),
        ],
        0..4,
    )
}

/// Any reply's body, with the kind of request that it answers.
pub(crate) fn response() -> impl Strategy<Value = (OpCode, Response)> {
    let client = (text(), text()).prop_map(|(auth_scheme, user)| ClientInfo { auth_scheme, user });
    prop_oneof![
        select(vec![OpCode::Delete, OpCode::Ping, OpCode::CloseSession])
            .prop_map(|op| (op, Response::Empty)),
        (select(vec![OpCode::Create, OpCode::Sync]), text())
            .prop_map(|(op, path)| (op, Response::Path(PathResponse { path }))),
        (
            select(vec![OpCode::Create2, OpCode::CreateTtl]),
            create2_response()
        )
            .prop_map(|(op, body)| (op, Response::Create2(body))),
        (
            select(vec![OpCode::Exists, OpCode::SetData, OpCode::SetAcl]),
            stat()
        )
            .prop_map(|(op, stat)| (op, Response::Stat(StatResponse { stat }))),
        (
            select(vec![OpCode::GetData, OpCode::Reconfig]),
            data_response()
        )
            .prop_map(|(op, body)| (op, Response::Data(body))),
        (acl(), stat()).prop_map(|(acl, stat)| {
            (OpCode::GetAcl, Response::Acl(GetAclResponse { acl, stat }))
        }),
        (
            select(vec![OpCode::GetChildren, OpCode::GetEphemerals]),
            children_response()
        )
            .prop_map(|(op, body)| (op, Response::Children(body))),
        (texts(), stat()).prop_map(|(children, stat)| {
            let body = GetChildren2Response { children, stat };
            (OpCode::GetChildren2, Response::Children2(body))
        }),
        any::<i32>().prop_map(|total| {
            let body = AllChildrenNumberResponse { total };
            (
                OpCode::GetAllChildrenNumber,
                Response::AllChildrenNumber(body),
            )
        }),
        (
            select(vec![OpCode::Multi, OpCode::MultiRead]),
            multi_results()
        )
            .prop_map(|(op, results)| (op, Response::Multi(results))),
        error_code().prop_map(|err| (OpCode::AddWatch, Response::Error(ErrorResponse { err }))),
        vec(client, 0..3).prop_map(|client_info| {
            (
                OpCode::WhoAmI,
                Response::WhoAmI(WhoAmIResponse { client_info }),
            )
        }),
        data().prop_map(|token| (OpCode::Sasl, Response::Sasl(SaslToken { token }))),
    ]
}
