# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The file of a window. What is promised of any file is in test__files.py."""

from __future__ import annotations

import json

import pytest
from ansible.errors import AnsibleError

from ansible_collections.otc.bigdata.plugins.lookup.window_file import LookupModule


def test_whether_it_has_changed(tmp_path):
    path = tmp_path / "stopped.yml"
    texts = ("stopped_jobs: {}\n", "stopped_jobs: {}\n", "stopped_jobs:\n    localhost:\n    - 1\n")
    assert [LookupModule().run([str(path)], content=text) for text in texts] == [[True], [False], [True]]
    assert path.read_text() == texts[-1]
    assert LookupModule().run([str(path)], content={"jobs": ["{{ x }}", None]}) == [True]
    assert json.loads(path.read_text()) == {"jobs": ["{{ x }}", None]}


def test_one_sentence_if_it_cannot_be_written(tmp_path):
    with pytest.raises(AnsibleError, match=r"^stopped_jobs_file: cannot be written: \[Errno 21\] Is a directory"):
        LookupModule().run([str(tmp_path)], content="")
    (tmp_path / "old.yml").write_bytes(b"\xff")
    with pytest.raises(AnsibleError, match="cannot be written: 'utf-8' codec can't decode"):
        LookupModule().run([str(tmp_path / "old.yml")], content="")
