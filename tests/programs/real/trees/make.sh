# make -j2 of a C project of thirty files, made here; then what was built says what it computes.
. "${0%/*}/gate.sh"
gate_file=$(cd "${0%/*}" && pwd)/gate.sh
mkdir -p project
cd project || exit 1
{
    echo 'CFLAGS := -O1 -fno-inline'
    echo 'OBJECTS := $(patsubst %.c,%.o,$(sort $(wildcard part*.c)))'
    echo 'program: $(OBJECTS) main.o'
    echo '	gcc -o $@ $^'
    echo '%.o: %.c parts.h'
    echo '	@case $@ in part?9.o) . '"$gate_file"'; n=$@; n=$${n#part}; gate ../gate$${n%9.o} ;; esac'
    echo '	gcc $(CFLAGS) -c -o $@ $<'
    echo '	@echo $@ >>../progress'
    echo 'all: ; +$(MAKE) program' # a make below a make: the job server's pipe is passed on
} >Makefile
calls=
: >parts.h
for n in 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32 33 34 35 36 37 38 39; do
    {
        echo '#include <math.h>'
        echo '#include <stdio.h>'
        echo '#include <stdlib.h>'
        echo '#include "parts.h"'
        for f in 1 2 3 4 5 6 7 8 9; do
            echo "static unsigned step$f(unsigned x) { return x * ${n}u + $f ^ (x >> $f); }"
        done
        echo "unsigned part$n(unsigned x) { for (int i = 0; i < 1000; i++) x = step1(step2(step3(step4(step5(step6(step7(step8(step9(x))))))))); return x; }"
    } >part$n.c
    echo "unsigned part$n(unsigned x);" >>parts.h
    calls="$calls x = part$n(x);"
done
printf '#include <stdio.h>\n#include "parts.h"\nint main(void) { unsigned x = 1; %s printf("%%u\\n", x); return 0; }\n' "$calls" >main.c
make -j2 all >log 2>&1
echo "make: $?"
./program
cat part*.o main.o | cksum
wc -l <log
