# Start a job in a session of its own and wait until it has said what became of it.
# $1 the script of the job, then its arguments. Its standard output is ours also when we have ended: whoever listens
# hears the end of a short job on it.
exec 4<&0 5>&1
code=$1
shift
: "$(    # ends when the job closes its descriptor 3
    if command -v setsid >/dev/null 2>&1; then
        setsid sh -c "$code" sh "$@" <&4 3>&1 >&5 2>/dev/null 4<&- 5>&- &
    else
        nohup sh -c "$code" sh "$@" <&4 3>&1 >&5 2>/dev/null 4<&- 5>&- &
    fi
)"
