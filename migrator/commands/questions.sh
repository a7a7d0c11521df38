# A shell that stays: it runs what comes as lines behind this, each command in a process of its own. What a command prints
# goes out as it is; a line with the mark ends it on both streams, on standard error with the exit code.
# $1 the mark.
mark=$1
err_ends() { printf '\n%s %s\n' "$mark" "$1" >&2; }
out_ends() { printf '\n%s\n' "$mark"; }
err_ends "$$"
out_ends
