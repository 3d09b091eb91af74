"""For which processor a built program is, as its ELF header says."""

import os
import struct

MACHINES = {"arm64": 183, "x86_64": 62}
"""The processors of Lambda, and their numbers in an ELF header."""

OTHERS = {3: "32-bit x86", 8: "MIPS", 21: "PowerPC", 22: "s390x", 40: "32-bit Arm", 243: "RISC-V"}

HEADER = struct.Struct("<16sHHIQQQIHHHHHH")
SEGMENT = struct.Struct("<IIQQQQQQ")
LOADABLE = 1
PROGRAM_TYPES = (2, 3)


class NotAProgram(Exception):
    """A file that Lambda could not run on any processor; the text says why."""


def machine(path):
    """The processor of a program: `arm64`, `x86_64`, or another one in words.

    Raises `NotAProgram` for what is no whole 64-bit program, and `OSError` for what cannot be read.
    """
    size = os.path.getsize(path)
    with open(path, "rb") as file:
        head = file.read(HEADER.size)
        if head[:4] != b"\x7fELF":
            kind = "a script" if head[:2] == b"#!" else "empty" if not head else "no ELF file"
            raise NotAProgram(f"it is {kind}, not a program that was built")
        if len(head) < HEADER.size:
            raise NotAProgram(f"it is cut off after {len(head)} bytes, inside its header")
        (ident, kind, number, _, _, segments_at, _, _, _, segment_size, segments, _, _, _) = HEADER.unpack(head)
        if ident[4] != 2 or ident[5] != 1:
            raise NotAProgram("it is no 64-bit little-endian program")
        if kind not in PROGRAM_TYPES:
            raise NotAProgram("it is an object file or a core dump, not a program")
        if segments and segment_size != SEGMENT.size:
            raise NotAProgram("its table of segments cannot be read")
        file.seek(segments_at)
        table = file.read(segments * SEGMENT.size)
    if len(table) < segments * SEGMENT.size:
        raise NotAProgram(f"it is cut off after {size} bytes, inside its table of segments")
    loads = [segment for segment in SEGMENT.iter_unpack(table) if segment[0] == LOADABLE]
    if not loads:
        raise NotAProgram("it has nothing that could be loaded")
    end = max(offset + length for (_, _, offset, _, _, length, _, _) in loads)
    if end > size:
        raise NotAProgram(f"it is cut off after {size} of {end} bytes")
    known = {number: name for name, number in MACHINES.items()}
    return known.get(number) or OTHERS.get(number) or f"a processor with the ELF number {number}"
