# Start a PostgreSQL server of our own on the unpacked base backup in $1/data, with the programs in $2; it replays the
# log in $1/wal and is then open on the socket in $1 alone. The rest are its options.
set -eu
umask 077
folder=$1
binaries=$2
shift 2
mkdir -p -- "$folder/wal"
chmod 700 -- "$folder/data"
# Nothing of what the other server was told holds for this one.
rm -f -- "$folder/data/postgresql.auto.conf" "$folder/data/standby.signal" "$folder/data/recovery.conf"
: > "$folder/conf"
: > "$folder/ident"
echo 'local all all trust' > "$folder/access"
: > "$folder/data/recovery.signal"

MIGRATOR_WAL=$folder/wal
export MIGRATOR_WAL
# Nothing of it is kept, so it need not be safe on disk at any time. It ends by itself when nobody stops it.
nohup timeout 172800 "$binaries/postgres" -D "$folder/data" -c "config_file=$folder/conf" -c "hba_file=$folder/access" \
    -c "ident_file=$folder/ident" -c listen_addresses= -c "unix_socket_directories=$folder" -c port=5432 \
    -c 'restore_command=cp -- "$MIGRATOR_WAL/%f" "%p"' -c recovery_target_timeline=current \
    -c hot_standby=off -c archive_mode=off -c fsync=off -c full_page_writes=off -c autovacuum=off \
    -c max_prepared_transactions=500 -c max_locks_per_transaction=1024 "$@" < /dev/null > "$folder/log" 2>&1 &
server=$!
until "$binaries/pg_isready" -q -h "$folder" -p 5432; do
    kill -0 "$server" 2> /dev/null || { tail -n 20 -- "$folder/log" >&2; exit 1; }
    sleep 0.1
done
