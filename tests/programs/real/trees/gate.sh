# Goes on when the test has made the file, gate1, gate2 or gate3: a machine under load takes its time for a checkpoint, and
# the program must not have ended before.
gate() { while [ ! -e "$1" ]; do sleep 0.01; done; }
