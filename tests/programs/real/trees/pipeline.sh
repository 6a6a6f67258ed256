# For bash, dash and zsh alike: a pipeline of a generator, filters and a loop that reads, a second one beside it in
# the background, and command substitutions in the foreground. What it has come to is seen in the file "progress".
tick() { echo "$1" >>progress; }
. "${0%/*}/gate.sh"

generate() {
    i=0
    while [ $i -lt 4000 ]; do
        echo "$(((i * 7919) % 10007)) line $i"
        i=$((i + 1))
        if [ $((i % 100)) -eq 0 ]; then
            tick "generated $i"
            sleep 0.01
        fi
        case $i in
        1000 | 2000 | 3000) gate gate$((i / 1000)) ;;
        esac
    done
}

generate | grep -v '7 line' | tee passed | awk '{ s = (s * 31 + $1 + NR) % 1000003; print $1, s }' | while read -r a b; do
    t=$(((${t:-0} * 17 + a + b) % 1000003))
    echo "$a $b $t"
done | sort -n >first &
first=$!

seq 1 6000 | while read -r n; do
    echo $((n * n))
    if [ $((n % 200)) -eq 0 ]; then sleep 0.01; fi
done | tail -n 5 >second &
second=$!

sum=0
for round in 1 2 3 4 5 6 7 8 9 10 11 12; do
    words=$(seq 1 $((round * 100)) | tr '\n' ' ' | wc -w)
    sum=$((sum + words))
    tick "round $round"
    sleep 0.03
done

wait $first
echo "first: $?"
wait $second
echo "second: $?"
echo "sum: $sum"
cksum <first
cksum <passed
cat second
