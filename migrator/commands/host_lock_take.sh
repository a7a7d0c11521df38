# Take the lock for a run. $1 folder, $2 lines of the new file, $3 run, $4 its fencing number.
# Prints taken, full, `refused WHY`, or held and the lines of the file that stands against it.
umask 077
if ! why=$(mkdir -p "$1" 2>&1); then
    printf 'refused %s\n' "$why"
    exit 0
fi
for once_more in 1 2 3 4 5 6 7 8 9; do
    newest "$1" || continue
    if [ "$run" = "$3" ]; then
        [ "$fencing" -le "$4" ] || state=newer
    elif [ -n "$run" ] && [ "$state" = held ]; then
        state=foreign
    fi
    case $state in newer | foreign)
        printf 'held\n%s' "$said"
        exit 0
    esac
    if replace "$1" held "$2"; then
        echo taken
        exit 0
    fi
done
echo refused too many at once
