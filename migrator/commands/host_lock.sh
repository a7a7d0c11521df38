# An environment's lock on its host: a folder in which the newest file counts, plain lines of key=value. Its name is a
# number that only grows, and a file is made by ln, which fails when the name is taken. So of several who have seen the
# same newest file one succeeds, and a shell that dies at any point leaves nothing that stands in somebody's way.

# newest FOLDER: what its newest file says, in count (its number, 0: there is none), state (held or free), run, fencing,
# memory (whole, or lost: the run had begun, and the host did not know of it), and said: all its lines but the state.
newest() {
    for again in 1 2 3 4 5 6 7 8 9; do
        count=0 said='' state=free run='' fencing=0 memory=''
        for file in "$1"/*; do
            [ "${file##*/}" -gt "$count" ] 2>/dev/null && count=${file##*/}
        done
        [ "$count" -gt 0 ] || return 0
        while IFS='=' read -r key value; do
            case $key in
                state) state=$value; continue ;;
                run) run=$value ;;
                fencing) fencing=$value ;;
                memory) memory=$value ;;
            esac
            said="$said$key=$value
"
        done 2>/dev/null < "$1/$count" && return 0    # else somebody has just replaced it
    done
    return 1
}
