"""Random well-formed processes, done in random order: each ends, and a join waits for exactly what was started."""

import json
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.integration.process.test_any_process import processes
from tests.unit.process.test_engine import NOW

from sluis.process.bpmn import check
from sluis.process.bpmn.model import HUMAN
from sluis.process.engine import Decided, Running, program_of


def decide(policy: str, decision: str, scope: Any) -> Decided:
    return Decided(None)


@settings(max_examples=150, suppress_health_check=list(HealthCheck))
@given(xml=processes(), x=st.integers(0, 2), data=st.data())
def test_every_well_formed_process_ends(xml: bytes, x: int, data: st.DataObject) -> None:
    assert [fault.text() for fault in check(xml)] == []
    program = program_of(str(hash(xml)), lambda: xml)
    running = Running.start(program, {"x": x}, decide, NOW)
    times: dict[str, int] = {}
    for _ in range(400):
        if running.ended:
            break
        state = json.loads(json.dumps(running.dump()))
        running = Running.load(program, running.variables, state, decide, NOW)
        pending = running.pending()
        assert pending, "nothing left to do, and not ended"
        assert len({one.node.id for one in pending}) == len(pending), "a step is open twice"
        one = data.draw(st.sampled_from(pending))
        times[one.node.id] = times.get(one.node.id, 0) + 1
        running.finish(one.token, {})
    assert running.ended
    steps = [node.id for node in program.model.nodes.values() if node.kind in HUMAN]
    assert set(times) <= set(steps)
    limit = 3 ** sum(1 for flow in program.model.flows.values() if flow.maximum)
    assert all(count <= limit for count in times.values())
