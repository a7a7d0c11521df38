# Who a process is. Its number alone does not say so: after its death another one may get it.

boot_id() { cat /proc/sys/kernel/random/boot_id 2>/dev/null || sysctl -n kern.boottime 2>/dev/null || echo unknown; }

# born PID: when the process started, in a form that is only compared; nothing when it is dead.
born() {
    if [ -e /proc/self/stat ]; then
        stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 0
        set -f
        # What follows the name in brackets: state, parent, ... and as the twentieth word the start in clock ticks.
        set -- ${stat##*) }
        [ "$1" = Z ] || printf '%s\n' "${20}"
    else
        ps -o lstart= -p "$1" 2>/dev/null
    fi
}
