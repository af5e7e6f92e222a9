#!/bin/sh
# Runs kazoo's own test suite against one server and compares the result with Apache 3.8.0's.
#
#   run.sh apache            measures Apache anew and writes expected-apache.txt (of an ensemble: -3.txt)
#   run.sh ours              ZOOWARDEN_SERVER=path/to/zoowarden-server must be set;
#                            exits 1 where a test fails that passes on Apache and is not in accepted.txt
#   run.sh ours TEST...      only these (names as in expected-apache.txt), shown in full
#   run.sh prepare           only makes the virtual environment; two runs side by side want it made
#
# Needs Python 3 with venv, and for `apache` Java with Debian's zookeeper package (or ZOOKEEPER_CLASSPATH).
# KAZOO_MEMBERS=3 runs an ensemble of three in the place of a standalone server, which has its own list.
# ZOOKEEPER_PORT_OFFSET moves the ports (five from there on), KAZOO_VENV the virtual environment, RESULTS
# the directory of the logs and junit files.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
kind=${1:-}
case $kind in
    apache | prepare) ;;
    ours)
        : "${ZOOWARDEN_SERVER:?set it to the path of the zoowarden-server binary}"
        ZOOWARDEN_SERVER=$(realpath "$ZOOWARDEN_SERVER")
        [ -x "$ZOOWARDEN_SERVER" ] || { echo "not executable: $ZOOWARDEN_SERVER" >&2; exit 2; }
        export ZOOWARDEN_SERVER
        PATH=$here/shim:$PATH
        ;;
    *) echo "usage: run.sh apache|prepare|ours [TEST...]" >&2; exit 2 ;;
esac
shift

venv=${KAZOO_VENV:-$here/.venv}
if ! cmp -s "$here/requirements.txt" "$venv/installed.txt"; then
    python3 -m venv --clear "$venv"
    "$venv/bin/pip" install --quiet --disable-pip-version-check --no-deps --prefer-binary -r "$here/requirements.txt"
    cp "$here/requirements.txt" "$venv/installed.txt"
fi
[ "$kind" != prepare ] || exit 0
suite=$("$venv/bin/python" -c 'import kazoo, pathlib; print(pathlib.Path(kazoo.__file__).parents[1])')
results=${RESULTS:-$(mktemp -d)}
mkdir -p "$results"
results=$(cd "$results" && pwd)

export ZOOKEEPER_CLUSTER_SIZE="${KAZOO_MEMBERS:-1}" ZOOKEEPER_VERSION=3.8.0
case $ZOOKEEPER_CLUSTER_SIZE in
    1) export KAZOO_EXPECTED=expected-apache.txt ;;
    *) export KAZOO_EXPECTED="expected-apache-$ZOOKEEPER_CLUSTER_SIZE.txt" ;;
esac
export ZOOKEEPER_CLASSPATH="${ZOOKEEPER_CLASSPATH:-/usr/share/java/slf4j-nop.jar:/usr/share/java/*}"
export ZOOKEEPER_PORT_OFFSET="${ZOOKEEPER_PORT_OFFSET:-20000}"
# kazoo's suite behaves differently under a CI variable; it shall measure the same everywhere.
unset CI ZOOKEEPER_JAAS_AUTH ZOOKEEPER_LOCAL_SESSION_RO ZOOKEEPER_OBSERVER_START_ID KRB5_TEST_ENV 2>/dev/null || true

# pytest_into NAME [TEST...]: runs the tests, leaves NAME.xml and NAME.log; failing tests are no error here.
pytest_into() {
    name=$1
    shift
    (cd "$suite" && "$venv/bin/python" -m pytest --rootdir "$suite" -p no:cacheprovider -q --timeout 180 \
        --junitxml "$results/$name.xml" "$@") >"$results/$name.log" 2>&1 || [ $? -eq 1 ] || {
        tail -n 50 "$results/$name.log" >&2
        echo "pytest itself failed: $results/$name.log" >&2
        exit 3
    }
}

if [ $# -gt 0 ]; then
    "$here/results.py" node-ids "$@" >"$results/chosen.txt"
    pytest_into chosen "@$results/chosen.txt"
    cat "$results/chosen.log"
    exit 0
fi

# Against a server without a SASL login, Apache's or ours, kazoo's SASL client asks again without end.
leave_out=
[ "$kind" = apache ] || leave_out="--ignore kazoo/tests/test_sasl.py"
started=$(date +%s)
# shellcheck disable=SC2086 # two words, or none
pytest_into "$kind" kazoo/tests $leave_out
echo "kazoo's suite on $kind took $(($(date +%s) - started)) s; logs in $results"
if [ "$kind" = apache ]; then
    exec "$here/results.py" record "$here/$KAZOO_EXPECTED" "$results/apache.xml"
fi
# Some tests race with their own threads: what regressed is asked once more, by itself.
"$here/results.py" regressed "$here" "$results/ours.xml" >"$results/again.txt"
if [ -s "$results/again.txt" ]; then
    pytest_into again "@$results/again.txt"
    exec "$here/results.py" compare "$here" "$results/ours.xml" "$results/again.xml"
fi
exec "$here/results.py" compare "$here" "$results/ours.xml"
