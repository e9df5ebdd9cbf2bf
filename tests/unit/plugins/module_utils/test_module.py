# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is handed to ansible-core, whose releases differ."""

from __future__ import annotations

from importlib.util import module_from_spec

import pytest
from ansible.module_utils.basic import AnsibleModule

from ansible_collections.otc.bigdata.plugins.module_utils import _module


@pytest.mark.parametrize("release", ["2.18.9", "2.19.0", "2.19.1", "2.21.5", "2.22.0"])
def test_jobs_are_kept_back_only_where_they_can_be_handed_in(monkeypatch, release) -> None:
    monkeypatch.setattr("ansible.module_utils.ansible_release.__version__", release)
    if release in ("2.18.9", "2.19.0"):
        monkeypatch.delattr(AnsibleModule, "_record_module_result", raising=False)
    else:
        monkeypatch.setattr(AnsibleModule, "_record_module_result", print, raising=False)
    spec = _module.__spec__
    fresh = module_from_spec(spec)
    spec.loader.exec_module(fresh)
    assert fresh.RECORDS is (release in ("2.19.1", "2.21.5"))
