#!/usr/bin/env python3
"""Feeds a script to ZooKeeper's own command line, one command at a time, and prints what it answers.

    drive.py SCRIPT HOST:PORT        (what comes is printed as it came: see normalise.py)

Watch events are printed by a thread of their own, at any place of another command's output. So every
command is followed by a mark (a bare `printwatches`, which no server is asked for), the events are
awaited, and they are printed after the command's own lines.
"""

import os
import queue
import subprocess
import sys
import threading

CLASSPATH = os.environ.get("ZOOKEEPER_CLASSPATH", "/usr/share/java/slf4j-nop.jar:/usr/share/java/*")
MARK = "printwatches"
MARK_REPLY = "printwatches is "
EVENT = "WatchedEvent "
NOISE = ("SLF4J:", "log4j:")
TIMEOUT_S = 20


class Cli:
    """The Java process, its lines, and the watch events among them."""

    def __init__(self, address):
        self.process = subprocess.Popen(
            ["java", "-XX:TieredStopAtLevel=1", "-Duser.timezone=UTC", "-Dfile.encoding=UTF-8", "-cp", CLASSPATH,
             "org.apache.zookeeper.ZooKeeperMain", "-server", address],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.connected = True
        self.lines = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self.process.stdout:
            self.lines.put(line.rstrip("\n"))
        self.lines.put(None)

    def send(self, command):
        self.process.stdin.write(command + "\n")
        self.process.stdin.flush()

    def _skip_refusal(self, events):
        """Without a connection every command, the mark too, ends in this line. The event of the session's
        end may come before it."""
        while (line := self.lines.get(timeout=TIMEOUT_S)) not in ("Not connected", None):
            if line.startswith(EVENT):
                events.append(line)

    def gather(self, expected_events, until_mark):
        """The lines and the events up to the mark (or the end), once enough events have come."""
        lines, events, marked = [], [], not until_mark
        while not marked or len(events) < expected_events:
            try:
                line = self.lines.get(timeout=TIMEOUT_S)
            except queue.Empty:
                lines.append(f"(no more output: {len(events)} of {expected_events} events, mark seen: {marked})")
                break
            if line is None:
                break
            if line.startswith(MARK_REPLY):
                marked = True
                if not self.connected:
                    self._skip_refusal(events)
            elif line.startswith(EVENT):
                events.append(line)
            elif line and line != "WATCHER::" and not line.startswith(NOISE):
                lines.append(line)
        return lines + events


def main():
    script, address = sys.argv[1:]
    cli = Cli(address)
    for line in cli.gather(1, until_mark=False):
        print(line)
    for command in open(script, encoding="utf-8"):
        command = command.strip()
        if not command or command.startswith("#"):
            continue
        expected = 0
        if command.startswith("@"):
            count, command = command.split(" ", 1)
            expected = int(count[1:])
        print(f"> {command}", flush=True)
        leaving = command == "quit"
        if command == "close" or command.startswith("connect"):
            cli.connected = command != "close"
        cli.send(command.replace("SERVER", address))
        if not leaving:
            cli.send(MARK)
        for line in cli.gather(expected, until_mark=not leaving):
            print(line, flush=True)
    try:
        cli.process.stdin.close()
        print(f"exit code {cli.process.wait(TIMEOUT_S)}")
    except subprocess.TimeoutExpired:
        cli.process.kill()
        print("exit code: none, it had to be killed")


if __name__ == "__main__":
    main()
