# GNU parallel with two jobs at a time, its output in order.
export GATE="${0%/*}/gate.sh"
parallel --will-cite -j2 --keep-order \
    '. $GATE; case {} in 10|20|30) n={}; gate gate${n%0};; esac; sleep 0.02; seq 1 {}000 | sha256sum; echo {} >>progress' \
    ::: $(seq 1 40)
echo "parallel: $?"
