# Runs a throw-away PostgreSQL cluster until standard input ends, so it cannot outlive the test process, however
# that ends. Says `ready` when it answers, or why it does not. Then does what standard input says, line by line, and
# answers `done` or `failed`: `crash` ends the server as if its machine had lost power to it, `start` starts it again.
#   TESTKIT_BIN   directory of the PostgreSQL programs
#   TESTKIT_TMP   where temporary files go
#   TESTKIT_PORT  free port on the loopback address
#   TESTKIT_KEEP  when not empty, what the server acknowledges survives its crash
set -u
dir=$(mktemp -d "$TESTKIT_TMP/testkit-pg.XXXXXX" 2>/dev/null || mktemp -d /tmp/testkit-pg.XXXXXX) || exit 1

finish() {
    "$TESTKIT_BIN/pg_ctl" stop --pgdata="$dir/data" --mode=immediate >/dev/null 2>&1
    rm -rf "$dir"
}
trap finish EXIT
# PIPE: the test process may be gone before the cluster is ready.
trap 'exit 1' HUP INT TERM PIPE

"$TESTKIT_BIN/initdb" --pgdata="$dir/data" --username=postgres --auth=trust --encoding=UTF8 --locale=C --no-sync \
    >"$dir/log" 2>&1 || { cat "$dir/log"; exit 1; }

cat >>"$dir/data/postgresql.conf" <<END
listen_addresses = '127.0.0.1'
port = $TESTKIT_PORT
unix_socket_directories = '$dir'
max_connections = 200
max_wal_size = 48MB
min_wal_size = 32MB
END
if [ -z "${TESTKIT_KEEP:-}" ]; then
    cat >>"$dir/data/postgresql.conf" <<END
fsync = off
synchronous_commit = off
full_page_writes = off
END
fi

start() {
    "$TESTKIT_BIN/pg_ctl" start --wait --pgdata="$dir/data" --log="$dir/log" </dev/null >/dev/null 2>&1
}
crash() {
    # It may have crashed by itself.
    "$TESTKIT_BIN/pg_ctl" stop --wait --pgdata="$dir/data" --mode=immediate >/dev/null 2>&1
    return 0
}
start || { cat "$dir/log"; exit 1; }
echo ready
while read -r command; do
    case $command in
    crash | start) if $command; then echo done; else echo failed; fi ;;
    esac
done
