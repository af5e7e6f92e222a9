"""A ZooKeeper session over a bare socket that records every frame it sends and receives."""

import socket
import struct

import protocol as rq
from jute import Reader, Writer

HOST = "127.0.0.1"


class Recording:
    """The blocks of wire.txt, in the order in which the exchanges happened."""

    def __init__(self, header):
        self.header = header
        self.blocks = []

    def add(self, name, sent, received):
        lines = [f"# name: {name}"]
        if sent is not None:
            lines.append(f"> {sent.hex()}")
        lines += [f"< {frame.hex()}" for frame in received]
        self.blocks.append("\n".join(lines))

    def save(self, path):
        head = "".join(f"# {line}".rstrip() + "\n" for line in self.header.splitlines())
        path.write_text(head + "\n" + "\n\n".join(self.blocks) + "\n")


class Reply:
    """ReplyHeader and a reader over the body."""

    def __init__(self, frame):
        self.body = Reader(frame[4:])
        self.xid, self.zxid, self.err = self.body.i32(), self.body.i64(), self.body.i32()


class Session:
    """One connection. `recording` may be None where only the effect is wanted."""

    def __init__(self, port, recording=None, timeout_s=5):
        self.link = socket.create_connection((HOST, port), timeout_s)
        self.recording = recording
        self.xid = 0
        self.last_sent = b""
        self.id, self.password, self.timeout_ms, self.last_zxid = 0, bytes(16), 0, 0

    def read_frame(self):
        """One whole frame with its length prefix, or None where the server closed."""
        head = self._exactly(4)
        if head is None:
            return None
        body = self._exactly(struct.unpack(">i", head)[0])
        return None if body is None else head + body

    def _exactly(self, count):
        data = b""
        while len(data) < count:
            try:
                piece = self.link.recv(count - len(data))
            except ConnectionResetError:
                return None
            if not piece:
                return None
            data += piece
        return data

    def record(self, name, sent, received):
        if self.recording is not None and name is not None:
            self.recording.add(name, sent, received)

    def connect(self, name=None, timeout_ms=30000, session_id=0, password=bytes(16), last_zxid=0,
                read_only=False):
        """The handshake; returns False where the server closed without an answer."""
        body = rq.connect(timeout_ms, session_id, password, last_zxid, read_only).bytes
        frame = bytes(Writer().buffer(body).bytes)
        self.link.sendall(frame)
        answer = self.read_frame()
        self.record(name, frame, [answer] if answer else [])
        if answer is None:
            return False
        reader = Reader(answer[4:])
        reader.i32()
        self.timeout_ms, self.id, self.password = reader.i32(), reader.i64(), reader.buffer()
        return True

    def call(self, name, opcode, body=None, xid=None):
        """Sends one request and reads up to its reply (watch events may come before it).

        Returns the Reply, or None where the server closed the connection instead.
        """
        if xid is None:
            self.xid += 1
            xid = self.xid
        payload = Writer().i32(xid).i32(opcode).bytes + (body.bytes if body else b"")
        frame = bytes(Writer().buffer(payload).bytes)
        self.link.sendall(frame)
        self.last_sent = frame
        received = []
        reply = None
        while reply is None:
            try:
                answer = self.read_frame()
            except TimeoutError as silence:
                raise TimeoutError(f"no answer to {name or opcode}") from silence
            if answer is None:
                break
            received.append(answer)
            candidate = Reply(answer)
            if candidate.xid == xid:
                reply = candidate
                self.last_zxid = max(self.last_zxid, reply.zxid)
        self.record(name, frame, received)
        return reply

    def send_only(self, name, opcode, body):
        """As `call`, for requests that the server may leave unanswered."""
        try:
            self.call(name, opcode, body)
        except TimeoutError:
            self.record(name, self.last_sent, [])

    def ok(self, name, opcode, body=None, xid=None):
        """As `call`, for the requests that must succeed."""
        reply = self.call(name, opcode, body, xid)
        assert reply is not None and reply.err == 0, f"{name or opcode}: {reply and reply.err}"
        return reply

    def event(self, name):
        """Reads one watch event that another session's write has caused."""
        frame = self.read_frame()
        assert frame is not None and Reply(frame).xid == rq.EVENT_XID, name
        self.record(name, None, [frame])

    def closed_by_server(self):
        return self.read_frame() is None

    def drop(self):
        """Breaks the connection without closeSession."""
        self.link.close()

    def close(self, name=None):
        self.call(name, rq.CLOSE_SESSION)
        self.link.close()
