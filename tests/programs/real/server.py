# A forking server on a Unix socket and three clients, who ask it for every step of a computation.
import multiprocessing
import os
import signal
import socket
import socketserver
import time

CLIENTS, ROUNDS = 3, 200
PATH = os.environ["BLCR_TEST_DIR"] + "/server.sock"


def step(value):
    for _ in range(2000):
        value = (value * 1103515245 + 12345) % 2147483648
    return value


class Handler(socketserver.StreamRequestHandler):
    def handle(self):
        for line in self.rfile:
            self.wfile.write(b"%d\n" % step(int(line)))


class Server(socketserver.ForkingMixIn, socketserver.UnixStreamServer):
    pass


def ask(number, results):
    value = number
    for round_ in range(1, ROUNDS + 1):
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(PATH)
            with client.makefile("rwb") as stream:
                for _ in range(3):
                    stream.write(b"%d\n" % value)
                    stream.flush()
                    value = int(stream.readline())
        if number == 1 and round_ % 20 == 0:
            print("round", round_, flush=True)
    results.send(value)


if __name__ == "__main__":
    multiprocessing.set_start_method("fork")
    with Server(PATH, Handler) as server:
        serving = os.fork()
        if serving == 0:
            server.serve_forever()
        clients = []
        for number in range(1, CLIENTS + 1):
            ours, theirs = multiprocessing.Pipe()
            client = multiprocessing.Process(target=ask, args=(number, theirs))
            client.start()
            clients.append((client, ours))
        while not os.path.exists(os.environ["BLCR_TEST_DIR"] + "/finish"):
            time.sleep(0.05)  # not before the test has seen us
        for client, ours in clients:
            print("result", ours.recv(), flush=True)
            client.join()
        os.kill(serving, signal.SIGKILL)
        os.waitpid(serving, 0)
    os.unlink(PATH)
