# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Credentials, and the ways to give them."""

from __future__ import annotations

import pathlib
import tempfile
import typing as t

import pytest

from ansible_collections.otc.bigdata.tests.unit.utils.secrecy import KINDS, Scene


@pytest.fixture
def scene(request) -> t.Iterator[Scene]:
    """One of the kinds, see ``given``."""
    make, way = request.param
    credential = make()
    # not tmp_path: Ansible has a socket in there, and the path of a socket must be short
    with tempfile.TemporaryDirectory() as folder, Scene(pathlib.Path(folder), credential, way(credential)) as one:
        one.number = KINDS.index(request.param)
        yield one
