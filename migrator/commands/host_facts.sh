# What a host is: one `name=value` line per fact; a fact that cannot be known here has no line.
said() { [ -z "$2" ] || printf '%s=%s\n' "$1" "$2"; }
first() { "$@" 2>/dev/null < /dev/null | head -n 1; }

said now "$(date +%s)"
said kernel "$(uname -sr)"
said machine "$(uname -m)"
said hostname "$(uname -n)"
[ ! -r /etc/os-release ] || said os "$(. /etc/os-release && printf '%s' "$PRETTY_NAME")"
said cpus "$(getconf _NPROCESSORS_ONLN 2>/dev/null)"
[ ! -r /proc/meminfo ] || said memory_kib "$(sed -n 's/^MemTotal: *\([0-9]*\) kB/\1/p' /proc/meminfo)"
said timezone "$(date +%Z%z)"
said locale "${LC_ALL:-${LC_CTYPE:-$LANG}}"
said user "$(id -un)"
said home_free "$(df -Pk "$HOME" 2>/dev/null | { read -r head; read -r fs blocks used free rest; echo $((free * 1024)); })"
for tool in tar zstd rsync setsid sudo systemctl python3 java sqlite3 psql pg_dump mariadb mariadb-dump mysql mysqldump
do
    command -v "$tool" > /dev/null 2>&1 || continue
    case $tool in
        java) version=$("$tool" -version 2>&1 < /dev/null | head -n 1) ;;
        *) version=$(first "$tool" --version) ;;
    esac
    said "tool.$tool" "${version:-present}"
done
