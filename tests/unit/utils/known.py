# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What each run of Ansible works out anew though it is the same in all of them: the code of files, templates and dataclasses,
and what YAML files say. It takes a third of the time of a playbook."""

from __future__ import annotations

import _imp
import contextlib
import dataclasses
import functools
import importlib.machinery
import marshal
import os
import pathlib
import pickle
import re
import socket
import sys
import threading
import typing as t

PLUGINS_IN_USE = re.compile(r"environment\.(filters|tests)\['(.*?)'\]")


class Known:
    """Answers that depend on nothing but the question. A fork that had to work one out tells it to the Python that forks, so that
    later forks have it from the start."""

    def __init__(self) -> None:
        self._answers: dict[t.Any, t.Any] = {}
        self._documents: dict[t.Any, t.Any] = {}
        self._heard, self._told = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)  # each answer stays in one piece
        self._heard.setblocking(False)

    def fileno(self) -> int:
        return self._heard.fileno()

    def learn(self) -> None:
        with contextlib.suppress(BlockingIOError):
            while True:
                question, answer = marshal.loads(self._heard.recv(1 << 20))
                self._answers[question] = answer
                if isinstance(answer, bytes):
                    self._documents[question] = pickle.loads(answer)

    def take_part(self, folder: pathlib.Path) -> None:
        """Ansible asks here from now on, as do the plugins of the collection in this folder."""
        tags = importlib.import_module("ansible._internal._datatag._tags")
        jinja, yaml = importlib.import_module("jinja2.environment"), importlib.import_module("yaml")
        know_files(self)
        know_dataclasses(self)
        know_templates(self, jinja)
        know_plugins(importlib.import_module("ansible.plugins.loader"))
        folders = (str(folder), *importlib.import_module("ansible").__path__)
        know_yaml(self, yaml, tags, *folders)
        know_documents(importlib.import_module("ansible.parsing.dataloader").DataLoader, *folders)

    def imports_of(self, module_common: t.Any) -> None:
        """It asks here, too. It reads the settings of Ansible when it is imported."""
        know_imports(self, module_common)

    def sources_of(self, importer: t.Any) -> None:
        """It asks here, too."""
        know_sources(self, importer)

    def get(self, question: t.Any) -> t.Any:
        return self._answers.get(question)

    def tell(self, question: t.Any, answer: t.Any) -> None:
        self._answers[question] = answer
        with contextlib.suppress(OSError):  # it is too long, or nobody is there any more
            self._told.send(marshal.dumps((question, answer)))

    def code(self, question: t.Any, work_out: t.Callable[[], t.Any]) -> t.Any:
        found = self.get(question)
        if found is None:
            found = work_out()
            self.tell(question, found)
        return found

    def document(self, question: t.Any, work_out: t.Callable[[], t.Any]) -> t.Any:
        """A new one each time, as it may be changed. The first was made before the fork."""
        if question in self._documents:
            return self._documents.pop(question)
        return pickle.loads(self.code(question, lambda: pickle.dumps(work_out())))


def know_files(known: Known) -> None:
    """The code of Python's files that are what they were."""
    loader = importlib.machinery.SourceFileLoader
    load_anew = loader.get_code

    def get_code(self: t.Any, name: str) -> t.Any:
        file = os.stat(self.path)
        question = ("file", self.path, file.st_mtime_ns, file.st_size)
        return known.code(question, lambda: load_anew(self, name))

    loader.get_code = get_code  # type: ignore[method-assign]


def know_sources(known: Known, importer: t.Any) -> None:
    """The code of what comes from collections and zip files, of which Python keeps none. It also says where the file is this time."""

    def compile_once(source: bytes, filename: str, mode: str, **dummy: t.Any) -> t.Any:
        code = known.code(("source", source), lambda: compile(source, filename, mode, dont_inherit=True))
        _imp._fix_co_filename(code, filename)
        return code

    importer.compile = compile_once


def know_dataclasses(known: Known) -> None:
    """Their methods are made of text."""

    def run(text: str, *names: t.Any) -> None:
        exec(known.code(("text", text), lambda: compile(text, "<string>", "exec", 0, True)), *names)

    dataclasses.exec = run  # type: ignore[attr-defined]


def know_templates(known: Known, jinja: t.Any) -> None:
    """What becomes of one depends on its environment, too: on its settings, and on what its filters and tests want to be given."""
    environment = jinja.Environment
    compile_anew, expression_anew = environment.compile, environment.compile_expression
    here = threading.local()  # an expression is compiled as a tree of nodes, which has lost what it was made of

    def question_of(self: t.Any, *asked: t.Any) -> tuple[t.Any, ...]:
        bits = sys.modules.get("ansible._internal._templating._jinja_bits")
        context = repr(bits._TemplateCompileContext.current(optional=True)) if bits else ""
        settings = [one for one in vars(self).items() if one[1] is None or type(one[1]) in (str, bool, int)]
        kinds = [f"{kind.__module__}.{kind.__qualname__}" for kind in (type(self), *self.extensions.values())]
        return (*asked, context, *settings, *kinds)

    def wanted(self: t.Any, table: str, name: str) -> str:
        plugin = getattr(self, table).get(name)
        return plugin and str(jinja._PassArg.from_obj(plugin))

    def code_of(self: t.Any, question: t.Any) -> t.Any:
        code, plugins = known.get(question) or (None, [])
        return code if all(wanted(self, *plugin) == want for plugin, want in plugins) else None

    def tell(self: t.Any, question: t.Any, source: t.Any, *names: t.Any) -> t.Any:
        text = compile_anew(self, source, *names, raw=True)
        code = self._compile(text, "<template>")
        known.tell(question, (code, [(plugin, wanted(self, *plugin)) for plugin in PLUGINS_IN_USE.findall(text)]))
        return code

    def compile_template(self: t.Any, source: t.Any, name=None, filename=None, raw=False, defer_init=False) -> t.Any:
        is_text, expression = isinstance(source, str), getattr(here, "expression", None)
        if raw or filename or defer_init or not (is_text or expression):
            return compile_anew(self, source, name, filename, raw, defer_init)
        question = question_of(self, "template", "".join(source), name) if is_text else expression
        return code_of(self, question) or tell(self, question, source, name)

    def compile_expression(self: t.Any, source: str, undefined_to_none: bool = True) -> t.Any:
        question = question_of(self, "expression", "".join(source))
        code = code_of(self, question)
        if code:
            template = self.template_class.from_code(self, code, self.make_globals(None))
            return jinja.TemplateExpression(template, undefined_to_none)
        here.expression = question
        try:
            return expression_anew(self, source, undefined_to_none)
        finally:
            here.expression = None

    environment.compile, environment.compile_expression = compile_template, compile_expression


def know_plugins(loader: t.Any) -> None:
    """Filters and tests. Each template that uses one would look for it in all files of its collection."""
    look_anew, found = loader.Jinja2Loader.get_with_context, {}

    def look(self: t.Any, name: str, *args: t.Any, **how: t.Any) -> t.Any:
        question = (self.type, name, *self._extra_dirs)
        if question not in found:
            found[question] = look_anew(self, name, *args, **how)
        return found[question]

    loader.Jinja2Loader.get_with_context = look


def know_yaml(known: Known, yaml: t.Any, tags: t.Any, *folders: str) -> None:
    """What files in these folders say. Ansible has no warning for any of them."""
    load_anew = yaml.load

    def load(stream: t.Any, Loader: t.Any) -> t.Any:
        origin = isinstance(stream, str) and tags.Origin.get_tag(stream)
        if not origin or not str(origin.path).startswith(folders):
            return load_anew(stream, Loader)
        question = ("YAML", "".join(stream), Loader.__name__, repr(origin), tags.TrustedAsTemplate.is_tagged_on(stream))
        return known.document(question, lambda: load_anew(stream, Loader))

    yaml.load = load


def know_documents(loader: t.Any, *folders: str) -> None:
    """What files in these folders say is made anew for each that asks, so Ansible need not copy it."""
    load_and_copy = loader.load_from_file

    @functools.wraps(load_and_copy)  # who asks which parameters it has
    def load(self: t.Any, file_name: str, cache: str = "all", unsafe: bool = False, **how: t.Any) -> t.Any:
        is_new = self.path_dwim(file_name).startswith(folders)
        return load_and_copy(self, file_name, "none" if is_new else cache, is_new or unsafe, **how)

    loader.load_from_file = load


def know_imports(known: Known, module_common: t.Any) -> None:
    """Which parts of module_utils one of them imports: Ansible sends modules with all that they need."""
    finder = module_common.ModuleDepFinder
    look_anew = finder.__init__

    def look(self: t.Any, module_fqn: str, module_data: bytes, is_pkg_init: bool = False) -> None:
        question = ("imports", module_fqn, b"".join([module_data]), is_pkg_init)
        found = known.get(question)
        if found:
            self.submodules, self.optional_imports, self.embeds = set(found[0]), set(found[1]), set()
            return
        look_anew(self, module_fqn, module_data, is_pkg_init)
        if ".module_utils." in module_fqn and not self._embed_sniffing:
            known.tell(question, (list(self.submodules), list(self.optional_imports)))

    finder.__init__ = look
