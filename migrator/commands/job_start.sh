# Start a job in a session of its own and wait until it says what became of it.
# $1 the script of the job, $2 its directory, $3 the user ('' for the login user), $4 the command.
# Standard input: two lines, the password for sudo and the command's input, both escaped for printf %b.
exec 4<&0
answer=$(
    if command -v setsid >/dev/null 2>&1; then
        setsid sh -c "$1" sh "$2" "$3" "$4" <&4 3>&1 >/dev/null 2>&1 4<&- &
    else
        nohup sh -c "$1" sh "$2" "$3" "$4" <&4 3>&1 >/dev/null 2>&1 4<&- &
    fi
)
printf '%s\n' "${answer:-lost}"
