"""A slow disk and a cold file: reads throttled by the block-I/O cgroup, pages put out of memory."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

_CGROUPS = Path("/sys/fs/cgroup")
_NAME = f"fieldkit-{os.getpid()}"


class NotPermitted(Exception):
    """The system does not let reads be throttled; the text is a sentence."""


@dataclass(frozen=True)
class SlowDisk:
    """A cgroup in which the disk gives so many reads a second and no more."""

    group: Path

    def within(self, command: Sequence[str]) -> list[str]:
        """Return the command that runs ``command`` in this cgroup."""
        enter = 'echo $$ > "$0" && exec "$@"'
        return ["/bin/sh", "-c", enter, str(self.group / "cgroup.procs"), *command]


@contextmanager
def slow_disk(path: Path, reads: int) -> Iterator[SlowDisk]:
    """Throttle the disk that ``path`` lies on to so many reads a second, for who runs within.

    Raises:
        NotPermitted: neither version of cgroups can be used.
    """
    group = _CGROUPS / "blkio" / _NAME
    file, line = group / "blkio.throttle.read_iops_device", "{disk} {reads}"
    if not group.parent.is_dir():
        group = _CGROUPS / _NAME
        file, line = group / "io.max", "{disk} riops={reads}"
    try:
        disk = _disk_of(path)
        if file.name == "io.max":
            (_CGROUPS / "cgroup.subtree_control").write_text("+io", "utf-8")
        group.mkdir()
        file.write_text(line.format(disk=disk, reads=reads), "utf-8")
    except OSError as error:
        with suppress(OSError):
            group.rmdir()
        raise NotPermitted(
            f"Reads cannot be throttled here: {error.strerror or error} ({error.filename})."
        ) from None
    try:
        yield SlowDisk(group)
    finally:
        with suppress(OSError):
            group.rmdir()


def evict(folder: Path) -> None:
    """Put the files of a folder out of the system's memory: the next reads come from the disk."""
    for path in folder.rglob("*"):
        if path.is_file():
            descriptor = os.open(path, os.O_RDONLY)
            try:
                os.fsync(descriptor)  # a page that is still to be written would stay
                os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
            finally:
                os.close(descriptor)


def _disk_of(path: Path) -> str:
    """Return major and minor number of the disk a path lies on; a partition is not throttled."""
    device = path.stat().st_dev
    known = Path(f"/sys/dev/block/{os.major(device)}:{os.minor(device)}").resolve(strict=True)
    disk = known.parent if (known / "partition").exists() else known
    return (disk / "dev").read_text("utf-8").strip()
