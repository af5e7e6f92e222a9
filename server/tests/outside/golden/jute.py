"""Jute, the serialisation of ZooKeeper, as little of it as the captures need.

Deliberately independent of the Rust code it makes fixtures for: a mistake there must not be
repeated here. All integers are big-endian; -1 stands for a null string, buffer or vector.
"""

import struct


class Writer:
    """Appends jute primitives; every method returns self so that records read as one line."""

    def __init__(self):
        self.bytes = bytearray()

    def i32(self, value):
        self.bytes += struct.pack(">i", value)
        return self

    def i64(self, value):
        self.bytes += struct.pack(">q", value)
        return self

    def flag(self, value):
        self.bytes += b"\x01" if value else b"\x00"
        return self

    def buffer(self, value):
        if value is None:
            return self.i32(-1)
        self.i32(len(value))
        self.bytes += value
        return self

    def string(self, value):
        return self.buffer(None if value is None else value.encode())

    def strings(self, values):
        self.i32(len(values))
        for value in values:
            self.string(value)
        return self

    def acl(self, entries):
        """A vector<ACL>, each entry (perms, scheme, id)."""
        self.i32(len(entries))
        for perms, scheme, ident in entries:
            self.i32(perms).string(scheme).string(ident)
        return self


class Reader:
    """Reads jute primitives from bytes, from the front."""

    def __init__(self, data):
        self.data = bytes(data)
        self.at = 0

    def raw(self, count):
        piece = self.data[self.at : self.at + count]
        if len(piece) < count:
            raise EOFError(f"wanted {count} bytes at {self.at} of {len(self.data)}")
        self.at += count
        return piece

    def i32(self):
        return struct.unpack(">i", self.raw(4))[0]

    def i64(self):
        return struct.unpack(">q", self.raw(8))[0]

    def buffer(self):
        length = self.i32()
        return None if length < 0 else self.raw(length)

    def string(self):
        value = self.buffer()
        return None if value is None else value.decode()

    def strings(self):
        return [self.string() for _ in range(self.i32())]

    def acl(self):
        return [(self.i32(), self.string(), self.string()) for _ in range(self.i32())]

    def stat(self):
        """The Stat record, as a dict under Apache's field names."""
        kinds = [
            ("czxid", self.i64), ("mzxid", self.i64), ("ctime", self.i64), ("mtime", self.i64),
            ("version", self.i32), ("cversion", self.i32), ("aversion", self.i32),
            ("ephemeralOwner", self.i64), ("dataLength", self.i32), ("numChildren", self.i32),
            ("pzxid", self.i64),
        ]
        return {name: read() for name, read in kinds}
