# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: names and signatures may change in any release.
"""Keeps what Python has compiled, for plugins that import other files of the collection.

Ansible compiles these anew each time it starts, which is most of what a small task costs. Python itself puts what it
has compiled into ``__pycache__``, where it may write there, and takes it from there while the file is the same.
"""

from __future__ import annotations

import contextlib
import os
import sys
import typing as t
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import spec_from_file_location

OWN = f"{__name__.partition('.plugin_utils.')[0]}."


class Loader(SourceFileLoader):
    """Reads a file of this collection as Python does, and compiles it anew if what was kept is broken.

    On a full disk, Pythons before 3.12.8 keep only the beginning, and then fail until somebody removes that.
    """

    def get_code(self, fullname: str) -> t.Any:
        try:
            return super().get_code(fullname)
        except (EOFError, TypeError, ValueError):
            return self.source_to_code(self.get_data(self.path), self.path)


class Finder:
    """Finds the files of this collection as Python does."""

    @staticmethod
    def find_spec(name: str, path: t.Sequence[str] | None = None, target: t.Any = None) -> ModuleSpec | None:
        """None for all else, as for folders: Ansible makes packages of them."""
        if not path or not name.startswith(OWN):
            return None
        file = os.path.join(path[0], f"{name.rpartition('.')[2]}.py")
        return spec_from_file_location(name, file, loader=Loader(name, file)) if os.path.isfile(file) else None


@contextlib.contextmanager
def kept() -> t.Iterator[None]:
    """What is imported here is found before Ansible finds it."""
    sys.meta_path.insert(0, Finder)
    try:
        yield
    finally:
        sys.meta_path.remove(Finder)
