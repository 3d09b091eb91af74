"""Runs moto on a free loopback port, says which, and ends with the process that holds the other end of stdin.

Lines on stdin: `watch PID` and `forget PID`. At the end of stdin every watched process is killed, by id.
"""

import os
import signal
import sys

from moto.moto_server.threaded_moto_server import ThreadedMotoServer

server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
server.start()
print(server.get_host_and_port()[1], flush=True)

watched = set()
for line in sys.stdin:
    verb, pid = line.split()
    if verb == "watch":
        watched.add(int(pid))
    else:
        watched.discard(int(pid))
for pid in watched:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
os._exit(0)
