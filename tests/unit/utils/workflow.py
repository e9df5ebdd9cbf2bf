# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Workflows as AWX runs them: which node follows which outcome, what its job gets from those before, and how all of it ends.

Done here as awx/main/scheduler/dag_workflow.py and awx/main/models/workflow.py do it (https://github.com/ansible/awx, 24.6.1), for
nodes that any one of their parents may start.
"""

from __future__ import annotations

import typing as t

ENDED_BADLY = ("failed", "error", "canceled")


class Outcome(t.NamedTuple):
    """Of the job of a node: its status in AWX, and what it left."""

    status: str
    artifacts: dict = {}


class Node:
    """``paths``: the identifiers of the nodes after it, by success_nodes, failure_nodes and always_nodes."""

    def __init__(self, name: str, paths: dict[str, list[str]]) -> None:
        self.name, self.paths = name, paths
        self.outcome: Outcome | None = None
        self.never = False  # no path leads to it any more
        self.ancestors: dict = {}  # artifacts of all that came before

    def next(self) -> list[str]:
        """The nodes that the outcome leads to."""
        assert self.outcome
        kind = "failure_nodes" if self.outcome.status in ENDED_BADLY else "success_nodes"
        return [*self.paths.get(kind, []), *self.paths.get("always_nodes", [])]


def run_workflow(
    nodes: dict[str, Node], launch: t.Callable[[Node, dict], Outcome], extra: dict
) -> tuple[str, list[str]]:
    """``launch`` runs the job of a node with these variables. The status of the workflow, and the nodes in the order they ran in."""
    parents = {
        name: [node for node in nodes.values() if any(name in after for after in node.paths.values())] for name in nodes
    }
    order: list[str] = []
    while True:
        for dummy in nodes:  # the last one may be known by now whatever their order
            for name, node in nodes.items():
                decided = all(parent.never or parent.outcome for parent in parents[name])
                wanted = any(parent.outcome and name in parent.next() for parent in parents[name])
                node.never = node.never or (not node.outcome and bool(parents[name]) and decided and not wanted)
        ready = [
            node
            for name, node in nodes.items()
            if not node.outcome and not node.never and all(one.never or one.outcome for one in parents[name])
        ]
        if not ready:
            break
        for node in ready:
            for parent in parents[node.name]:
                node.ancestors |= parent.ancestors
                node.ancestors |= parent.outcome.artifacts if parent.outcome else {}
            node.outcome = launch(node, {**node.ancestors, **extra})
            order.append(node.name)
    unhandled = [
        node
        for node in nodes.values()
        if node.outcome
        and node.outcome.status in ENDED_BADLY
        and not node.paths.get("failure_nodes")
        and not node.paths.get("always_nodes")
    ]
    return "failed" if unhandled else "successful", order
