# Free the lock. $1 folder, $2 the run that lets go of it.
# Prints free, full, or `refused WHY`; free also when that run does not hold it. What it was is kept, so that an older
# process of the same run cannot take it again.
for once_more in 1 2 3 4 5 6 7 8 9; do
    newest "$1" || continue
    if [ "$state" != held ] || [ "$run" != "$2" ] || replace "$1" free "$said"; then
        echo free
        exit 0
    fi
done
echo refused too many at once
