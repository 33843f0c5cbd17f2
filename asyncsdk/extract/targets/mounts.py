"""Which file systems are on another machine: a database must not lie there, for locks and flushes may be a pretence."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Final

__all__ = ["network_mount", "type_of_mount"]

_NETWORK: Final = frozenset(
    {
        *(
            "nfs",
            "nfs4",
            "cifs",
            "smb3",
            "smbfs",
            "ncpfs",
            "afs",
            "9p",
            "ceph",
            "lustre",
            "glusterfs",
            "gpfs",
            "beegfs",
        ),
        *("fuse.sshfs", "fuse.s3fs", "fuse.gcsfuse", "fuse.rclone", "fuse.goofys", "fuse.mount-s3", "fuse.glusterfs"),
        *("fuse.blobfuse", "fuse.blobfuse2", "fuse.cephfs", "fuse.davfs", "davfs", "fuse.juicefs", "fuse.smbnetfs"),
    }
)


def network_mount(folder: Path) -> str | None:
    """The type of the network file system that a folder, or the nearest one above it that exists, is on; else None.

    Where the system does not tell, None.
    """
    try:
        lines = Path("/proc/self/mountinfo").read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    except OSError:
        return None
    found = type_of_mount(folder.resolve(), lines)
    return found if found in _NETWORK else None


def type_of_mount(folder: Path, mountinfo: Iterable[str]) -> str | None:
    """The type of the file system that a path is on, by the lines of Linux' `mountinfo`.

    >>> type_of_mount(Path("/mnt/lake/out"), ["1 0 8:1 / / rw - ext4 a rw", "2 1 0:3 / /mnt/lake rw - nfs4 h:/l rw"])
    'nfs4'
    """
    best, kind = "", None
    for line in mountinfo:
        parts, _, rest = line.partition(" - ")
        point = parts.split(" ")[4].encode().decode("unicode_escape") if parts.count(" ") >= 4 else ""
        # A later mount on the same point hides an earlier one.
        if point and len(point) >= len(best) and _is_below(str(folder), point):
            best, kind = point, rest.split(" ")[0]
    return kind


def _is_below(path: str, point: str) -> bool:
    return point == "/" or path == point or path.startswith(point + os.sep)
