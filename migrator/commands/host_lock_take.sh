# Take the lock for a run. $1 folder, $2 lines of the new file, $3 run, $4 its fencing number, $5 what the host remembers
# of the run where its lock does not name it: whole when it has not begun yet, otherwise lost.
# Prints taken, full, `refused WHY`, or held and the lines of the file that stands against it.
umask 077
if ! why=$(mkdir -p "$1" 2>&1); then
    printf 'refused %s\n' "$why"
    exit 0
fi

against() {    # RUN NUMBER: whether what `newest` has seen stands against them
    if [ "$run" = "$1" ]; then
        [ "$fencing" -gt "$2" ]
    else
        memory=''
        [ -n "$run" ] && [ "$state" = held ]
    fi
}

for once_more in 1 2 3 4 5 6 7 8 9; do
    newest "$1" || continue
    if against "$3" "$4"; then
        printf 'held\n%s' "$said"
        exit 0
    fi
    if replace "$1" held "${2}memory=${memory:-$5}
"; then
        echo taken
        exit 0
    fi
done
echo refused too many at once
