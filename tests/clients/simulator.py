"""The DMS simulator as a program of its own, on loopback."""

import atexit
import json
import os
import select
import subprocess
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PROGRAM = ROOT / "target/debug/dms-simulator"

# It tells its address as soon as it listens; a busy machine may need a while to get there.
STARTS_WITHIN = 60
ENDS_WITHIN = 10


class Simulator:
    """A simulator that runs until it is ended. Its port is its own choice."""

    def __init__(self, scenario, *options):
        """`options` go to the program as they are: `--step 5` lets five seconds pass with each request."""
        self._said = tempfile.TemporaryFile("w+")
        self._folder = tempfile.TemporaryDirectory()
        try:
            self._process, self.address = self._start(scenario, options)
        except BaseException:
            self._tidy()
            raise
        # A test that is interrupted tidies nothing up.
        atexit.register(self.end)

    def _start(self, scenario, options):
        if not PROGRAM.is_file():
            raise FileNotFoundError(f"found no {PROGRAM}: `make clients` builds it")
        file = Path(self._folder.name) / "scenario.json"
        file.write_text(json.dumps(scenario))
        command = [PROGRAM, "--scenario", file, *map(str, options)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=self._said, stdin=subprocess.DEVNULL)
        try:
            return process, self._address(process)
        except BaseException:
            end(process)
            raise

    def _address(self, process):
        """The first line that it prints. Its end without one is an error, with what it said."""
        line, until = b"", time.monotonic() + STARTS_WITHIN
        while not line.endswith(b"\n"):
            ready, _, _ = select.select([process.stdout], [], [], max(0, until - time.monotonic()))
            if not ready:
                raise TimeoutError(f"the simulator told no address in {STARTS_WITHIN} s")
            read = os.read(process.stdout.fileno(), 4096)
            if not read:
                self._said.seek(0)
                raise RuntimeError(f"the simulator ended without an address: {self._said.read().strip()}")
            line += read
        return line.decode().strip()

    def end(self):
        """Ends the program, by its id."""
        atexit.unregister(self.end)
        end(self._process)
        self._tidy()

    def _tidy(self):
        self._said.close()
        self._folder.cleanup()


def end(process):
    """Ends a process and waits until it is gone."""
    process.terminate()
    try:
        process.wait(ENDS_WITHIN)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(ENDS_WITHIN)
    process.stdout.close()
