# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A file is there whole, or as it was."""

from __future__ import annotations

import os
import pathlib
import resource
import stat
import subprocess
import sys
import tempfile
import threading

import pytest

from ansible_collections.otc.bigdata.plugins.plugin_utils import _files


def mode(path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_new_file_has_the_mode_of_any_new_file(tmp_path):
    path, other = tmp_path / "new", tmp_path / "other"
    other.write_text("x")
    _files.write(str(path), "schön \ud800")
    assert path.read_text(encoding="utf-8") == "schön ?"
    assert mode(path) == mode(other)
    _files.replace(str(tmp_path / "secret"), "x", 0o600)
    assert mode(tmp_path / "secret") == 0o600


def test_a_file_keeps_its_mode_and_its_links(tmp_path):
    path, link = tmp_path / "report", tmp_path / "latest"
    path.write_text("x" * 100)
    path.chmod(0o640)
    link.symlink_to("report")
    _files.write(str(link), "short")
    assert path.read_text() == "short"
    assert mode(path) == 0o640
    assert os.readlink(link) == "report"
    path.unlink()
    _files.write(str(link), "again")
    assert path.read_text() == "again"
    assert {one.name for one in tmp_path.iterdir()} == {"report", "latest"}


def test_whether_one_can_be_written(tmp_path):
    """It is as it was, and nothing is left beside it."""
    path = tmp_path / "jobs.yml"
    assert _files.why_not(str(path)) == ""
    assert not path.exists()
    path.write_text("one")
    before = path.stat()
    assert _files.why_not(str(path)) == ""
    assert (path.stat(), os.listdir(tmp_path)) == (before, ["jobs.yml"])
    assert _files.why_not("/proc/jobs.yml") == "[Errno 2] No such file or directory: '/proc/jobs.yml'"  # for any user


def test_a_name_that_no_file_can_have(tmp_path):
    path = str(tmp_path / f"{'long' * 64}.yml")
    assert _files.why_not(path) == f"[Errno 36] File name too long: '{path}'"


def test_one_of_others_in_a_folder_for_all(tmp_path, monkeypatch):
    """In such a folder as /tmp, only its owner may put another file in its place, so it must be open to all."""
    path = tmp_path / "jobs.yml"
    path.write_text("one")
    asked = []
    monkeypatch.setattr(os, "open", lambda name, *more, opened=os.open: asked.append(name) or opened(name, *more))
    monkeypatch.setattr(os, "geteuid", lambda: path.stat().st_uid + 1)
    for mode, beside in ((0o777, False), (0o1777, True)):
        asked.clear()
        tmp_path.chmod(mode)
        assert _files.why_not(str(path)) == ""
        assert (str(path) in asked) == beside


def test_what_a_file_says_already_is_not_written(tmp_path):
    path = tmp_path / "jobs.yml"
    assert _files.update(str(path), "one")
    before = path.stat()
    assert not _files.update(str(path), "one")
    assert path.stat() == before
    assert _files.update(str(path), "two")
    assert path.read_text() == "two"
    path.write_bytes(b"\xff")
    with pytest.raises(UnicodeError):
        _files.update(str(path), "three")


FULL = """
import resource, sys
from ansible_collections.otc.bigdata.plugins.plugin_utils import _files
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, resource.RLIM_INFINITY))
_files.write(sys.argv[1], "x" * 10_000)
"""


def test_a_full_disk_costs_nothing(tmp_path):
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[1] == resource.RLIM_INFINITY
    path = tmp_path / "report"
    path.write_text("yesterday")
    full = subprocess.run([sys.executable, "-c", FULL, str(path)], capture_output=True, text=True, check=False)
    assert "OSError: [Errno 27] File too large" in full.stderr
    assert path.read_text() == "yesterday"
    assert list(tmp_path.iterdir()) == [path]


NOBODY = """
import os, sys
from ansible_collections.otc.bigdata.plugins.plugin_utils import _files
if os.geteuid() == 0:
    os.setuid(65534)
_files.write(sys.argv[1], "today")
"""


def test_a_file_in_a_folder_that_is_not_ours():
    """Somebody has made it for us. What is not there cannot be made."""
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "report")
        path.write_text("yesterday, and longer")
        path.chmod(0o666)
        os.chmod(folder, 0o555)
        try:
            subprocess.run([sys.executable, "-c", NOBODY, str(path)], check=True)
            other = subprocess.run(
                [sys.executable, "-c", NOBODY, f"{path}2"], capture_output=True, text=True, check=False
            )
        finally:
            os.chmod(folder, 0o700)
        assert path.read_text() == "today"
        assert "PermissionError" in other.stderr
        assert os.listdir(folder) == ["report"]


def test_what_is_no_file(tmp_path):
    """A pipe that nobody reads is an error, and nothing waits for it."""
    pipe, text = tmp_path / "pipe", "x" * 200_000
    os.mkfifo(pipe)
    with pytest.raises(OSError, match="No such device or address"):
        _files.write(str(pipe), text)
    with pytest.raises(OSError, match="Not a regular file"):
        _files.read(str(pipe))
    read: list[str] = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_text()))
    reader.start()
    while True:
        try:
            _files.write(str(pipe), text)
            break
        except OSError:  # the reader is not there yet
            pass
    reader.join(60)
    assert read == [text]
    assert stat.S_ISFIFO(pipe.stat().st_mode)
    _files.write(os.devnull, text)
    with pytest.raises(OSError, match="No space left"):
        _files.write("/dev/full", text)
    assert stat.S_ISCHR(os.stat(os.devnull).st_mode)
    with pytest.raises(IsADirectoryError):
        _files.write(str(tmp_path), text)
    assert list(tmp_path.iterdir()) == [pipe]


def test_standard_output(tmp_path):
    """Also where it goes into a file: the rest of what goes there must not be lost."""
    code = "import sys; from ansible_collections.otc.bigdata.plugins.plugin_utils import _files\n"
    code += "print('before', flush=True); _files.write('/dev/stdout', 'report')\n"
    command = [sys.executable, "-c", code]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == "before\nreport"
    with open(tmp_path / "out", "w") as out:
        subprocess.run(command, stdout=out, check=True)
    assert (tmp_path / "out").read_text() == "before\nreport"
