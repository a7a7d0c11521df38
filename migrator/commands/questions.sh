# Answer questions, which come as lines `ask COMMAND` behind this. What a command prints goes out as it is; a line with
# the mark ends it on both streams, on standard output with the exit code.
# $1 the mark.
mark=$1
ask() {
    sh -c "$1" </dev/null
    printf '\n%s %s\n' "$mark" "$?"
    printf '\n%s\n' "$mark" >&2
}
printf '\n%s\n' "$mark"
printf '\n%s %s\n' "$mark" "$$" >&2
