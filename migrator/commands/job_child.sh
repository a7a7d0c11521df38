# The job itself: it claims its directory, writes who it is, runs the command and leaves the exit code.
# $1 directory, $2 user ('' for the login user), $3 command, $4 the lock's folder ('' for none) that has to name the run
# $5 and the fencing number $6, $7 `resumed` when an earlier process may have begun the job, $8 bytes of output to tell at
# most.
# Standard input: two lines, the password for sudo and the command's input, both escaped for printf %b.
# Prints a verdict: began, there, full, `refused WHY`, or fenced, behind or forgotten and below it the lock's lines. After
# `there` at once, after `began` when the command has ended, it prints what a look prints.

verdict() {    # descriptor 3 tells whoever waits that there is one; that nobody listens any more must not end the job
    trap '' PIPE
    printf '%s\n' "$1" 2>/dev/null
    trap - PIPE
    exec 3>&-
}

claim() {    # one of all who try succeeds
    why=$(mkdir -m 700 "$1" 2>&1) && return 0
    [ ! -d "$1" ] && (umask 077 && mkdir -p "${1%/*}") 2>/dev/null && why=$(mkdir -m 700 "$1" 2>&1)
}

stands_against() {    # LOCK RUN NUMBER RESUMED: whether the lock does, and then why
    why=fenced
    newest "$1" && [ "$state" = held ] && [ "$run" = "$2" ] || return 0
    [ "$fencing" -ge "$3" ] || why=behind
    [ "$fencing" = "$3" ] || return 0
    why=forgotten
    [ "$ours" = yes ] && [ "$4" = resumed ] && [ "$memory" = lost ]
}

introduce() {    # the room for the exit code is taken now: it can be written in its place on a full disk
    boot_id
    born $$
    moment
    { printf '%32s\n' '' > "$1/code" && : > "$1/output" &&
        printf '%s\n' "$boot" "$$" "$birth" "$now" > "$1/who"; } 2>/dev/null || return 1
    sync "$1/who" "$1" "${1%/*}" 2>/dev/null
    return 0
}

# sudo asks our program only when it wants a password; the pipe gives it once, so a wrong one ends the matter.
offer_password() {
    mkfifo "$1.once"
    printf '%s\n' '#!/bin/sh' 'mv "$0.once" "$0.used" 2>/dev/null && cat "$0.used"' > "$1"
    chmod 700 "$1"
    { printf '%b\n' "$password" > "$1.once"; } > /dev/null &
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

perform() {    # DIRECTORY USER COMMAND
    user=$2 askpass=$1/askpass feeder=''
    [ -z "$password" ] || offer_password "$askpass"
    if [ -z "$input" ]; then
        (as_user "$3") >> "$1/output" 2>&1 9>&-
    else
        printf %b "$input" | (as_user "$3") >> "$1/output" 2>&1 9>&-
    fi
    code=$?
    [ -z "$feeder" ] || {
        kill "$feeder" 2>/dev/null
        rm -f "$askpass" "$askpass.once" "$askpass.used"
    }
    moment
    printf '%s %s ended\n' "$code" "$now" 1<> "$1/code"
}

IFS= read -r password && IFS= read -r input || exit 0    # half a message: nothing begins
exec </dev/null
if claim "$1"; then
    ours=yes
elif [ -d "$1" ]; then
    ours=no
else
    verdict "refused $why"
    exit 0
fi
# The lock is read after the claim: whoever takes the lock later finds the job here.
if [ -n "$4" ] && stands_against "$4" "$5" "$6" "$7"; then
    [ "$ours" = no ] || rmdir "$1"
    verdict "$why
state=$state
$said"
    exit 0
fi
if [ "$ours" = no ]; then
    verdict there
elif introduce "$1"; then
    verdict began
    perform "$1" "$2" "$3"
else
    rm -r "$1"
    verdict full
    exit 0
fi
set -- "$1" 0 "$8"
