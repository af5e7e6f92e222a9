"""Access control on the wire: ACLs set and broken, identities, and authentication that fails."""

import protocol as rq
from jute import Writer
from session import Session


def access_control(port, recording, s):
    s.ok("setACL", rq.SET_ACL, rq.set_acl("/b", rq.READ_ONLY))
    s.call("setACL no auth", rq.SET_ACL, rq.set_acl("/b", rq.OPEN))
    s.call("setACL bad version", rq.SET_ACL, rq.set_acl("/a", rq.OPEN, 9))
    s.call("setACL miss", rq.SET_ACL, rq.set_acl("/none", rq.OPEN))
    s.call("setACL empty", rq.SET_ACL, rq.set_acl("/a", []))
    s.call("setData no auth", rq.SET_DATA, rq.set_data("/b", b"x"))
    s.call("create no auth", rq.CREATE, rq.create("/b/new"))
    s.call("delete no auth", rq.DELETE, rq.path_version("/b/s-0000000000"))
    s.call("create auth scheme without an identity", rq.CREATE, rq.create("/acl", b"", acl=rq.CREATOR))
    s.call("create empty ACL", rq.CREATE, rq.create("/acl", b"", acl=[]))
    s.call("create null ACL", rq.CREATE, Writer().string("/acl").buffer(b"").i32(-1).i32(0))
    s.call("create unknown ACL scheme", rq.CREATE, rq.create("/acl", b"", acl=[(31, "bogus", "x")]))
    s.call("create bad ip ACL", rq.CREATE, rq.create("/acl", b"", acl=[(31, "ip", "999.1.1.1")]))
    s.call("create bad world ACL", rq.CREATE, rq.create("/acl", b"", acl=[(31, "world", "nobody")]))

    owner = Session(port, recording)
    owner.connect()
    owner.ok("auth digest", rq.AUTH, rq.auth("digest", b"alice:secret"), rq.AUTH_XID)
    owner.ok("whoAmI with digest", rq.WHO_AM_I)
    owner.ok("create with the auth scheme", rq.CREATE, rq.create("/mine", b"", acl=rq.CREATOR))
    owner.ok("getACL of the owner", rq.GET_ACL, rq.path("/mine"))
    owner.ok("create several ACLs", rq.CREATE, rq.create("/shared", b"", acl=[
        (rq.READ, "world", "anyone"), (rq.ALL, "ip", "127.0.0.0/8"), (rq.READ | rq.WRITE, "auth", "")]))
    owner.call("create IPv6 ACL", rq.CREATE, rq.create("/v6", b"", acl=[(rq.ALL, "ip", "::1")]))
    owner.ok("getACL several", rq.GET_ACL, rq.path("/shared"))
    s.call("getData no auth", rq.GET_DATA, rq.path_watch("/mine"))
    s.call("exists needs no permission", rq.EXISTS, rq.path_watch("/mine"))
    s.call("getChildren no auth", rq.GET_CHILDREN, rq.path_watch("/mine"))
    s.call("getACL no auth", rq.GET_ACL, rq.path("/mine"))
    s.call("getAllChildrenNumber no auth", rq.GET_ALL_CHILDREN_NUMBER, rq.path("/mine"))
    s.call("multiRead no auth", rq.MULTI_READ, rq.multi((rq.GET_DATA, rq.path_watch("/mine"))))
    s.call("addWatch needs no permission", rq.ADD_WATCH, rq.path_type("/mine", 0))
    s.call("removeWatches no auth", rq.REMOVE_WATCHES, rq.path_type("/mine", 3))
    owner.ok("setACL digest", rq.SET_ACL, rq.set_acl("/mine", [
        (rq.ALL, "auth", ""), (rq.READ, "digest", "bob:dGhpcyBpcyBub3QgYSBoYXNoCg==")], 0))
    readable = Session(port, recording)
    readable.connect()
    readable.call("getACL masks the digest of others", rq.GET_ACL, rq.path("/shared"))
    readable.close()
    boss = Session(port, recording)
    boss.connect()
    boss.ok("auth super", rq.AUTH, rq.auth("digest", rq.SUPER_SECRET.encode()), rq.AUTH_XID)
    boss.ok("whoAmI super", rq.WHO_AM_I)
    boss.ok("super reads all", rq.GET_DATA, rq.path_watch("/mine"))
    boss.ok("super sees the ACL unmasked", rq.GET_ACL, rq.path("/mine"))
    boss.close()
    owner.close("closeSession of the owner")


def authentication(port, recording):
    """Each failure ends its connection, so each has its own."""
    for name, scheme, token in [
        ("auth unknown scheme (connection closed)", "bogus", b"x"),
        ("auth null token (connection closed)", "digest", None),
        ("auth digest without a colon", "digest", b"nocolon"),
        ("auth wrong super password", "digest", b"super:wrong"),
        ("auth ip", "ip", b"10.0.0.1"),
        ("auth world (connection closed)", "world", b"anyone"),
    ]:
        s = Session(port, recording)
        s.connect()
        s.call(name, rq.AUTH, rq.auth(scheme, token), rq.AUTH_XID)
        if "closed" in name:
            assert s.closed_by_server(), name
        else:
            s.call(f"whoAmI after {name}", rq.WHO_AM_I)
        s.drop()
