#!/usr/bin/env python3
"""Measures Apache ZooKeeper and zoowarden-server side by side; run by side_by_side.sh.

Four comparisons, each alternating between the two servers:
  load      get, set and create by `zoowarden bench`: operations per second and latencies
  start     from the start of the process to the first session granted, on the same data
  memory    resident memory after znodes were created over the wire
  ensemble  the loads, 80/20 mixed and one session alone too, on three members
Everything is written below one temporary directory and removed at the end.
"""

import argparse
import json
import os
import shutil
import socket
import statistics
import struct
import subprocess
import sys
import tempfile
import time
from pathlib import Path

APACHE, OURS = "Apache ZooKeeper", "zoowarden"
# What the project has set itself, ours to Apache's; the last in bytes per znode.
RATIO_TARGETS = {"get": 5.0, "set": 3.0, "create": 3.0}
ENSEMBLE_TARGETS = {"get": 5.0, "mixed": 5.0, "set": 3.0, "create": 3.0}
MEMBERS, ALONE_P50_TARGET = 3, 0.7
P99_TARGET, START_TARGET, BYTES_TARGET = 1 / 3, 1 / 5, 350
START_DEADLINE_SECS = 120
STOP_DEADLINE_SECS = 30


def options():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--bench", required=True, type=Path, help="the zoowarden binary")
    parser.add_argument("--server", required=True, type=Path, help="the zoowarden-server binary")
    parser.add_argument("--classpath", default="/usr/share/java/*", help="of Apache ZooKeeper")
    parser.add_argument("--heap", default="2g", help="Apache's largest heap (default %(default)s)")
    parser.add_argument("--only", default="load,start,memory,ensemble", help="default %(default)s")
    parser.add_argument("--sessions", type=int, default=64)
    parser.add_argument("--window", type=int, default=16)
    parser.add_argument("--size", type=int, default=128, help="bytes of data")
    parser.add_argument("--secs", type=int, default=10, help="of each measurement")
    parser.add_argument("--warmup-secs", type=int, default=5, help="before each measurement")
    parser.add_argument("--rounds", type=int, default=3, help="the median of these counts")
    parser.add_argument("--start-nodes", type=int, default=500_000)
    parser.add_argument("--memory-nodes", type=int, default=1_000_000)
    parser.add_argument("--dir", help="where the servers keep their data (default: TMPDIR)")
    parser.add_argument("--json", type=Path, help="write all figures to this file too")
    parser.add_argument("--quick", action="store_true", help="one short round of each")
    chosen = parser.parse_args()
    if chosen.quick:
        chosen.secs, chosen.warmup_secs, chosen.rounds = 4, 3, 1
    return chosen


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Server:
    """One running server of either kind."""

    def __init__(self, kind, opts, directory, port=None, ensemble=""):
        directory.mkdir(parents=True, exist_ok=True)
        self.kind = kind
        self.port = port or free_port()
        config = directory / "zoo.cfg"
        config.write_text(
            "tickTime=2000\n"
            f"dataDir={directory / 'data'}\n"
            f"clientPort={self.port}\n"
            "maxClientCnxns=0\n"
            "admin.enableServer=false\n"
            f"{ensemble}"
        )
        if kind == APACHE:
            command = [
                "java", f"-Xmx{opts.heap}", "-Dzookeeper.admin.enableServer=false",
                "-cp", opts.classpath,
                "org.apache.zookeeper.server.quorum.QuorumPeerMain", str(config),
            ]
        else:
            command = [str(opts.server), str(config)]
        self.log = open(directory / "server.log", "ab")
        begin = time.monotonic()
        self.process = subprocess.Popen(
            command, cwd=directory, stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log
        )
        if ensemble:
            # A member alone grants no session.
            return
        try:
            self.wait_for_session(begin + START_DEADLINE_SECS)
        except BaseException:
            self.stop()
            raise
        self.start_secs = time.monotonic() - begin

    @property
    def addr(self):
        return f"127.0.0.1:{self.port}"

    def wait_for_session(self, deadline):
        """A client's first frame, until it is answered by a session."""
        ask = struct.pack(">iqiqi16s?", 0, 0, 10_000, 0, 16, bytes(16), False)
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                break
            try:
                with socket.create_connection(("127.0.0.1", self.port), timeout=10) as client:
                    client.sendall(struct.pack(">i", len(ask)) + ask)
                    answer = client.recv(64)
                    if len(answer) >= 12 and struct.unpack(">i", answer[8:12])[0] > 0:
                        client.sendall(struct.pack(">iii", 8, 1, -11))
                        client.recv(64)
                        return
            except OSError:
                pass
            time.sleep(0.002)
        log = Path(self.log.name).read_text(errors="replace")
        raise RuntimeError(f"{self.kind} does not serve:\n{log[-2000:]}")

    def resident_bytes(self):
        for line in Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * 1024
        raise RuntimeError("no VmRSS")

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(STOP_DEADLINE_SECS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.log.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


class Ensemble:
    """Three members of one kind."""

    def __init__(self, kind, opts, directory):
        self.kind = kind
        # All at once, so that no two are the same.
        listeners = [socket.create_server(("127.0.0.1", 0)) for _ in range(3 * MEMBERS)]
        ports = [listener.getsockname()[1] for listener in listeners]
        for listener in listeners:
            listener.close()
        lines = "initLimit=10\nsyncLimit=5\n" + "".join(
            f"server.{sid}=127.0.0.1:{ports[3 * sid - 3]}:{ports[3 * sid - 2]}\n"
            for sid in range(1, MEMBERS + 1)
        )
        self.members = []
        for sid in range(1, MEMBERS + 1):
            home = directory / str(sid)
            (home / "data").mkdir(parents=True)
            (home / "data" / "myid").write_text(f"{sid}\n")
            self.members.append(Server(kind, opts, home, ports[3 * sid - 1], lines))
        try:
            for member in self.members:
                member.wait_for_session(time.monotonic() + START_DEADLINE_SECS)
        except BaseException:
            self.stop()
            raise

    @property
    def addr(self):
        return ",".join(member.addr for member in self.members)

    def stop(self):
        for member in self.members:
            member.stop()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


def bench(opts, server, mode, *more, timeout, alone=False):
    sessions, window = (1, 1) if alone else (opts.sessions, opts.window)
    command = [
        str(opts.bench), "bench", "--connect", server.addr, "--mode", mode, "--yes", "--json",
        "--sessions", str(sessions), "--window", str(window), *map(str, more),
    ]
    if mode == "mixed":
        command += ["--write-percent", "20"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=timeout, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)}\n{done.stdout}\n{done.stderr}")
    return json.loads(done.stdout)


def median_of(runs, pick):
    return statistics.median(pick(run) for run in runs)


def compare_load(opts, directory, figures):
    """Both servers run; they are loaded in turns."""
    say("load: both servers are loaded in turns")
    return compare_servers(opts, directory, figures, Server, RATIO_TARGETS)


def compare_ensembles(opts, directory, figures):
    """The same with three members of each, and one session that waits for each of its writes."""
    say("ensemble: three members of each are loaded in turns")
    return compare_servers(opts, directory, figures, Ensemble, ENSEMBLE_TARGETS)


def compare_servers(opts, directory, figures, start, targets):
    runs = {(kind, mode): [] for kind in (APACHE, OURS) for mode in targets}
    alone = {kind: [] for kind in (APACHE, OURS)}
    with start(APACHE, opts, directory / "apache") as apache, \
            start(OURS, opts, directory / "ours") as ours:
        for turn in range(opts.rounds):
            for server in (apache, ours) if start is Ensemble else ():
                result = bench(opts, server, "set", "--size", opts.size, "--secs", opts.secs,
                               "--nodes", 100, timeout=300, alone=True)
                alone[server.kind].append(result)
                say(f"  round {turn + 1}: alone  {server.kind:17}"
                    f" p50 {result['latency_us']['p50'] / 1000:.3f} ms")
            for mode in targets:
                for server in (apache, ours):
                    result = bench(
                        opts, server, mode, "--size", opts.size,
                        "--secs", opts.secs, "--warmup-secs", opts.warmup_secs,
                        timeout=300 + 20 * (opts.secs + opts.warmup_secs),
                    )
                    runs[server.kind, mode].append(result)
                    say(f"  round {turn + 1}: {mode:6} {server.kind:17}"
                        f" {result['ops_per_sec']:9.0f}/s")
    rows = []
    if start is Ensemble:
        p50 = {kind: median_of(alone[kind], lambda run: run["latency_us"]["p50"] / 1000)
               for kind in (APACHE, OURS)}
        rows.append(Row("one session, one write outstanding, p50 ms", p50, "{:.3f}",
                        at_most(ALONE_P50_TARGET)))
        figures["alone"] = alone
    for mode, target in targets.items():
        def values(pick, mode=mode):
            return {kind: median_of(runs[kind, mode], pick) for kind in (APACHE, OURS)}

        rows.append(Row(f"{mode}, operations/s", values(lambda run: run["ops_per_sec"]),
                        "{:.0f}", at_least(target)))
        for quantile, shown in (("p50", "p50"), ("p99", "p99"), ("p999", "p99.9")):
            rows.append(Row(f"{mode}, {shown} ms",
                            values(lambda run, q=quantile: run["latency_us"][q] / 1000),
                            "{:.2f}", at_most(P99_TARGET) if quantile == "p99" else None))
    name = "ensemble" if start is Ensemble else "load"
    figures[name] = {f"{kind} {mode}": values for (kind, mode), values in runs.items()}
    return rows


def compare_start(opts, directory, figures):
    """Both start on copies of one data directory, which Apache has written."""
    say(f"start: {opts.start_nodes} znodes of {opts.size} B are written by {APACHE}")
    prepared = directory / "prepared"
    with Server(APACHE, opts, prepared) as server:
        bench(opts, server, "create", "--count", opts.start_nodes, "--size", opts.size, "--keep",
              timeout=900)
    times = {APACHE: [], OURS: []}
    for turn in range(opts.rounds):
        for kind in (APACHE, OURS):
            copy = directory / "copy"
            shutil.copytree(prepared / "data", copy / "data")
            with Server(kind, opts, copy) as server:
                times[kind].append(server.start_secs)
                say(f"  round {turn + 1}: {kind:17} {server.start_secs:.3f} s")
            shutil.rmtree(copy)
    figures["start_secs"] = times
    values = {kind: statistics.median(all_times) for kind, all_times in times.items()}
    name = f"start to first session, {opts.start_nodes:,} znodes, s"
    return [Row(name, values, "{:.3f}", at_most(START_TARGET))]


def compare_memory(opts, directory, figures):
    """Each alone, filled over the wire."""
    count, size = opts.memory_nodes, 100
    say(f"memory: {count} znodes of {size} B are created on each")
    before, after = {}, {}
    for kind in (APACHE, OURS):
        with Server(kind, opts, directory / "memory" / kind.split()[0]) as server:
            before[kind] = server.resident_bytes()
            bench(opts, server, "create", "--count", count, "--size", size, "--keep", timeout=1800)
            after[kind] = server.resident_bytes()
            say(f"  {kind:17} {after[kind] / 1e6:.0f} MB resident, {before[kind] / 1e6:.0f} at start")
    figures["resident_bytes"] = {"before": before, "after": after}
    return [
        Row(f"resident bytes per znode, {count:,} of {size} B",
            {kind: after[kind] / count for kind in after}, "{:.0f}", ours_at_most(BYTES_TARGET)),
        Row("  without what it takes when empty",
            {kind: (after[kind] - before[kind]) / count for kind in after}, "{:.0f}"),
    ]


def at_least(ratio):
    return f"ratio >= {ratio:.2f}", lambda row: row.ratio >= ratio


def at_most(ratio):
    return f"ratio <= {ratio:.2f}", lambda row: row.ratio <= ratio


def ours_at_most(value):
    return f"<= {value}", lambda row: row.ours <= value


class Row:
    """One figure of both servers, and what was aimed at: a text and a test, if anything."""

    def __init__(self, name, values, form, target=None):
        self.name, self.form, self.target = name, form, target
        self.apache, self.ours = values[APACHE], values[OURS]
        self.ratio = self.ours / self.apache if self.apache else float("inf")

    def cells(self):
        text, met = "", ""
        if self.target:
            text, is_met = self.target
            met = "yes" if is_met(self) else "NO"
        return (self.name, self.form.format(self.apache), self.form.format(self.ours),
                f"{self.ratio:.2f}", text, met)


def table(rows):
    cells = [("", APACHE, OURS, "ratio", "target", "met")] + [row.cells() for row in rows]
    widths = [max(len(line[column]) for line in cells) for column in range(len(cells[0]))]
    lines = []
    for line in cells:
        shown = [line[0].ljust(widths[0])]
        shown += [cell.rjust(width) for cell, width in zip(line[1:4], widths[1:4])]
        shown += [cell.ljust(width) for cell, width in zip(line[4:], widths[4:])]
        lines.append("  ".join(shown).rstrip())
    return "\n".join(lines)


def say(text):
    print(text, file=sys.stderr, flush=True)


def main():
    opts = options()
    load = os.getloadavg()[0]
    if load > 0.5:
        say(f"warning: the machine is busy (load {load:.1f}); the figures will suffer from it")
    comparisons = {
        "load": compare_load, "start": compare_start, "memory": compare_memory,
        "ensemble": compare_ensembles,
    }
    rows, figures = [], {"cores": os.cpu_count(), "load_before": load}
    with tempfile.TemporaryDirectory(prefix="side-by-side-", dir=opts.dir) as directory:
        for name in opts.only.split(","):
            if name not in comparisons:
                sys.exit(f"--only: expected some of {','.join(comparisons)}, found {name}")
            rows += comparisons[name](opts, Path(directory) / name, figures)
    print(f"{opts.sessions} sessions x {opts.window} outstanding x {opts.size} B, "
          f"{os.cpu_count()} cores shared with the load, median of {opts.rounds}")
    print(table(rows))
    if opts.json:
        opts.json.write_text(json.dumps(figures, indent=2) + "\n")


if __name__ == "__main__":
    main()
