# Stop the server of our own that works in the folder $1, whoever has left it there, and remove the folder.
set -eu
folder=$1
servers() {
    printf '%s\n' "$folder/data" | grep -lsF -f - /proc/[0-9]*/cmdline | cut -d / -f 3 || true
}

# Asked to end at once; after ten seconds it is not asked any more.
waited=0
while ids=$(servers) && [ -n "$ids" ]; do
    case $waited in
        0) signal=QUIT ;;
        100) signal=KILL ;;
        200) echo "the server of our own in $folder does not end" >&2; exit 1 ;;
        *) signal=0 ;;
    esac
    for id in $ids; do
        kill -s "$signal" "$id" 2> /dev/null || true
    done
    waited=$((waited + 1))
    sleep 0.1
done
rm -rf -- "$folder"
