# Stop a job: its process group and every descendant that the caller may signal, gently first, then for good.
# $1 directory. Succeeds when the job is not alive any more.
{ read -r its_boot; read -r pid; read -r its_birth; } < "$1/who" || exit 0
boot_id
[ "$its_boot" = "$boot" ] || exit 0

parents() {    # lines of: process, parent
    if [ -e /proc/self/stat ]; then
        for one in /proc/[0-9]*/stat; do
            stat=''
            while read -r line; do stat="$stat $line"; done 2>/dev/null < "$one"
            [ -n "$stat" ] || continue
            rest=${stat##*) }
            rest=${rest#* }
            one=${one#/proc/}
            printf '%s %s\n' "${one%/stat}" "${rest%% *}"
        done
    else
        ps -A -o pid= -o ppid=
    fi
}

family() {    # the process and all its descendants
    known=" $1 " listing=$(parents) grown=yes
    while [ "$grown" = yes ]; do
        grown=no
        while read -r process parent; do
            case $known in *" $process "*) continue ;; esac
            case $known in *" $parent "*) known="$known$process " grown=yes ;; esac
        done <<END
$listing
END
    done
    printf '%s\n' "$known"
}

lives() {
    born "$1"
    [ -n "$birth" ]
}

job_lives() { lives "$pid" && [ "$birth" = "$its_birth" ]; }

job_lives || exit 0
everybody=$(family "$pid")
for signal in TERM KILL; do
    kill -"$signal" -- "-$pid" 2>/dev/null
    for process in $everybody; do kill -"$signal" "$process" 2>/dev/null; done
    for second in 1 2 3 4 5; do
        left=no
        for process in $everybody; do
            ! lives "$process" || left=yes
        done
        [ "$left" = yes ] || break 2
        sleep 1
    done
done
! job_lives
