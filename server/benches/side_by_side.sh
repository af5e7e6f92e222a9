#!/bin/sh
# Apache ZooKeeper and zoowarden-server side by side: same machine, same run, same settings,
# same load. Builds what it needs, then hands over to side_by_side.py, which prints the table.
#
#   server/benches/side_by_side.sh             the whole comparison, about 15 minutes
#   server/benches/side_by_side.sh --quick     the same in about 3, for a first impression
#   server/benches/side_by_side.sh --help      what can be chosen
#
# Needs Java, Python 3 and Apache ZooKeeper (Debian: apt install zookeeper default-jre-headless).
# Nothing else should run on the machine meanwhile.
set -eu

root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
cd "$root"

for tool in java python3 cargo; do
    command -v "$tool" >/dev/null || { echo "side_by_side: $tool is not installed" >&2; exit 1; }
done

cargo build --release -p zoowarden -p zoowarden-server
built=${CARGO_TARGET_DIR:-$root/target}/release

exec python3 server/benches/side_by_side.py \
    --bench "$built/zoowarden" --server "$built/zoowarden-server" "$@"
