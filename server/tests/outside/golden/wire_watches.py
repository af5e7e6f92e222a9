"""Watches on the wire: standard, persistent and recursive ones, their events, and their removal."""

import protocol as rq
from session import Session


def watches(port, recording, s):
    own_watches(s)
    w = Session(port, recording)
    w.connect()
    # Standard watches, fired by another session: frames without a request.
    w.ok("getData with watch", rq.GET_DATA, rq.path_watch("/w", True))
    s.ok(None, rq.SET_DATA, rq.set_data("/w", b"2"))
    w.event("event NodeDataChanged")
    w.ok("getChildren with watch", rq.GET_CHILDREN, rq.path_watch("/w", True))
    s.ok(None, rq.CREATE, rq.create("/w/k"))
    w.event("event NodeChildrenChanged")
    w.call("exists miss with watch", rq.EXISTS, rq.path_watch("/w2", True))
    s.ok(None, rq.CREATE, rq.create("/w2"))
    w.event("event NodeCreated")
    w.ok("exists hit with watch", rq.EXISTS, rq.path_watch("/w2", True))
    s.ok(None, rq.DELETE, rq.path_version("/w2"))
    w.event("event NodeDeleted")
    # A session that ends fires the watches of its ephemerals.
    other = Session(port)
    other.connect()
    other.ok(None, rq.CREATE, rq.create("/w/eph", b"", rq.EPHEMERAL))
    w.ok(None, rq.EXISTS, rq.path_watch("/w/eph", True))
    other.close()
    w.event("event NodeDeleted by closeSession")

    w.ok("addWatch persistent", rq.ADD_WATCH, rq.path_type("/w", 0))
    w.ok("addWatch persistent recursive", rq.ADD_WATCH, rq.path_type("/a", 1))
    w.call("addWatch unknown mode", rq.ADD_WATCH, rq.path_type("/a", 7))
    s.ok(None, rq.SET_DATA, rq.set_data("/w", b"3"))
    w.event("event NodeDataChanged by persistent watch")
    s.ok(None, rq.CREATE, rq.create("/w/k2"))
    w.event("event NodeChildrenChanged by persistent watch")
    s.ok(None, rq.CREATE, rq.create("/a/deep"))
    w.event("event NodeCreated by recursive watch")
    s.ok(None, rq.SET_DATA, rq.set_data("/a/deep", b""))
    w.event("event NodeDataChanged by recursive watch")
    s.ok(None, rq.DELETE, rq.path_version("/a/deep"))
    w.event("event NodeDeleted by recursive watch")

    w.ok("checkWatches any hit", rq.CHECK_WATCHES, rq.path_type("/w", 3))
    w.call("checkWatches data", rq.CHECK_WATCHES, rq.path_type("/w", 2))
    w.call("checkWatches miss", rq.CHECK_WATCHES, rq.path_type("/none", 3))
    w.ok(None, rq.GET_DATA, rq.path_watch("/m", True))
    w.ok(None, rq.GET_CHILDREN, rq.path_watch("/m", True))
    w.ok("checkWatches children hit", rq.CHECK_WATCHES, rq.path_type("/m", 1))
    w.ok("removeWatches children", rq.REMOVE_WATCHES, rq.path_type("/m", 1))
    w.call("removeWatches children again", rq.REMOVE_WATCHES, rq.path_type("/m", 1))
    w.ok("removeWatches data", rq.REMOVE_WATCHES, rq.path_type("/m", 2))
    w.ok("removeWatches any, persistent", rq.REMOVE_WATCHES, rq.path_type("/w", 3))
    w.ok("removeWatches any, recursive", rq.REMOVE_WATCHES, rq.path_type("/a", 3))
    w.call("removeWatches miss", rq.REMOVE_WATCHES, rq.path_type("/none", 3))
    w.call("removeWatches unknown type", rq.REMOVE_WATCHES, rq.path_type("/m", 9))
    reset_watches(s, w)
    w.close()


def own_watches(s):
    """A session's own write: the event comes before the reply, in one block."""
    s.ok(None, rq.CREATE, rq.create("/w", b"1"))
    s.ok(None, rq.GET_DATA, rq.path_watch("/w", True))
    s.ok("setData fires own watch", rq.SET_DATA, rq.set_data("/w", b"1b"))
    s.ok(None, rq.GET_CHILDREN2, rq.path_watch("/w", True))
    s.call(None, rq.EXISTS, rq.path_watch("/w/own", True))
    s.ok("create fires own watches", rq.CREATE, rq.create("/w/own"))
    s.ok(None, rq.GET_CHILDREN, rq.path_watch("/w", True))
    s.ok(None, rq.GET_CHILDREN, rq.path_watch("/w/own", True))
    s.ok(None, rq.GET_DATA, rq.path_watch("/w/own", True))
    s.ok("delete fires own watches", rq.DELETE, rq.path_version("/w/own"))
    s.ok(None, rq.GET_DATA, rq.path_watch("/w", True))
    s.ok("multi fires own watches", rq.MULTI, rq.multi(
        (rq.SET_DATA, rq.set_data("/w", b"1c")), (rq.CREATE, rq.create("/w/x")),
        (rq.DELETE, rq.path_version("/w/x"))))
    s.ok(None, rq.GET_DATA, rq.path_watch("/w", True))
    s.ok("setACL fires no watch", rq.SET_ACL, rq.set_acl("/w", rq.OPEN))
    s.ok(None, rq.SET_DATA, rq.set_data("/w", b"1"))


def reset_watches(s, w):
    """setWatches after a reconnect: what changed since fires, the rest is armed."""
    before = w.last_zxid
    s.ok(None, rq.SET_DATA, rq.set_data("/w", b"4"))
    s.ok(None, rq.CREATE, rq.create("/w/k3"))
    s.ok(None, rq.CREATE, rq.create("/w3"))
    s.ok(None, rq.DELETE, rq.path_version("/w/k2"))
    w.call("setWatches fires what changed", rq.SET_WATCHES,
           rq.set_watches(before, ["/w", "/w/k2", "/m"], ["/w3", "/never"], ["/w", "/w/k2"]),
           rq.SET_WATCHES_XID)
    w.ok("setWatches arms", rq.SET_WATCHES, rq.set_watches(0x7FFF_FFFF_FFFF, ["/w"], ["/w4"], ["/w"]),
         rq.SET_WATCHES_XID)
    s.ok(None, rq.CREATE, rq.create("/w4"))
    w.event("event after setWatches")
    w.call("setWatches2", rq.SET_WATCHES2,
           rq.set_watches(before, ["/w3"], ["/never"], ["/m"], ["/w"], ["/a"]), rq.SET_WATCHES_XID)
    w.ok("setWatches empty", rq.SET_WATCHES, rq.set_watches(0, [], [], []), rq.SET_WATCHES_XID)
    w.ok("setWatches2 empty", rq.SET_WATCHES2, rq.set_watches(0, [], [], [], [], []), rq.SET_WATCHES_XID)
