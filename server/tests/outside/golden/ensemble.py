"""An Apache ensemble on loopback: ports, configurations, and who leads."""

from apache import HOST, Server, wait_for
from session import Session

import protocol as rq

STEP = 10  # ports per member: client, quorum, election, admin


class Ensemble:
    """Members 1..=voters are participants, `observers` follow them in number."""

    def __init__(self, directory, base_port, voters=3, observers=0, config=(), properties=()):
        self.base_port = base_port
        self.members = {}
        sids = range(1, voters + observers + 1)
        self.roles = {sid: "participant" if sid <= voters else "observer" for sid in sids}
        lines = [self.server_line(sid) for sid in sids if self.roles[sid] == "participant"]
        lines += [self.server_line(sid) for sid in sids if self.roles[sid] == "observer"]
        for sid in sids:
            own = ["peerType=observer"] if self.roles[sid] == "observer" else []
            server = Server(
                directory / f"member{sid}", self.port(sid, "client"),
                ["tickTime=2000", "initLimit=5", "syncLimit=5", "4lw.commands.whitelist=*",
                 f"admin.serverPort={self.port(sid, 'admin')}", *config, *own, *lines],
                ["zookeeper.extendedTypesEnabled=true", "zookeeper.preAllocSize=16",
                 f"zookeeper.DigestAuthenticationProvider.superDigest={rq.SUPER_DIGEST}", *properties],
            )
            (server.data_dir / "myid").write_text(str(sid))
            self.members[sid] = server

    def port(self, sid, kind):
        return self.base_port + sid * STEP + ["client", "quorum", "election", "admin"].index(kind)

    def ports(self, kind):
        return [self.port(sid, kind) for sid in self.members]

    def server_line(self, sid):
        return f"server.{sid}={HOST}:{self.port(sid, 'quorum')}:{self.port(sid, 'election')}:{self.roles[sid]}"

    def start(self, *sids):
        for sid in sids:
            self.members[sid].start(wait=False)
        for sid in sids:
            self.members[sid].wait_serving()

    def leader(self):
        """The sid of the member that says it leads, None where none does."""
        for sid, member in self.members.items():
            if member.process and "Mode: leader" in member.word("srvr"):
                return sid
        return None

    def wait_leader(self):
        wait_for(lambda: self.leader() is not None, 60, "a leader")
        return self.leader()

    def session(self, sid, **options):
        session = Session(self.port(sid, "client"), timeout_s=20)
        assert session.connect(**options)
        return session

    def stop(self):
        for member in self.members.values():
            member.kill()
