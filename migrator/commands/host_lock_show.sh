# Print the lines of the lock's newest file, the state first. $1 folder.
newest "$1" && printf 'state=%s\n%s' "$state" "$said"
