"""Runs Rasa's graph of components one after the other."""

from __future__ import annotations

from graphlib import TopologicalSorter
from typing import Any

from rasa.engine.graph import GraphNode, GraphSchema
from rasa.engine.runner.dask import DaskGraphRunner


class SerialRunner(DaskGraphRunner):
    """Gives what Dask gives, with a plan made once for each target.

    Dask plans anew for every message, which takes longer than all components together
    (docs/bench.md).
    """

    @classmethod
    def instead_of(cls, runner: DaskGraphRunner) -> SerialRunner:
        """Takes over the components that another runner has loaded."""
        serial = cls.__new__(cls)
        serial.__dict__.update(runner.__dict__)
        serial._plans = {}
        return serial

    _graph_schema: GraphSchema
    _instantiated_nodes: dict[str, GraphNode]
    _plans: dict[tuple[str, ...], list[str]]

    def component(self, kind: type) -> Any:
        """The loaded component of a class.

        Raises:
            LookupError: The graph has none.
        """
        for node in self._instantiated_nodes.values():
            if isinstance(node._component, kind):
                return node._component
        raise LookupError(f"the model has no {kind.__name__}: train it anew")

    def run(
        self, inputs: dict[str, Any] | None = None, targets: list[str] | None = None
    ) -> dict[str, Any]:
        """The output of each target, by its name."""
        wanted = targets or self._graph_schema.target_names
        said = {name: (name, value) for name, value in (inputs or {}).items()}
        for name in self._plan(tuple(wanted)):
            needs = self._graph_schema.nodes[name].needs.values()
            # A node is told the name of what is missing; it knows what it can do without.
            said[name] = self._instantiated_nodes[name](*(said.get(need, need) for need in needs))
        return dict(said[name] for name in wanted)

    def _plan(self, targets: tuple[str, ...]) -> list[str]:
        """What must run for the targets, each after what it needs."""
        if targets not in self._plans:
            nodes = self._graph_schema.minimal_graph_schema(list(targets)).nodes
            order = TopologicalSorter({name: node.needs.values() for name, node in nodes.items()})
            self._plans[targets] = [name for name in order.static_order() if name in nodes]
        return self._plans[targets]
