# How a job stands, and what it printed since the last look.
# $1 directory, $2 bytes seen so far, $3 bytes wanted at most (the last ones are given).
# Prints one line: state (never, starting, running, ended, stopped, unknown), exit code, seconds it took, offset of what follows, size of the output; then the bytes.
if [ ! -d "$1" ]; then
    echo "never - 0 0 0"
    exit 0
fi
state=running code=- ended=
if [ ! -e "$1/who" ]; then
    state=starting started=0
else
    { read -r boot; read -r pid; read -r birth; read -r started; } < "$1/who"
    [ "$boot" = "$(boot_id)" ] && [ "$birth" = "$(born "$pid")" ] || state=unknown
fi
# Asked last: a job that ends while we look has ended, it is not lost.
if [ -e "$1/code" ]; then
    read -r code ended state < "$1/code"
    state=${state:-ended}
fi
size=$(($(wc -c < "$1/output" 2>/dev/null || echo 0)))
from=$2
[ "$from" -le "$size" ] || from=$size
[ $((size - from)) -le "$3" ] || from=$((size - $3))
echo "$state $code $((${ended:-$started} - started)) $from $size"
[ "$from" -eq "$size" ] || tail -c "+$((from + 1))" "$1/output" | head -c $((size - from))
