# Start a MariaDB server of our own in the empty folder $1, reached by its socket alone; the rest are its options.
set -eu
umask 077
PATH=$PATH:/usr/local/sbin:/usr/sbin:/usr/libexec
folder=$1
shift
failed() {
    tail -n 20 -- "$folder/log" >&2
    exit 1
}

mariadb-install-db --no-defaults --datadir="$folder/data" --auth-root-authentication-method=normal --skip-test-db \
    --skip-name-resolve > "$folder/log" 2>&1 || failed
# Nothing of it is kept, so it need not be safe on disk at any time. It ends by itself when nobody stops it.
nohup timeout 172800 mariadbd --no-defaults --datadir="$folder/data" --socket="$folder/socket" --pid-file="$folder/pid" \
    --skip-networking --skip-log-bin --skip-name-resolve --innodb-flush-log-at-trx-commit=0 --innodb-doublewrite=0 \
    --max-allowed-packet=1G "$@" < /dev/null >> "$folder/log" 2>&1 &
server=$!
until mariadb-admin --no-defaults --socket="$folder/socket" --user=root --silent ping > /dev/null 2>&1; do
    kill -0 "$server" 2> /dev/null || failed
    sleep 0.1
done
