"""The files of a release: zips and sums that are the same, byte for byte, whoever makes them from the same programs."""

import hashlib
import io
import zipfile

# The earliest time that a zip can hold: the files are as old as nothing that happens to be built.
NO_TIME = (1980, 1, 1, 0, 0, 0)
EXECUTABLE = 0o100755
UNIX = 3


def zipped(program):
    """A zip with one program, which Lambda starts by the name `bootstrap`."""
    entry = zipfile.ZipInfo("bootstrap", NO_TIME)
    entry.create_system = UNIX
    entry.external_attr = EXECUTABLE << 16
    entry.compress_type = zipfile.ZIP_DEFLATED
    text = io.BytesIO()
    with zipfile.ZipFile(text, "w") as archive:
        archive.writestr(entry, program, compresslevel=9)
    return text.getvalue()


def named_after_content(stem, suffix, content):
    """A name that changes with the content: CloudFormation takes new code only under a new name."""
    return f"{stem}-{hashlib.sha256(content).hexdigest()[:16]}{suffix}"


def sums(files):
    """What `sha256sum --check` reads, in the order of the names."""
    return "".join(f"{hashlib.sha256(files[name]).hexdigest()}  {name}\n" for name in sorted(files))
