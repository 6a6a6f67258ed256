"""Four threads that work with numpy, whose BLAS has threads of its own; one line for each round.

Whole numbers small enough for a double to hold every sum exactly: the result does not depend on
the order in which threads add.
"""
import hashlib
import queue
import sys
import threading

import numpy


def work(index, tasks, results):
    state = numpy.arange(250 * 250, dtype=numpy.float64).reshape(250, 250) % (index + 7)
    while (task := tasks.get()) is not None:
        for _ in range(4):
            product = state @ state.T
            state = (product + task) % (index + 11)
        results.put((index, hashlib.sha256(state.tobytes()).hexdigest()[:16]))


def main():
    threads, tasks = [], []
    results = queue.Queue()
    for index in range(4):
        tasks.append(queue.Queue())
        threads.append(threading.Thread(target=work, args=(index, tasks[index], results)))
        threads[index].start()
    for number in range(80):
        for one in tasks:
            one.put(number)
        answers = sorted(results.get() for _ in threads)
        print("round", number, *[text for _, text in answers], flush=True)
    for one, thread in zip(tasks, threads):
        one.put(None)
        thread.join()
    return 0


sys.exit(main())
