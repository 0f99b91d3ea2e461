"""Records of a file that only grows: each with its length before it and a checksum after it, all of it text.

    record 142
    {"change": 7, …}
    A <http://example.org/a> <http://example.org/b> "c" .
    end 1c27a0…

The 142 bytes are what stands between the two lines; the SHA-256 is of the first line and of them.
"""

from __future__ import annotations

import hashlib
import re
from typing import BinaryIO, Final

_BEGIN: Final = re.compile(rb"record ([0-9]{1,15})\n")
_BEGINS: Final = re.compile(rb"^record [0-9]{1,15}\n", re.MULTILINE)
_END: Final = re.compile(rb"end [0-9a-f]{64}\n")
_END_SIZE: Final = len("end \n") + 64
_ZEROS: Final = re.compile(rb"\0+")
_SECTOR: Final = 512
"""Bytes that a disk writes as a whole, or more."""
_LONGEST: Final = len("record \n") + 15


def pack(payload: bytes) -> bytes:
    """Return the record that holds `payload`."""
    signed = b"record %d\n%b" % (len(payload), payload)
    return b"%bend %b\n" % (signed, hashlib.sha256(signed).hexdigest().encode())


def read(file: BinaryIO, at: int) -> tuple[bytes, int] | None:
    """Return what the record at byte `at` holds, and where it ends; None where there is no whole one."""
    span = extent(file, at)
    if span is None:
        return None
    begin, end = span
    file.seek(at)
    record = file.read(end - at)
    payload = record[begin - at : -_END_SIZE]
    return (payload, end) if pack(payload) == record else None


def extent(file: BinaryIO, at: int) -> tuple[int, int] | None:
    """Return where what the record at byte `at` holds begins, and where the record ends, by its length alone."""
    file.seek(at)
    begin = _BEGIN.match(file.readline(_LONGEST + 1))
    if begin is None:
        return None
    end = at + begin.end() + int(begin[1]) + _END_SIZE
    file.seek(end - _END_SIZE)
    return (at + begin.end(), end) if _END.fullmatch(file.read(_END_SIZE)) else None


def is_torn(file: BinaryIO, at: int) -> bool:
    """Tell whether what stands from byte `at` on is a record that was never finished, and nothing after it.

    A record is written in one go, and nothing is written after it before it is on the disk. So what was never finished
    lacks its last line, or has sectors of zeros where it never reached the disk. Anything else was whole once, and has
    been damaged since.
    """
    file.seek(at)
    rest = file.read()
    if any(read(file, at + begin.start()) for begin in _BEGINS.finditer(rest)):
        return False
    runs = ((at + zeros.start(), at + zeros.end()) for zeros in _ZEROS.finditer(rest))
    has_holes = any(
        (begin == at or begin % _SECTOR == 0) and (end == at + len(rest) or end % _SECTOR == 0) for begin, end in runs
    )
    return has_holes or not _END.fullmatch(rest[-_END_SIZE:])
