"""Starts and stops Apache ZooKeeper servers (3.8.0 as Debian packages it) for the captures.

ZOOKEEPER_CLASSPATH overrides the class path; servers are stopped by their process handle only.
"""

import os
import socket
import subprocess
import time
from pathlib import Path

CLASSPATH = os.environ.get("ZOOKEEPER_CLASSPATH", "/usr/share/java/*")
HOST = "127.0.0.1"


class Server:
    """One QuorumPeerMain process with its zoo.cfg in `directory`."""

    def __init__(self, directory, client_port, config, properties=()):
        self.directory = Path(directory)
        self.directory.mkdir(parents=True, exist_ok=True)
        self.client_port = client_port
        self.properties = list(properties)
        self.data_dir = self.directory / "data"
        self.data_dir.mkdir(exist_ok=True)
        self.config_file = self.directory / "zoo.cfg"
        self.write_config(config)
        self.process = None

    def write_config(self, config):
        lines = [f"dataDir={self.data_dir}", f"clientPort={self.client_port}", *config]
        self.config_file.write_text("\n".join(lines) + "\n")

    def start(self, wait=True, properties=()):
        out = open(self.directory / "out.log", "ab")
        self.process = subprocess.Popen(
            ["java", "-Xmx256m", "-XX:TieredStopAtLevel=1", "-cp", CLASSPATH]
            + [f"-D{p}" for p in [*self.properties, *properties]]
            + ["org.apache.zookeeper.server.quorum.QuorumPeerMain", str(self.config_file)],
            stdout=out, stderr=out, stdin=subprocess.DEVNULL, cwd=self.directory,
        )
        if wait:
            self.wait_serving()
        return self

    def wait_serving(self, timeout_s=60):
        wait_for(lambda: "Mode:" in self.word("srvr"), timeout_s, f"{self.config_file} to serve")

    def word(self, word):
        """The reply to a four-letter word, "" where nobody answers."""
        try:
            with socket.create_connection((HOST, self.client_port), 5) as link:
                link.sendall(word.encode())
                reply = b""
                while piece := link.recv(65536):
                    reply += piece
                return reply.decode()
        except OSError:
            return ""

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(20)
        self.process = None

    def kill(self):
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait(20)
        self.process = None


def wait_for(condition, timeout_s, what):
    """Polls until the condition holds; a deadline, not a fixed sleep."""
    deadline = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited {timeout_s} s for {what}")
        time.sleep(0.05)
