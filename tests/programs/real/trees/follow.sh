# tail -f, which is told by inotify, follows a file that grows.
. "${0%/*}/gate.sh"
: >log
(
    i=0
    while [ $i -lt 400 ]; do
        echo "$(((i * 7919) % 10007)) line $i" >>log
        i=$((i + 1))
        if [ $((i % 10)) -eq 0 ]; then
            echo "written $i" >>progress
            sleep 0.02
        fi
        case $i in
        100 | 200 | 300) gate gate$((i / 100)) ;;
        esac
    done
    echo END >>log
) &
tail -n +1 -f log | sed '/END/q' | awk '{ s = (s * 31 + $1 + NR) % 1000003; print $1, s }' | cksum
wait
echo "writer: $?"
