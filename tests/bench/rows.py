# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is measured: rows of ways that run in turn, and the goals of each row."""

from __future__ import annotations

import json
import pathlib
import subprocess
import sys
import typing as t

from .cloud import Cloud
from .sample import Sample
from .ways import FORKS, Way, Ways

LATENCY = 0.02  # seconds
MEMORY = 120  # MB
NOISE = 1.05  # what counts as the same time per job
REQUESTS = 13  # the most in the row polls

Round = t.Mapping[str, Sample]  # name of the way → what it cost in this round


class Goal(t.NamedTuple):
    """``figure`` is taken in each round; its median is held against the limit. None: a figure without a goal."""

    text: str
    figure: t.Callable[[Round], float]
    limit: float | None = None
    at_least: bool = False

    def met(self, figure: float) -> bool | None:
        if self.limit is None:
            return None
        return figure >= self.limit if self.at_least else figure <= self.limit


class Row(t.NamedTuple):
    title: str
    ways: list[Way]
    goals: list[Goal]
    broken: t.Sequence[str] = ()  # promises, besides those of the ways


class Bench(t.NamedTuple):
    """``jobs`` scales all rows; 1000 is the full size."""

    folder: pathlib.Path
    plain: Cloud
    tls: Cloud
    jobs: int


def to_ping(name: str, limit: float | None, ping: str = "ping") -> Goal:
    return Goal(f"{name} / {ping}", lambda took: took[name].seconds / took[ping].seconds, limit)


def start(bench: Bench) -> Row:
    """What one small task costs, also above what Ansible needs for any."""
    ways = Ways(bench.folder, bench.plain, "flink_jobs", 1)
    no_op, bare, module = ways.no_op(), ways.bare(), ways.bare("requests alone, as a module", as_module=True)

    def above(name: str, limit: float | None = None) -> Goal:
        def figure(took: Round) -> float:
            return (took[name].seconds - took[no_op.name].seconds) / took["ping"].seconds

        return Goal(f"({name} - {no_op.name}) / ping", figure, limit)

    goals = [
        to_ping("in process", 0.8),
        above("in process", 0.08),
        above(bare.name),
        to_ping("as a module", 1.12),
        to_ping(module.name, None),
    ]
    return Row("one task, one Flink job, 0 ms", [*ways.both(), no_op, bare, module, ways.ping()], goals)


def tasks(bench: Bench) -> Row:
    """What many small tasks cost."""
    count = max(2, bench.jobs // 50)
    many, one = (Ways(bench.folder, bench.plain, "flink_jobs", jobs) for jobs in (count, 1))
    ours, no_op, ping = many.ours(tasks=count), many.no_op(f"{count} x no-op plugin", count), f"{count} x ping"
    one_ours, one_no_op = one.ours("one task in process"), one.no_op("one no-op plugin")
    bare, one_bare = many.bare(f"{count} x requests alone", count), one.bare("one task of requests alone")

    def further(more: Way, less: Way) -> t.Callable[[Round], float]:
        def figure(took: Round) -> float:
            added = took[more.name].seconds - took[less.name].seconds
            return added / (took[no_op.name].seconds - took[one_no_op.name].seconds)

        return figure

    goals = [
        to_ping(ours.name, 0.3, ping),
        Goal("each further task, in process / no-op plugin", further(ours, one_ours), 1.2),
        Goal("each further task, requests alone / no-op plugin", further(bare, one_bare)),
    ]
    title = f"{count} tasks in one play, one Flink job each, 0 ms"
    return Row(title, [ours, one_ours, bare, one_bare, no_op, one_no_op, many.ping(ping, count)], goals)


def hosts(bench: Bench) -> Row:
    """What a task costs on each of many hosts."""
    count = max(2, bench.jobs // 5)
    ways = Ways(bench.folder, bench.plain, "flink_jobs", count).on_hosts()
    goals = [to_ping("in process", 1.15, "debug"), to_ping("requests alone", None, "debug")]
    return Row(f"{count} hosts, one Flink job each, {FORKS} forks, 0 ms", ways, goals)


def flink(bench: Bench) -> Row:
    """Jobs for which there is a batch call."""
    ways, few = Ways(bench.folder, bench.plain, "flink_jobs", bench.jobs, LATENCY), max(2, bench.jobs // 20)
    loop = ways.uri(few)

    def faster(name: str) -> Goal:
        def figure(took: Round) -> float:
            return (took[loop.name].seconds - took["ping"].seconds) / few / (took[name].seconds / bench.jobs)

        return Goal(f"(uri loop - ping) / {name}, per job", figure, 200, at_least=True)

    bare = ways.bare("requests alone, as a module", as_module=True)
    goals = [goal for name in ("in process", "as a module") for goal in (to_ping(name, 1.3), faster(name))]
    title = f"{bench.jobs} Flink jobs stopped by id, 20 ms, confirmed"
    return Row(title, [*ways.both(), bare, ways.ping(), loop, ways.sdk()], [*goals, to_ping(bare.name, None)])


def tls(bench: Bench) -> Row:
    """What TLS adds. With 1600 jobs there are 16 writes at once, and so 16 connections."""
    jobs = 8 * bench.jobs // 5
    plain, secure = (Ways(bench.folder, cloud, "flink_jobs", jobs, LATENCY) for cloud in (bench.plain, bench.tls))
    over_tls = [way._replace(name=f"{way.name}, TLS") for way in secure.both(workers=16)]

    def added(name: str) -> Goal:
        def figure(took: Round) -> float:
            return (took[f"{name}, TLS"].seconds - took[name].seconds) / took["ping"].seconds

        return Goal(f"({name}, TLS - {name}) / ping", figure, 0.15)

    ways = [way for pair in zip(plain.both(workers=16), over_tls) for way in pair]
    title = f"{jobs} Flink jobs stopped by id, 20 ms, 16 workers, without and with TLS"
    return Row(title, [*ways, plain.ping()], [added("in process"), added("as a module")])


def flink10(bench: Bench) -> Row:
    """Ten times as many; also with more workers than usual, and with no id in the playbook."""
    ways = Ways(bench.folder, bench.plain, "flink_jobs", 10 * bench.jobs, LATENCY)
    many, filtered, no_op = ways.ours("in process, 16 workers", workers=16), ways.by_filter(), ways.no_op()
    alone = [ways.bare(), ways.bare("requests alone, 16 workers", workers=16), filtered[1]]
    title = f"{10 * bench.jobs} Flink jobs stopped by id, 20 ms, confirmed"
    limits = {"in process": 1.6, many.name: 1.4, filtered[0].name: 1.4, "as a module": 2}
    others = [*alone, no_op]
    goals = [to_ping(name, limit) for name, limit in [*limits.items(), *((way.name, None) for way in others)]]
    return Row(title, [*ways.both(), many, filtered[0], *others, ways.ping()], goals)


def spark(bench: Bench) -> Row:
    """Jobs that take a request each."""
    ways = Ways(bench.folder, bench.plain, "batches", bench.jobs, LATENCY)
    bare, others = ways.bare(workers=16), [ways.ping(), ways.curl(), ways.sdk()]
    processes = [ways.process("its process alone", workers=16), ways.process("the same, 1 batch", jobs=1)]
    bares = [
        ways.bare_process("requests, their process alone", 16),
        ways.bare_process("the same requests, 1 batch", 1, 1),
    ]

    def to_curl(name: str, limit: float | None) -> Goal:
        def figure(took: Round) -> float:
            return (took[name].seconds - took["ping"].seconds) / took["curl --parallel"].seconds

        return Goal(f"({name} - ping) / curl --parallel", figure, limit)

    def to_sdk(name: str) -> Goal:
        return Goal(f"SDK script / {name}", lambda took: took["SDK script"].seconds / took[name].seconds, 12, True)

    def cpu(text: str, more: Way, less: Way, limit: float | None) -> Goal:
        def figure(took: Round) -> float:
            added = took[more.name].cpu - took[less.name].cpu
            return 1e6 * added / (took[more.name].requests - took[less.name].requests)

        return Goal(f"microseconds of CPU per further request{text}", figure, limit)

    goals = [
        *(to_curl("in process", 0.95), to_sdk("in process"), to_curl(bare.name, None)),
        *(to_curl("as a module", 1.8), to_sdk("as a module")),
        *(cpu("", *processes, 380), cpu(", requests alone", *bares, None)),
    ]
    title = f"{bench.jobs} Spark batches cancelled by id, 20 ms, 16 workers, confirmed"
    return Row(title, [*ways.both(workers=16), bare, *processes, *bares, *others], goals)


def sql(bench: Bench) -> Row:
    """The same, and lists that are read by the number of the page."""
    ways = Ways(bench.folder, bench.plain, "sql_jobs", bench.jobs, LATENCY)
    title = f"{bench.jobs} SQL jobs cancelled by id, 20 ms, 16 workers, confirmed"
    figures = [
        Goal(f"{name} / ping", lambda took, name=name: took[name].seconds / took["ping"].seconds)
        for name in ("in process", "as a module")
    ]
    return Row(title, [*ways.both(workers=16), ways.ping()], figures)


def memory(bench: Bench) -> Row:
    """A selection that is as large as it can be."""
    counts = [bench.jobs, 10 * bench.jobs, 100 * bench.jobs]
    names = [f"{count} jobs" for count in counts]
    ways = [Ways(bench.folder, bench.plain, "flink_jobs", count).check_mode(name) for count, name in zip(counts, names)]

    def grows(took: Round) -> float:
        each = [took[name].seconds / count for count, name in zip(counts, names)]
        return max(each[1] / each[0], each[2] / each[1])

    goals = [
        Goal(f"peak of the process in MB, {names[2]}", lambda took: took[names[2]].peak, MEMORY),
        *(
            Goal(f"microseconds per job, {name}", lambda took, n=count, name=name: 1e6 * took[name].seconds / n)
            for count, name in zip(counts, names)
        ),
        Goal("largest growth of the time per job", grows, NOISE),
    ]
    return Row("Flink jobs selected by a filter, check mode, process of the module, 0 ms", ways, goals)


def polls(bench: Bench) -> Row:
    """How soon a task sees that jobs have ended; the figures are the same in each round, and for each size."""
    command = [sys.executable, "-m", f"{__package__}.polls"]
    found = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, encoding="utf-8").stdout)
    goals = [
        Goal("seconds from the end of a job until it is seen, mean", lambda took: found["delay"], 2),
        Goal(f"the least mean that {found['polls']} polls allow", lambda took: found["least"]),
        Goal("requests", lambda took: found["requests"], REQUESTS),
    ]
    broken = [f"requests: {found['requests']}, not {REQUESTS}"] if found["requests"] > REQUESTS else []
    return Row(found["title"], [], goals, broken)


ROWS = {row.__name__: row for row in (start, tasks, hosts, flink, tls, flink10, spark, sql, polls, memory)}
