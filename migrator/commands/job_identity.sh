# Who a process is, and what time it is: told in variables and by the shell alone, as every process started costs time.

# The number of a process does not say who it is: after its death another one may get it.
boot_id() {    # boot: which boot of the machine this is
    { read -r boot < /proc/sys/kernel/random/boot_id; } 2>/dev/null ||
        boot=$(sysctl -n kern.boottime 2>/dev/null || echo unknown)
}

born() {    # born PID: when the process started, in birth; that is only compared, and empty when it is dead
    birth=''
    if [ -e /proc/self/stat ]; then
        stat=''
        while read -r line; do stat="$stat $line"; done 2>/dev/null < "/proc/$1/stat"
        [ -n "$stat" ] || return 0
        set -f
        # What follows the name in brackets: state, parent, ... and as the twentieth word the start in clock ticks.
        set -- ${stat##*) }
        set +f
        [ "$1" = Z ] || birth=${20}
    else
        birth=$(ps -o lstart= -p "$1" 2>/dev/null)
    fi
}

moment() {    # now: seconds since some moment that stays the same while the machine runs
    { read -r now rest < /proc/uptime; } 2>/dev/null || now=$(date +%s)
    now=${now%%.*}
}
