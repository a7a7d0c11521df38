# replace FOLDER STATE LINES: make the newest file after that which `newest` has seen; LINES end with a line break.
# Fails when somebody else was faster; ends the script with `full` or `refused WHY` when it cannot be made at all.
replace() {
    mine=$1/.new.$$ next=$((count + 1))
    if ! { printf 'state=%s\n%s' "$2" "$3" > "$mine"; } 2>/dev/null; then
        rm -f "$mine"
        echo full
        exit 0
    fi
    why=$(ln "$mine" "$1/$next" 2>&1)
    made=$?
    rm -f "$mine"
    # Whoever slept between looking and making may have made a number that was given and removed before.
    newest "$1" && [ "$made" = 0 ] && [ "$count" = "$next" ] || {
        [ "$made" != 0 ] || rm -f "$1/$next"
        [ "$count" -lt "$next" ] || return 1
        printf 'refused %s\n' "$why"
        exit 0
    }
    for file in "$1"/*; do
        [ "${file##*/}" -lt "$next" ] 2>/dev/null && rm -f "$file"
    done
    sync "$1/$next" "$1" 2>/dev/null
    return 0
}
