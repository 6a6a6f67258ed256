#!/bin/bash
# A PostgreSQL server on a Unix socket, and pgbench beside it, six times in a row. Run as a user who is not root.
set -u
tools=$(ls -d /usr/lib/postgresql/*/bin | tail -n 1)
folder=$BLCR_TEST_DIR/postgres
mkdir -p "$folder"
cd "$folder" || exit 1
export PGHOST=$folder PGUSER=postgres LC_ALL=C PGDATABASE=postgres
"$tools/initdb" -D data -U postgres -A trust --no-sync >initdb.log 2>&1 || exit 2
"$tools/postgres" -D data -k "$folder" -c listen_addresses= -c fsync=off -c jit=off >server.log 2>&1 </dev/null &
server=$!
until "$tools/psql" -qAtc 'select 1' >/dev/null 2>&1; do sleep 0.1; done
"$tools/pgbench" -i -q -s 1 >init.log 2>&1 || exit 3
echo "round 0"
for round in 1 2 3 4 5 6; do
    "$tools/pgbench" -n -c 3 -t 400 >bench.log 2>&1 || exit 4
    echo "round $round"
done
until [ -e "$BLCR_TEST_DIR/finish" ]; do sleep 0.1; done # not before the test has seen us
"$tools/psql" -qAtc "select 'result ' || count(*) || ' ' || (sum(delta) = (select sum(abalance) from pgbench_accounts)) from pgbench_history"
kill -INT $server
wait $server
