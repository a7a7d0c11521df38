# Write down that a job was stopped, as it would have written its own exit code. $1 directory, $2 exit code.
rm -f "$1/askpass" "$1/askpass.once" "$1/askpass.used"
{ read -r code ended verdict; } < "$1/code"
[ -z "$verdict" ] || exit 0
moment
printf '%s %s stopped\n' "$2" "$now" 1<> "$1/code"
