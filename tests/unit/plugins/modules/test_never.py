# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""OTC_BIGDATA_NEVER: jobs that no task may change. What the controller says of them is in action/test_settings.py, too."""

from __future__ import annotations

import json
import re

import pytest
from ansible.config.manager import ConfigManager

from ansible_collections.otc.bigdata.plugins.module_utils._cloud.errors import OptionError
from ansible_collections.otc.bigdata.plugins.module_utils._jobs.guard import patterns, refuse_meant
from ansible_collections.otc.bigdata.plugins.plugin_utils import _fast_path
from ansible_collections.otc.bigdata.tests.unit.utils.service import check_refused
from ansible_collections.otc.bigdata.tests.unit.utils.worlds import WORDS

NEVER = "OTC_BIGDATA_NEVER"
BILLING = {"environ": {NEVER: "payroll, billing-*"}}
NAMED = [name for name, words in WORDS.items() if words.kind.name_field]
SAID = "(take them out by filters.not_name, leave out their IDs, or take their names out of OTC_BIGDATA_NEVER)"


@pytest.fixture(params=NAMED)
def service(request):
    """One of those whose jobs have names, with a job that may be changed, and one that must not."""
    service = request.getfixturevalue(request.param)
    service.states_that_write = [state for state, writes in WORDS[request.param].steps.items() if writes]
    named(service, "orders", "billing-eu")
    return service


def named(service, *names: str | None, **entry) -> list:
    """These jobs run."""
    kind = service.kind
    return service.jobs(
        *({kind.name_field: name, kind.state_field: service.running, "age": 9, **entry} for name in names)
    )


def test_nothing_is_written(service):
    """To none of the jobs, by ID or by filter, and check mode says so as well."""
    other, billing = service.truth
    before = service.truth
    for state in service.states_that_write:
        for chosen in ({"ids": [other, billing]}, {"filters": {"older_than": "1s"}, "check_mode": True}):
            result = service.run(state, **chosen, **BILLING)
            check_refused(result, f"{NEVER}: {billing} (billing-eu) must never be changed, so nothing was done {SAID}")
            assert result.job(billing)["msg"] == f"must never be changed, as its name matches billing-* ({NEVER})"
            assert result.job(other)["msg"] == "not finished, see the error of the task"
            assert not service.writes
    assert service.truth == before


def test_one_that_needs_no_write(flink):
    """It is as wanted. But who names it means to change it. A single get is enough for that."""
    (billing,) = named(flink, "billing-eu", status="job_finish")
    check_refused(flink.run("stopped", [billing], **BILLING), f"{billing} (billing-eu)")
    assert len(flink.log) == 1


def test_the_others_are_changed(service):
    other = next(iter(service.truth))
    filters = {"older_than": "1s", "not_name": "billing-*"}
    result = service.run("stopped", filters=filters, **BILLING)
    assert (result.failed, service.written) == (False, [other])
    assert not service.run("stopped", [other], environ={NEVER: "Orders, rders, order"}).failed
    assert not service.run("stopped", [other], environ={NEVER: "no#1, no 1"}).failed
    assert not service.run("stopped", [other], environ={NEVER: ""}).failed


def test_a_blank(service):
    """It may belong to a name, or stand for a comma: nothing is changed that either of them protects."""
    other = next(iter(service.truth))
    for never in ("x billing-*", "billing-* x", "a, clicks  billing-eu"):
        check_refused(service.run("stopped", filters={"older_than": "1s"}, environ={NEVER: never}), "billing-eu")
    assert not service.run(
        "stopped", [other], environ={NEVER: "no * 1, or ? ders, [0-9]x, [!o]*, [8], []x]y, [[]x, [[]x]"}
    ).failed
    assert patterns({NEVER: "a b*, c"}, {}) == ("a b*", "c", "a", "b*")


def test_who_changes_nothing(service):
    """Whatever the variable says."""
    for never in ("billing-*", "!billing-*"):
        result = service.run("ended", filters={"older_than": "1s"}, check_mode=True, environ={NEVER: never})
        assert result["summary"]["total"] == 2
        assert NEVER not in result["msg"]


def test_names_that_are_not_known(spark):
    """What has no name is no job of such a name, unless that is any name. But null may mean that it is not told."""
    other, nameless, untold = named(spark, "orders", "", None)
    result = spark.run("absent", [other, nameless, untold, spark.id(99)], **BILLING, diff=True)
    assert sorted(spark.written) == [other, nameless]
    assert result.job(untold)["msg"] == f"left alone, as the service does not return its name and {NEVER} is set"
    assert result.column("failed") == {other: False, nameless: False, untold: True, spark.id(99): False}
    assert result.column("name") == {other: "orders", nameless: None, untold: None, spark.id(99): None}
    assert [job["name"] for job in result["diff"]["before"]["jobs"]] == ["orders", None]
    check_refused(spark.run("stopped", [nameless], environ={NEVER: "*"}), f"{nameless} (no name)")


def test_names_are_data(flink):
    """Many of them, and such as a terminal would obey."""
    for number, more in ((40, " and 20 more"), (20, "")):
        named(flink, *(f"billing-\x1b[31m{n}" for n in range(number)))
        message = flink.run("stopped", filters={"name": "*"}, **BILLING)["msg"]
        assert f"(billing-\\x1b[31m{number - 20}){more} must never" in message
        assert message.isprintable()


MALFORMED = {
    "billing-*,,x": "[1]: is empty",
    "billing-*,": "[1]: is empty",
    " ": "[0]: is empty",
    "x, !billing-*": "[1]: '!billing-*' begins with !",
    "billing-*\n": "[0]: 'billing-*\\n' has a line break or control character in it",
    "x, 'billing-*'": "[1]: 'billing-*' has a quote at its beginning or end",
    "['x', y": "[0]: ['x' has a quote at its beginning or end",
    "billing-{eu,us}": "[0]: billing-{eu has { in it, which means nothing here",
    "x, us}": "[1]: us} has } in it",
    "billing-*;payroll": "[0]: billing-*;payroll has ; in it",
    "billing|payroll": "[0]: billing|payroll has | in it",
    "x, billing-*  # no changes": "[1]: billing-*  # no changes has # in it",
    'a "b c" d': '[0]: a "b c" d has a quote at its beginning or end',
    "\u201cbilling-*\u201d": "[0]: \u201cbilling-*\u201d has a quote at its beginning or end",
    "a !b": "[0]: a !b has ! in it",
    "# billing": "[0]: # billing has # in it",
    "x, .*": "[1]: .* has .* in it",
    "^billing": "[0]: ^billing has ^ in it",
    "billing$": "[0]: billing$ has $ in it",
    "~billing": "[0]: ~billing has ~ in it",
    "x, /billing/": "[1]: /billing/ has / in it",
    "/etc/never.txt": "[0]: /etc/never.txt has / in it",
    "@never.txt": "[0]: @never.txt has @ in it",
    "%billing%": "[0]: %billing% has % in it",
    "name=billing": "[0]: name=billing has = in it",
    "re:billing": "[0]: re:billing has re: in it",
    r"billing\*": r"[0]: billing\* has \ in it",
    "[billing, payroll]": "[0]: [billing has [ in it",
    "x, payroll]": "[1]: payroll] has ] in it",
    "[[a]]": "[0]: [[a]] has ] in it",
    "[billing]": "[0]: [billing] has [ in it",
    "a\u200b": "[0]: 'a\\u200b' has a line break or control character in it",
}


def test_malformed(service):
    """One error before the first request, also where no job is chosen."""
    for never, said in MALFORMED.items():
        check_refused(service.run("absent", [], environ={NEVER: never}), f"{NEVER}{said}")
        check_refused(service.run("absent", [*service.truth], environ={NEVER: never}), f"{NEVER}{said}")
        assert not service.log


@pytest.mark.parametrize(
    ("never", "meant"), [("billing.*", "billing*"), ("billing-eu.", "billing-eu"), ("*.eu, x, bill*g.*", "bill*g*")]
)
def test_dots(service, never, meant):
    """In a regular expression such a pattern would protect the job. As it may be one of ours, it is an error only where there is such a job."""
    jobs = named(service, "billing-eu", "orders")
    written = never.rpartition(", ")[2]
    said = f": {written} does not match billing-eu, as a dot stands for itself; nothing was done (if {meant} is meant, write that"
    chosen = {"filters": {"name": "*", "not_name": never}}
    for how in ({}, {"check_mode": True}):
        check_refused(service.run("stopped", jobs, environ={NEVER: never}, **how), f"{NEVER}{said}")
        check_refused(service.run("stopped", **chosen, **how), f"filters.not_name{said}")
    assert not service.writes
    assert not service.run("stopped", jobs[1:], environ={NEVER: never}).failed
    assert not service.info(**chosen).failed


def test_dots_and_jobs_without_a_name():
    """No pattern means them, not even one for any name. And a name may be a number."""
    refuse_meant(NEVER, [None, ""], ["*.*"])
    with pytest.raises(OptionError, match=r"1\.\* does not match 12, as a dot"):
        refuse_meant(NEVER, [None, 12], ["1.*"])


NEARLY = (
    "OTC_BIGDATA_NEVERS",
    "otc_bigdata_never",
    "OTC_BIGDATA_NEVER_NAMES",
    "otc_bigdata_never_jobs",
    "OTC_BIGDATA_NVER",
    "OTC_BIGDATE_NEVER",
    "OTC-BIGDATA-NEVER",
    "OTC_BIG_DATA_NEVER",
    "OCT_BIGDATA_NEVER",
    "OTC_NEVER",
)


def test_nearly_its_name(flink):
    """It would protect nothing, and nobody would notice."""
    (job,) = named(flink, "billing-eu")
    for name in NEARLY:
        said = f"{name}: protects nothing, as the variable is called {NEVER}; rename it, or unset it"
        for more in ({}, {NEVER: "payroll"}):
            check_refused(flink.run("stopped", [job], environ={name: "billing-*", **more}), said)
    assert not flink.log
    others = {"OTC_BIGDATA_SERVER": "x", "OTC_BIGDATA_PROGRESS": "never", "NEVER": "*", "OTC_BIGDATA_NEVERS": ""}
    assert not flink.run("ended", [job], check_mode=True, environ={NEARLY[0]: "x"}).failed
    assert not flink.run("stopped", [job], environ=others).failed


ACCENT = "m\u00fcller-*"  # as one character; macOS writes two
HIDDEN_BLANKS = (" billing-eu", "\u200bbilling-eu", "\u3164billing-eu\u00a0", "bill\u200bing-eu", "\ufeffbilling-eu ")


def test_names_that_look_the_same(service):
    """What protects means them as well, and so does a filter that takes jobs out."""
    first, second = named(service, "m\u00fcller-eu", "mu\u0308ller-us")
    chosen = {"filters": {"older_than": "1s"}}
    for never in (ACCENT, "mu\u0308ller-*", "m?ller-*", "m[\u00fc]ller-*"):
        check_refused(service.run("stopped", **chosen, environ={NEVER: never}), str(first), str(second))
        taken_out = {"filters": {"older_than": "1s", "not_name": never}}
        assert service.run("stopped", **taken_out)["summary"]["total"] == 0
    for name in HIDDEN_BLANKS:
        (job,) = named(service, name)
        check_refused(service.run("stopped", [job], environ={NEVER: "x, billing-*"}), str(job))
        for key, total in (("not_name", 0), ("name", 0)):
            filters = {"older_than": "1s", key: "billing-*"}
            assert service.run("stopped", filters=filters, check_mode=True)["summary"]["total"] == total
    assert not service.writes


def test_chosen_by_names_with_accents(service):
    ids = sorted(named(service, "m\u00fcller-eu", "mu\u0308ller-us"))
    for name in (ACCENT, "mu\u0308ller-*"):
        assert sorted(service.run("stopped", filters={"name": name}, check_mode=True).column("changed")) == ids


def test_sql_jobs_have_no_name(sql):
    (job,) = sql.jobs({"status": "RUNNING"})
    assert not sql.run("stopped", [job], environ={NEVER: "*, !"}).failed


def test_before_any_export(flink):
    named(flink, "orders", "billing-eu")
    check_refused(flink.run("absent", filters={"name": "*"}, export_to="b/f", **BILLING), "billing-eu")
    assert not flink.writes


def test_renamed_while_jobs_end(flink):
    """The last look before the first write counts."""
    ids, reads = named(flink, "orders", "clicks"), []

    def renamed(request, body):
        reads.append(request)
        return json.loads(json.dumps(body).replace("clicks", "billing-eu")) if len(reads) > 4 else body

    flink.change_answers(renamed)
    result = flink.run("stopped", ids, drain_timeout=60, wait_interval=10, **BILLING)
    check_refused(result, f"{ids[1]} (billing-eu)")
    assert not flink.writes


@pytest.mark.parametrize("door", ["module"], indirect=True)
def test_what_the_controller_says(flink, door):
    """Beside the options, where the environment of the host says something else. Nobody sees it there."""
    (billing,) = named(flink, "billing-eu")
    places = {f"{NEVER} of the controller": "billing-*", f"{NEVER} (ansible.cfg: never)": "x"}
    for never in ("", "y"):
        result = flink.run("stopped", [billing], environ={NEVER: never}, _ansible_otc_bigdata_never=places)
        check_refused(result, f"{billing} (billing-eu)")
        assert "_ansible_otc_bigdata_never" not in result.invocation
    places = {"OTC_BIGDATA_NEVERS of the controller": "x"}
    result = flink.run("stopped", [billing], _ansible_otc_bigdata_never=places)
    check_refused(result, f"OTC_BIGDATA_NEVERS: protects nothing, as the variable is called {NEVER}")
    result = flink.run("stopped", [billing], _ansible_otc_bigdata_never={"otc bigdata.never of the controller": "x"})
    check_refused(result, "otc bigdata.never: protects nothing, as the key of ansible.cfg is never")
    places = {f"{NEVER} (ansible.cfg: never)": "x,"}
    result = flink.run("stopped", [billing], _ansible_otc_bigdata_never=places)
    check_refused(result, f"{NEVER} (ansible.cfg: never)[1]: is empty")
    assert not flink.log


@pytest.fixture
def settings(tmp_path, monkeypatch):
    """What Ansible's own reader of ansible.cfg finds in such a text that is nearly ``never``."""

    def found(text):
        file = tmp_path / "ansible.cfg"
        file.write_text(f"{text}\n", encoding="utf-8")
        monkeypatch.setattr(_fast_path.C, "config", ConfigManager(str(file)))
        monkeypatch.setattr(_fast_path.C, "CONFIG_FILE", str(file))
        return _fast_path._misspelt_settings()

    return found


SETTINGS = {
    "[otc_bigdata]\nnevr = billing": "otc_bigdata.nevr",
    "[otc_bigdata]\nnever_names = billing": "otc_bigdata.never_names",
    "[otc_bigdata]\nOTC_BIGDATA_NEVER = billing": "otc_bigdata.otc_bigdata_never",
    "[Otc.Bigdata]\nnever = billing": "Otc.Bigdata.never",
    "[defaults]\nnever = 50%": "defaults.never",
}


@pytest.mark.parametrize(("text", "name"), SETTINGS.items())
def test_settings_that_protect_nothing(settings, text, name):
    (place,) = settings(text)
    said = "as the key of ansible.cfg is never, in the section otc_bigdata; rename it, or unset it"
    with pytest.raises(OptionError, match=f"^{re.escape(name)}: protects nothing, {said}$"):
        patterns({}, {place: "billing"})


def test_settings_that_protect_or_are_others(settings):
    assert settings("[otc_bigdata]\nNever = x\nprogress = never\n[defaults]\nforks = 5\n[other]\nnever = x") == {}
    assert patterns({}, settings("[otc_bigdata]\nnevr =")) == ()
