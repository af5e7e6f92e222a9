"""Bodies of ZooKeeper requests, by the names of zookeeper.jute, and the opcodes of ZooDefs."""

from jute import Writer

CREATE, DELETE, EXISTS, GET_DATA, SET_DATA, GET_ACL, SET_ACL, GET_CHILDREN, SYNC = range(1, 10)
PING, GET_CHILDREN2, CHECK, MULTI, CREATE2, RECONFIG = 11, 12, 13, 14, 15, 16
CHECK_WATCHES, REMOVE_WATCHES, CREATE_CONTAINER, DELETE_CONTAINER, CREATE_TTL = 17, 18, 19, 20, 21
MULTI_READ, CLOSE_SESSION = 22, -11
AUTH, SET_WATCHES, SASL, GET_EPHEMERALS, GET_ALL_CHILDREN_NUMBER = 100, 101, 102, 103, 104
SET_WATCHES2, ADD_WATCH, WHO_AM_I = 105, 106, 107

PING_XID, AUTH_XID, SET_WATCHES_XID, EVENT_XID = -2, -4, -8, -1

PERSISTENT, EPHEMERAL, SEQUENTIAL, EPHEMERAL_SEQUENTIAL, CONTAINER, TTL, TTL_SEQUENTIAL = range(7)

READ, WRITE, CREATE_PERM, DELETE_PERM, ADMIN, ALL = 1, 2, 4, 8, 16, 31
OPEN = [(ALL, "world", "anyone")]
READ_ONLY = [(READ, "world", "anyone")]
CREATOR = [(ALL, "auth", "")]

SUPER_SECRET = "super:test"
# DigestAuthenticationProvider.generateDigest("super:test"), as kazoo's own harness uses it.
SUPER_DIGEST = "super:D/InIHSb7yEEbrWz8b9l71RjZJU="


def connect(timeout_ms, session_id=0, password=bytes(16), last_zxid=0, read_only=False):
    """ConnectRequest; read_only None leaves out the trailing bool, as 3.3 clients do."""
    body = Writer().i32(0).i64(last_zxid).i32(timeout_ms).i64(session_id).buffer(password)
    return body if read_only is None else body.flag(read_only)


def create(path, data=b"", flags=PERSISTENT, acl=OPEN):
    return Writer().string(path).buffer(data).acl(acl).i32(flags)


def create_ttl(path, data, flags, ttl_ms, acl=OPEN):
    return create(path, data, flags, acl).i64(ttl_ms)


def path_version(path, version=-1):
    """DeleteRequest and CheckVersionRequest."""
    return Writer().string(path).i32(version)


def path_watch(path, watch=False):
    """ExistsRequest, GetDataRequest, GetChildrenRequest, GetChildren2Request."""
    return Writer().string(path).flag(watch)


def path(value):
    """GetACLRequest, SyncRequest, GetEphemeralsRequest, GetAllChildrenNumberRequest."""
    return Writer().string(value)


def set_data(path, data, version=-1):
    return Writer().string(path).buffer(data).i32(version)


def set_acl(path, acl, version=-1):
    return Writer().string(path).acl(acl).i32(version)


def multi(*operations):
    """MultiTransactionRecord of (opcode, body) pairs: MultiHeader before each, a closing one."""
    out = Writer()
    for opcode, body in operations:
        out.i32(opcode).flag(False).i32(-1)
        out.bytes += body.bytes
    return out.i32(-1).flag(True).i32(-1)


def auth(scheme, token):
    return Writer().i32(0).string(scheme).buffer(token)


def reconfig(joining, leaving, members, from_config=-1):
    return Writer().string(joining).string(leaving).string(members).i64(from_config)


def path_type(path, kind):
    """CheckWatchesRequest and RemoveWatchesRequest (1 children, 2 data, 3 any), AddWatchRequest."""
    return Writer().string(path).i32(kind)


def set_watches(relative_zxid, *lists):
    """SetWatches with three lists (data, exist, child), SetWatches2 with five."""
    body = Writer().i64(relative_zxid)
    for paths in lists:
        body.strings(paths)
    return body
