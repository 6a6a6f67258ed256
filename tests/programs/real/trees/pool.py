# Worker pools of Python: multiprocessing (Pool, Queue, Lock, Value, shared memory) and concurrent.futures.
# pool.py fork | spawn | forkserver; a line in "progress" for each step, results at the end. Waits at gates (gate.sh).
import concurrent.futures
import hashlib
import multiprocessing
import os
import sys
import time
from multiprocessing import shared_memory


def chain(seed):
    """A few hundredths of a second of work whose result depends on every step."""
    digest = str(seed).encode()
    for _ in range(12000):
        digest = hashlib.sha256(digest).digest()
    return digest.hex()[:16]


def count(lock, value, queue, name, rounds):
    """Adds to a number in shared memory under a lock, and tells of every step through a queue."""
    memory = shared_memory.SharedMemory(name=name)
    for step in range(rounds):
        chain(step)
        with lock:
            value.value += 1
            total = int.from_bytes(memory.buf[:8], "little") + step
            memory.buf[:8] = total.to_bytes(8, "little")
        queue.put(step)
    memory.close()


steps_done = 0


def progress(what):
    global steps_done
    with open("progress", "a") as file:
        file.write(what + "\n")
    steps_done += 1
    while steps_done in (10, 20, 30) and not os.path.exists(f"gate{steps_done // 10}"):
        time.sleep(0.01)


def main():
    context = multiprocessing.get_context(sys.argv[1])
    with context.Pool(2) as pool:
        results = []
        for result in pool.imap(chain, range(14), chunksize=1):
            results.append(result)
            progress("pool")
    print("pool", *results)

    memory = shared_memory.SharedMemory(create=True, size=4096)
    lock, value, queue = context.Lock(), context.Value("q", 0, lock=False), context.Queue()
    workers = [context.Process(target=count, args=(lock, value, queue, memory.name, 6)) for _ in range(2)]
    for worker in workers:
        worker.start()
    steps = []
    for _ in range(12):
        steps.append(queue.get())
        progress("queue")
    for worker in workers:
        worker.join()
    print("counted", value.value, int.from_bytes(memory.buf[:8], "little"), sorted(steps), [worker.exitcode for worker in workers])
    memory.close()
    memory.unlink()

    with concurrent.futures.ProcessPoolExecutor(2, mp_context=context) as executor:
        for result in executor.map(chain, range(100, 116)):
            print("future", result)
            progress("future")


if __name__ == "__main__":
    main()
