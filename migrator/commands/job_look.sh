# How a job stands, and what it printed since the last look.
# $1 directory, $2 bytes seen so far, $3 bytes wanted at most (the last ones are given).
# Prints one line: state (never, starting, running, ended, stopped, unknown), exit code, seconds it took, offset of what
# follows, size of the output; then the bytes.
if [ ! -d "$1" ]; then
    echo "never - 0 0 0"
    exit 0
fi
state=running code=- started='' ended='' verdict=''
{ read -r its_boot; read -r pid; read -r its_birth; read -r started; } 2>/dev/null < "$1/who"
if [ -z "$started" ]; then
    state=starting started=0
else
    boot_id
    born "$pid"
    [ "$its_boot:$its_birth" = "$boot:$birth" ] || state=unknown
fi
# Asked last: a job that ends while we look has ended, it is not lost.
{ read -r its_code ended verdict; } 2>/dev/null < "$1/code"
[ -z "$verdict" ] || state=$verdict code=$its_code
size=0 from=$2
[ ! -s "$1/output" ] || size=$(($(wc -c < "$1/output")))
[ "$from" -le "$size" ] || from=$size
[ $((size - from)) -le "$3" ] || from=$((size - $3))
echo "$state $code $((${ended:-$started} - started)) $from $size"
[ "$from" != "$size" ] || exit 0
[ "$from" != 0 ] || exec head -c "$size" "$1/output"
tail -c "+$((from + 1))" "$1/output" | head -c $((size - from))
