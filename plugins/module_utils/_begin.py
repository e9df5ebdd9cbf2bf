# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: names and signatures may change in any release.
"""The first file that every module imports. From then on, Python compiles each file of this collection once, and not twice.

Ansible sends a module as a ZIP archive without bytecode, and zipimport compiles a file already to tell its name, before it does so to
run it: https://github.com/python/cpython/issues/141276. Here the name is told without that. Nor is garbage looked for meanwhile, as
next to none is left by an import.
"""

from __future__ import annotations

import gc
import sys
import typing as t
from importlib.util import spec_from_file_location
from pkgutil import get_importer
from zipimport import zipimporter

if t.TYPE_CHECKING:
    from importlib.machinery import ModuleSpec

    from ._cloud.context import Core
    from ._cloud.options import Spec

OURS = f"{__name__.rpartition('.')[0]}."  # Python 3.9 sets __package__ later


class Finder:
    """Finds the files beside this one, and those below, as zipimport finds them. Whatever else there is, it leaves to others."""

    @staticmethod
    def find_spec(name: str, path: t.Sequence[str] | None, target: object = None) -> ModuleSpec | None:
        if not path or not name.startswith(OURS):
            return None
        archive = get_importer(path[0])
        try:
            if isinstance(archive, zipimporter) and not archive.is_package(name):
                return spec_from_file_location(name, f"{path[0]}/{name.rpartition('.')[2]}.py", loader=archive)
        except ImportError:  # it is not in there
            pass
        return None


if isinstance(__spec__.loader, zipimporter):
    sys.meta_path.insert(0, Finder)
    gc.disable()


def run(core: Core, spec: Spec) -> None:
    """main() of every module."""
    from ._module import run as as_module  # not above, as it would be imported too early there

    if not gc.isenabled():
        leave_memory_alone()
        gc.enable()
    as_module(core, spec)


def leave_memory_alone() -> None:
    """What has been imported stays until the end, and a task leaves next to no garbage, however many jobs it handles."""
    gc.freeze()
    gc.set_threshold(100_000)
