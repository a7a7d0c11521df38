# Run a command as its user. With a mark, a line `MARK PROCESS` on standard error says that it begins now,
# so that nobody hands it what was meant for sudo.
# $1 mark, may be empty; $2 user, empty for the login user; $3 command; $4 -S (sudo may ask) or -n (it must not).
begin='[ -z "$1" ] || printf "%s %s\n" "$1" "$2" >&2; exec sh -c "$3"'

if [ -z "$2" ] || [ "$2" = "$(id -un)" ]; then
    exec sh -c "$begin" sh "$1" "$$" "$3"
elif [ "$(id -u)" = 0 ] && ! command -v sudo >/dev/null 2>&1; then
    exec su -s /bin/sh "$2" -c "$begin" -- sh "$1" "$$" "$3"
elif [ "$4" = -S ]; then
    exec sudo -H -k -S -p "P$1:" -u "$2" -- sh -c "$begin" sh "$1" "$$" "$3"
fi
exec sudo -H -n -u "$2" -- sh -c "$begin" sh "$1" "$$" "$3"
