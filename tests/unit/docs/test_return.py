# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the documentation of a module says that it returns is returned, and nothing else."""

from __future__ import annotations

import re
import typing as t

import pytest
import yaml

from ansible_collections.otc.bigdata.tests.unit.utils.flink import Flink
from ansible_collections.otc.bigdata.tests.unit.utils.guides import ROOT
from ansible_collections.otc.bigdata.tests.unit.utils.mrs import Mrs
from ansible_collections.otc.bigdata.tests.unit.utils.run_action import run_action
from ansible_collections.otc.bigdata.tests.unit.utils.service import Service
from ansible_collections.otc.bigdata.tests.unit.utils.spark import Spark
from ansible_collections.otc.bigdata.tests.unit.utils.worlds import WORDS

COMMON = {"diff", "warnings"}  # of Ansible itself, which documents them
TYPES = {"bool": bool, "dict": dict, "float": (int, float), "int": int, "list": list, "raw": object, "str": str}
# Fields that the emulator only shows where a job has them
FIELDS = {
    Flink: {"execution_graph": "{}"},
    Spark: {"image": "demo/spark:1", "feature": "custom", "spark_version": "3.3.1"},
    Mrs: {"tracking_url": "https://mrs.example.com/logs"},
}


def documented(module: str) -> dict[str, dict]:
    """The keys that RETURN tells of, those within others with a dot."""
    text = (ROOT / f"plugins/modules/{module}.py").read_text(encoding="utf-8")
    keys = yaml.safe_load(re.search(r'^RETURN = r"""\n(.*?)^"""', text, re.MULTILINE | re.DOTALL)[1])

    def within(keys: dict, place: str = "") -> t.Iterator[tuple[str, dict]]:
        for name, about in keys.items():
            yield f"{place}{name}", about
            yield from within(about.get("contains", {}), f"{place}{name}.")

    return dict(within(keys))


def returned(value: t.Any, known: dict[str, dict], place: str = "") -> t.Iterator[tuple[str, t.Any]]:
    """The keys of a result with their values, as deep as the documentation goes."""
    for name, one in value.items():
        key = f"{place}{name}"
        yield key, one
        if any(other.startswith(f"{key}.") for other in known):
            for item in one if isinstance(one, list) else [one]:
                yield from returned(item, known, f"{key}.")


def results(service: Service, reads: bool) -> list[dict]:
    """Of a good task, of one in which a job fails or is not shown, of one that fails as a whole, and of one with a repeated request."""
    unknown = {"token": "old-token", **{key: value for key, value in service.by_token.items() if key != "token"}}
    job = service.jobs({service.kind.state_field: service.running, **FIELDS.get(type(service), {})})
    service.fault("/[^/]*$", "status", status=429, retry_after=0)
    if reads:
        listed, detailed = service.info(), service.info(details=True)
        service.emulator.settings.update({"unshown": 1})
        return [listed, detailed, service.info(), service.info(unknown), service.info(**{service.ids: job})]
    good, bad = service.run("stopped", job, diff=True), service.run("stopped", [service.id(999)])
    own = [service.run("absent", job, export_to="ops-bucket/flink")] if isinstance(service, Flink) else []
    return [good, bad, *own, service.run("stopped", job, unknown)]


@pytest.mark.parametrize("reads", [False, True], ids=["changes", "reads"])
@pytest.mark.parametrize("kind", [words.service for words in WORDS.values()])
def test_return(cloud, kind, reads):
    known = documented(f"{kind.module}_info" if reads else kind.module)
    seen: dict[str, set[type]] = {}
    for result in results(kind(cloud, run_action), reads):
        keys = dict(returned(result, known))
        assert {key for key, about in known.items() if "." not in key and about["returned"] == "always"} <= keys.keys()
        for key, value in keys.items():
            seen.setdefault(key, set()).add(type(value))
    assert known.keys() - seen.keys() == set(), "documented and never seen"
    assert seen.keys() - known.keys() - COMMON == set(), "seen and not documented"
    for key, types in seen.items():
        if key in known:
            assert all(issubclass(one, TYPES[known[key]["type"]]) for one in types - {type(None)}), key
