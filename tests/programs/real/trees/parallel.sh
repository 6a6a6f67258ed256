# GNU parallel with two jobs at a time, its output in order.
parallel --will-cite -j2 --keep-order 'sleep 0.02; seq 1 {}000 | sha256sum; echo {} >>progress' ::: $(seq 1 40)
echo "parallel: $?"
