# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: names and signatures may change in any release.
"""Files that are there whole, or as they were: written beside, then renamed. And the folder that their paths begin in."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import stat
import typing as t

NOT_BESIDE = (errno.EACCES, errno.EPERM, errno.EROFS, errno.EBUSY)  # of a folder; EBUSY: the file itself is mounted
STREAMS = ("/dev/std", "/dev/fd/", "/proc/")  # beginnings of names by which a process has its own open files


def replace(path: str, text: str, mode: int | None = None) -> None:
    """All or nothing, even if the power fails. Without a mode, it is that of the file which is replaced. Raises OSError."""
    handle, new = _new_beside(path, 0o666 if mode is None else mode)
    try:
        with open(handle, "w", encoding="utf-8", errors="replace") as file:
            if mode is None:
                _as_before(handle, path)
            file.write(text)
            file.flush()
            os.fsync(handle)
        os.replace(new, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(new)
        raise
    _sync_folder(os.path.dirname(path) or os.curdir)


def _new_beside(path: str, mode: int) -> tuple[int, str]:
    """Nobody can know this name and put a link there, and O_EXCL would not follow one."""
    new = os.path.join(os.path.dirname(path), f".otc.bigdata-{secrets.token_hex(8)}.new")
    return os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, mode), new


def why_not(path: str) -> str:
    """Why ``write`` would fail; empty if it would not. It is tried, as permissions say nothing of a file system. What is there stays as it is."""
    try:
        _kind(path)  # its own name may be too long, the one beside it is not
        try:
            handle, new = _new_beside(os.path.realpath(path), 0o600)
            os.unlink(new)
            os.close(handle)
        except OSError as error:
            if error.errno not in NOT_BESIDE or not os.path.exists(path):
                raise
            os.close(os.open(path, os.O_WRONLY))
        if _is_of_others(path):
            os.close(os.open(path, os.O_WRONLY))
    except OSError as error:
        return str(OSError(error.errno, error.strerror, path))
    return ""


def _is_of_others(path: str) -> bool:
    """Whether it is there, and only its owner may replace it, as in /tmp."""
    if not os.path.exists(path):
        return False
    folder = os.stat(os.path.dirname(os.path.realpath(path)))
    owners = (0, folder.st_uid, os.stat(path).st_uid)
    return bool(folder.st_mode & stat.S_ISVTX) and os.geteuid() not in owners


def write(path: str, text: str) -> None:
    """As a user names it: links are followed, and a terminal or pipe is written to. Raises OSError, also if nobody reads.

    In a folder that is not ours, a file that is there is written as it is.
    """
    kind = _kind(path)
    if is_replaced(path):
        try:
            replace(os.path.realpath(path), text)
        except OSError as error:
            if error.errno not in NOT_BESIDE or not os.path.exists(path):
                raise
            with open(path, "w", encoding="utf-8", errors="replace") as file:
                file.write(text)
        return
    if stat.S_ISBLK(kind):
        raise OSError(errno.EINVAL, "Not a file", path)
    handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_NONBLOCK | os.O_NOCTTY)
    os.set_blocking(handle, True)
    with open(handle, "w", encoding="utf-8", errors="replace") as file:
        file.write(text)


def is_replaced(path: str) -> bool:
    """Whether what is written takes the place of what is there. A terminal or a pipe gets all of it, one after the other. Raises OSError."""
    return stat.S_ISREG(_kind(path)) and not path.startswith(STREAMS)


def update(path: str, text: str) -> bool:
    """Writes what is not there yet. Returns whether that was so. Raises OSError, or UnicodeError."""
    if os.path.exists(path) and read(path) == text:
        return False
    write(path, text)
    return True


def read(path: str) -> str:
    """The text of a regular file; anything else could make us wait. Raises OSError, or UnicodeError."""
    with open(path, encoding="utf-8", opener=lambda name, flags: os.open(name, flags | os.O_NONBLOCK)) as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise OSError(errno.EINVAL, "Not a regular file", path)
        return file.read()


def _kind(path: str) -> int:
    """What is there, behind all links; a file where nothing is yet."""
    try:
        return os.stat(path).st_mode
    except FileNotFoundError:
        return stat.S_IFREG


def _as_before(handle: int, path: str) -> None:
    with contextlib.suppress(OSError):
        before = os.stat(path)
        with contextlib.suppress(PermissionError):
            os.fchown(handle, before.st_uid, before.st_gid)
        os.fchmod(handle, stat.S_IMODE(before.st_mode))


def _sync_folder(path: str) -> None:
    """So that a power failure does not bring the old file back. Not every file system can do it."""
    with contextlib.suppress(OSError):
        folder = os.open(path, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


@contextlib.contextmanager
def in_folder(folder: str) -> t.Iterator[None]:
    """Relative paths mean what they mean to a module."""
    before = os.getcwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)
