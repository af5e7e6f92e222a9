"""Records TCP connections on the loopback interface (Linux, root).

A proxy between the members would need addresses that differ by member; listening in leaves their
configuration as it is in life, which matters where the configuration is itself on the wire.
"""

import collections
import socket
import struct
import threading

ETH_P_IP = 0x0800
SO_RCVBUFFORCE = 33
PACKET_OUTGOING = 4
SYN, FIN, ACK = 0x02, 0x01, 0x10


class Connection:
    """One TCP connection: ">" is what the dialling side sent, "<" what the other answered."""

    def __init__(self, dialler_port, port):
        self.dialler_port, self.port = dialler_port, port
        self.chunks = []
        self.next_seq = {}

    def add(self, direction, seq, data):
        expected = self.next_seq.setdefault(direction, seq)
        if seq != expected:  # a retransmission; loopback neither reorders nor loses
            return
        self.next_seq[direction] = (seq + len(data)) & 0xFFFF_FFFF
        if self.chunks and self.chunks[-1][0] == direction:
            self.chunks[-1][1].extend(data)
        else:
            self.chunks.append((direction, bytearray(data)))

    def stream(self, direction):
        return b"".join(data for way, data in self.chunks if way == direction)


class Sniffer:
    """Collects the connections to the given ports from now on, in the order of their SYNs."""

    def __init__(self, ports):
        self.ports = set(ports)
        self.connections = []
        self.open = {}
        self.link = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(ETH_P_IP))
        self.link.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 64 << 20)
        self.link.bind(("lo", 0))
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self):
        while True:
            packet, address = self.link.recvfrom(1 << 17)
            if address[2] != PACKET_OUTGOING and packet[9] == socket.IPPROTO_TCP:
                self._segment(packet)

    def _segment(self, packet):
        header = (packet[0] & 0x0F) * 4
        total = struct.unpack(">H", packet[2:4])[0] or len(packet)
        source, target, seq = struct.unpack(">HHI", packet[header : header + 8])
        data_at = header + (packet[header + 12] >> 4) * 4
        flags = packet[header + 13]
        if target in self.ports and flags & SYN and not flags & ACK:
            self.open[(source, target)] = Connection(source, target)
            self.connections.append(self.open[(source, target)])
        data = packet[data_at:total]
        if not data:
            return
        if (source, target) in self.open:
            self.open[(source, target)].add(">", seq, data)
        elif (target, source) in self.open:
            self.open[(target, source)].add("<", seq, data)


def save(path, header, named):
    """Writes (name, connection, limit) triples; a stream is cut after `limit` bytes of a direction."""
    blocks, seen = [], collections.Counter()
    for name, connection, limit in named:
        seen[name] += 1
        again = f" ({seen[name]})" if seen[name] > 1 else ""
        lines, left = [f"# name: {name}{again}"], {">": limit, "<": limit}
        for direction, data in connection.chunks:
            piece = bytes(data[: left[direction]])
            left[direction] -= len(piece)
            if piece:
                lines.append(f"{direction} {piece.hex()}")
        blocks.append("\n".join(lines))
    head = "".join(f"# {line}".rstrip() + "\n" for line in header.splitlines())
    path.write_text(head + "\n" + "\n\n".join(blocks) + "\n")
