# The job itself: it claims its directory, writes who it is, runs the command and leaves the exit code.
# $1 directory, $2 user, $3 command; answers on descriptor 3: began, there, full, or refused and why.

IFS= read -r password && IFS= read -r input || exit 0    # half a message: nothing begins
exec </dev/null
mask=$(umask)
umask 077
mkdir -p "${1%/*}" 2>/dev/null
if ! why=$(mkdir "$1" 2>&1); then
    if [ -d "$1" ]; then echo there >&3; else printf 'refused %s\n' "$why" >&3; fi
    exit 0
fi
# The room for the exit code is taken now: it can be written later on a full disk.
if ! { printf '%32s\n' '' > "$1/reserved" && : > "$1/output" &&
       printf '%s\n' "$(boot_id)" "$$" "$(born $$)" "$(date +%s)" > "$1/who.new" && [ -s "$1/who.new" ] &&
       mv "$1/who.new" "$1/who"; } 2>/dev/null
then
    rm -r "$1"
    echo full >&3
    exit 0
fi
sync "$1/who" "$1" "${1%/*}" 2>/dev/null
echo began >&3
exec 3>&-

# sudo asks our program only when it wants a password; the pipe gives it once, so a wrong one ends the matter.
offer_password() {
    mkfifo "$1.once"
    printf '%s\n' '#!/bin/sh' 'mv "$0.once" "$0.used" 2>/dev/null && cat "$0.used"' > "$1"
    chmod 700 "$1"
    { printf '%b\n' "$password" > "$1.once"; } &
    feeder=$!
}

as_user() {
    if [ -z "$user" ] || [ "$user" = "$(id -un)" ]; then
        exec sh -c "$1"
    elif [ "$(id -u)" = 0 ] && ! command -v sudo >/dev/null 2>&1; then
        exec su -s /bin/sh "$user" -c "$1"
    elif [ -n "$feeder" ]; then
        SUDO_ASKPASS=$askpass
        export SUDO_ASKPASS
        exec sudo -H -k -A -u "$user" -- sh -c "$1"
    fi
    exec sudo -H -n -u "$user" -- sh -c "$1"
}

user=$2 askpass=$1/askpass feeder=
[ -z "$password" ] || offer_password "$askpass"
umask "$mask"
printf %b "$input" | (as_user "$3") >> "$1/output" 2>&1
code=$?
[ -z "$feeder" ] || kill "$feeder" 2>/dev/null
rm -f "$askpass" "$askpass.once" "$askpass.used"
printf '%s %s\n' "$code" "$(date +%s)" 1<> "$1/reserved" && mv "$1/reserved" "$1/code"
