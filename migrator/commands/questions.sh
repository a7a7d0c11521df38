# A shell that stays: it runs commands that come as lines behind this, each in a shell of its own. What a command prints
# goes out as it is; a line with the mark ends it on both streams, on standard error with the exit code.
# $1 the mark.
mark=$1

ask() {    # COMMAND, which gets nothing to read
    sh -c "$1" </dev/null
    printf '\n%s %s\n' "$mark" "$?" >&2
    printf '\n%s\n' "$mark"
}

run() {    # COMMAND; what it leaves behind is listened to as well, until that has closed its output
    { sh -c "$1"; printf '\n%s %s\n' "$mark" "$?" >&2; } | cat
    printf '\n%s\n' "$mark"
}

printf '\n%s %s\n' "$mark" "$$" >&2
printf '\n%s\n' "$mark"
