"""The engine on small processes, each step written to JSON and read back before the next."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from tests.unit.process.drawn import (
    boundary,
    definitions,
    each,
    end,
    event,
    gateway,
    message,
    node,
    one_process,
    process,
    rule,
    service,
    start,
    sub,
    timer,
    user,
)

from sluis.kernel.errors import Conflict, Invalid
from sluis.process.bpmn import check
from sluis.process.engine import Decided, Running, program_of

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
HI = message("hi")
_number = count()


class At:
    """An instance that lives in JSON only."""

    def __init__(self, xml: bytes, variables: Mapping[str, Any] | None = None) -> None:
        assert [fault.text() for fault in check(xml)] == []
        self.program = program_of(f"test-{next(_number)}", lambda: xml)
        self.now = NOW
        self.passed: list[str] = []
        self._keep(Running.start(self.program, variables or {}, self._decide, NOW))

    def _decide(self, policy: str, decision: str, scope: Mapping[str, Any]) -> Decided:
        return Decided({"of": decision}, {"matched": [1]})

    def _keep(self, running: Running) -> None:
        self.timers = running.timers()
        self.waits = {wait.name for wait in running.waiting()}
        self.ended, self.outcome, self.thrown = running.ended, running.outcome, running.thrown
        self.rounds = [pending.round for pending in running.pending()]
        self.steps = sorted(pending.node.id for pending in running.pending())
        self.passed += [passed.element for passed in running.passed]
        self.evidence = {passed.element: passed.evidence for passed in running.passed}
        self.variables = json.loads(json.dumps(running.variables))
        self.state = json.dumps(running.dump())

    def _load(self) -> Running:
        return Running.load(self.program, self.variables, json.loads(self.state), self._decide, self.now)

    def do(self, name: str, which: int = 0, **values: Any) -> list[str]:
        running = self._load()
        running.finish([p.token for p in running.pending() if p.node.id == name][which], values)
        self._keep(running)
        return self.steps

    def hear(self, name: str, kind: str = "message") -> bool:
        running = self._load()
        heard = running.message(name, {}, kind)
        self._keep(running)
        return heard

    def pass_time(self, key: str) -> list[str]:
        running = self._load()
        due = next(one for one in running.timers() if one.key == key)
        running.now = self.now = due.due_at
        running.time(due.token, key)
        self._keep(running)
        return self.steps

    def fail(self, name: str, code: str) -> bool:
        running = self._load()
        caught = running.fail(next(p.token for p in running.pending() if p.node.id == name), code)
        if caught:
            self._keep(running)
        return caught


def test_one_step_after_the_other_and_an_outcome() -> None:
    at = At(process(start(), user("a"), user("b"), end(sluis_outcome="open"), "start > a > b > end"))
    assert at.steps == ["a"]
    assert at.do("a", x=1) == ["b"]
    assert at.variables == {"x": 1}
    at.do("b")
    assert (at.ended, at.outcome, at.passed) == (True, "open", ["start", "a", "b", "end"])


def test_a_step_is_done_once() -> None:
    at = At(process(start(), user("a"), user("b"), end(), "start > a > b > end"))
    running = at._load()
    token = running.pending()[0].token
    running.finish(token, {})
    with pytest.raises(Conflict):
        running.finish(token, {})


@pytest.mark.parametrize("value", [None, "1", 0, 2, [1], {"x": 1}])
def test_only_true_opens_a_condition(value: Any) -> None:
    at = At(
        process(
            start(),
            user("a"),
            gateway("exclusive", "g", "g-no"),
            user("yes"),
            user("no"),
            end(),
            "start > a > g; g > yes ? x = 1; g > no; yes > end; no > end",
        )
    )
    assert at.do("a", x=value) == ["no"]


def test_a_way_back_ends_at_its_maximum() -> None:
    at = At(
        process(
            start(), user("a"), gateway("exclusive", "g", "g-end"), end(), "start > a > g > end; g > a ? x = 1 max=3"
        )
    )
    for _ in range(3):
        assert at.do("a", x=1) == ["a"]
    at.do("a", x=1)
    assert at.ended


def test_the_count_of_a_way_back_can_be_asked() -> None:
    drawn = "start > a > g > end; g > a ? x = 1 max=3; g > b ? loops.back = 1; b > end"
    xml = process(start(), user("a"), user("b"), gateway("exclusive", "g", "g-end"), end(), drawn)
    xml = xml.replace(b'id="g-a"', b'id="back"')
    at = At(xml)
    assert at.do("a", x=1) == ["a"]
    assert at.do("a", x=2) == ["b"]


class TestParallel:
    def split(self, loop: str = "") -> At:
        return At(
            process(
                start(),
                user("q"),
                gateway("parallel", "p1"),
                user("a"),
                user("b"),
                gateway("parallel", "p2"),
                gateway("exclusive", "g", "g-z"),
                user("z"),
                end(),
                f"start > q > p1 > a > p2; p1 > b > p2; p2 > g > z > end; {loop}",
            ),
            {"v": 0},
        )

    def test_waits_for_all_and_keeps_what_each_wrote(self) -> None:
        """The branch that ends last started with an old value: it must not put that back."""
        at = self.split()
        assert at.do("q") == ["a", "b"]
        assert at.do("a", v=1) == ["b"]
        assert at.do("b") == ["z"]
        assert at.variables["v"] == 1

    @pytest.mark.parametrize("order", ["ab", "ba"])
    def test_again_and_again(self, order: str) -> None:
        at = self.split("g > q ? again max=9")
        for _ in range(9):
            assert at.do("q", again=True) == ["a", "b"]
            at.do(order[0])
            assert at.do(order[1]) == ["q"]
        at.do("q")
        at.do(order[0])
        assert at.do(order[1]) == ["z"]


class TestInclusive:
    def split(self) -> At:
        return At(
            process(
                start(),
                user("q"),
                gateway("inclusive", "i1", "i1-c"),
                user("a"),
                user("b"),
                user("c"),
                gateway("inclusive", "i2"),
                gateway("exclusive", "g", "g-z"),
                user("z"),
                end(),
                "start > q > i1; i1 > a ? x > 1; i1 > b ? x > 2; i1 > c; a > i2; b > i2; c > i2; i2 > g > z > end;"
                "g > q ? again max=9",
            )
        )

    @pytest.mark.parametrize(("x", "steps"), [(3, ["a", "b"]), (2, ["a"]), (1, ["c"]), (None, ["c"])])
    def test_waits_for_exactly_those_that_were_taken_also_the_second_time(self, x: Any, steps: list[str]) -> None:
        at = self.split()
        for again in (True, True, False):
            assert at.do("q", x=x, again=again) == steps
            for place, step in enumerate(steps):
                after = at.do(step)
                assert after == (steps[place + 1 :] or (["q"] if again else ["z"]))


class TestInside:
    def sub(self, *more: str, extra: str = "", drawn: str = "start > s > n > end") -> At:
        inner = sub(
            "s",
            start("s1"),
            user("a"),
            gateway("exclusive", "sg", "sg-se"),
            end("se"),
            end("bad", event("error", "E")),
            "s1 > a > sg > se; sg > bad ? wrong",
        )
        error = '<bpmn:error id="E" errorCode="boom"/><bpmn:error id="F" errorCode="other"/>'
        return At(process(start(), inner, user("n"), end(), *more, drawn, extra=error + extra))

    def test_a_sub_process_ends_and_the_process_goes_on(self) -> None:
        at = self.sub(boundary("be", "s", event("error")), user("h"), "be > h > end")
        assert at.do("a") == ["n"]

    @pytest.mark.parametrize("ref", ["", "E"])
    def test_an_error_goes_to_who_catches_it_and_the_normal_way_is_not_taken(self, ref: str) -> None:
        at = self.sub(boundary("be", "s", event("error", ref)), user("h"), "be > h > end")
        assert at.do("a", wrong=True) == ["h"]
        at.do("h")
        assert at.ended

    def test_the_exact_code_comes_before_whoever_takes_all(self) -> None:
        at = self.sub(
            boundary("all", "s", event("error")),
            boundary("one", "s", event("error", "E")),
            user("h"),
            user("k"),
            "all > h > end; one > k > end",
        )
        assert at.do("a", wrong=True) == ["k"]

    def test_a_message_breaks_off_what_is_inside(self) -> None:
        at = self.sub(
            boundary("be", "s", event("error")),
            boundary("m", "s", event("message", "m-hi")),
            user("x"),
            "be > x; m > x > end",
            extra=HI,
        )
        assert at.hear("hi")
        assert at.steps == ["x"]
        at.do("x")
        assert at.ended

    def test_an_error_in_one_does_not_break_off_the_other(self) -> None:
        """SpiffWorkflow tells every listener of the enclosing process."""

        def part(n: str) -> str:
            return sub(
                f"s{n}",
                start(f"st{n}"),
                user(f"a{n}"),
                end(f"bad{n}", event("error", "E")),
                end(f"se{n}"),
                gateway("exclusive", f"g{n}", f"g{n}-se{n}"),
                f"st{n} > a{n} > g{n} > se{n}; g{n} > bad{n} ? wrong{n}",
            )

        at = At(
            process(
                start(),
                gateway("parallel", "p"),
                part("1"),
                part("2"),
                boundary("b1", "s1", event("error", "E")),
                boundary("b2", "s2", event("error", "E")),
                user("h1"),
                user("h2"),
                end(),
                "start > p > s1 > end; p > s2 > end; b1 > h1 > end; b2 > h2 > end",
                extra='<bpmn:error id="E" errorCode="boom"/>',
            )
        )
        assert at.do("a1", wrong1=True) == ["a2", "h1"]

    def test_an_escalation_is_heard_and_the_work_goes_on(self) -> None:
        at = At(
            process(
                start(),
                sub(
                    "s",
                    start("s1"),
                    user("a"),
                    node("intermediateThrowEvent", "th", event("escalation", "X")),
                    user("b"),
                    end("se"),
                    "s1 > a > th > b > se",
                ),
                boundary("be", "s", event("escalation", "X"), interrupting=False),
                user("h"),
                end(),
                end("e2"),
                "start > s > end; be > h > e2",
                extra='<bpmn:escalation id="X" escalationCode="x"/>',
            )
        )
        assert at.do("a") == ["b", "h"]
        assert at.do("b") == ["h"]
        at.do("h")
        assert at.ended

    def test_a_process_calls_another_of_the_same_file(self) -> None:
        called = one_process(start("qs"), user("a"), end("qe"), "qs > a > qe", key="q")
        at = At(
            definitions(
                one_process(start(), node("callActivity", "c", calledElement="q"), end(), "start > c > end"), called
            )
        )
        at.do("a", x=1)
        assert (at.ended, at.variables) == (True, {"x": 1})

    def test_a_service_that_fails_takes_the_way_of_its_error(self) -> None:
        at = At(
            process(
                start(),
                service("a"),
                boundary("be", "a", event("error", "E")),
                user("h"),
                user("n"),
                end(),
                "start > a > n > end; be > h > end",
                extra='<bpmn:error id="E" errorCode="boom"/>',
            )
        )
        assert not at.fail("a", "other")
        assert at.fail("a", "boom")
        assert at.steps == ["h"]

    def test_a_terminating_end_ends_everything(self) -> None:
        at = At(
            process(
                start(),
                gateway("parallel", "p"),
                user("a"),
                user("b"),
                end("t", event("terminate"), sluis_outcome="stop"),
                end(),
                "start > p > a > t; p > b > end",
            )
        )
        at.do("a")
        assert (at.ended, at.outcome, at.steps) == (True, "stop", [])


class TestTime:
    def bordered(self, text: str, form: str = "Duration", *, interrupting: bool) -> At:
        return At(
            process(
                start(),
                user("a"),
                boundary("t", "a", timer(text, form), interrupting=interrupting),
                user("late"),
                end(),
                end("e2"),
                "start > a > end; t > late > e2",
            ),
            {"when": "2027-02-01", "days": 3},
        )

    def test_too_late_breaks_off(self) -> None:
        at = self.bordered("P5D", interrupting=True)
        assert [one.due_at for one in at.timers] == [NOW + timedelta(days=5)]
        assert at.pass_time("t") == ["late"]
        assert at.timers == []

    def test_a_reminder_leaves_the_step(self) -> None:
        at = self.bordered("P5D", interrupting=False)
        assert at.pass_time("t") == ["a", "late"]
        assert at.timers == []
        assert at.do("a") == ["late"]
        at.do("late")
        assert at.ended

    def test_a_repeating_time_comes_so_often_and_no_more(self) -> None:
        at = self.bordered("R3/P7D", "Cycle", interrupting=False)
        for times in (1, 2, 3):
            assert at.pass_time("t") == ["a", *["late"] * times]
            assert at.now == NOW + timedelta(days=7 * times)
        assert at.timers == []
        assert at.do("a") == ["late"] * 3
        for _ in range(3):
            at.do("late")
        assert at.ended

    def test_a_repeating_time_stops_with_its_step(self) -> None:
        at = self.bordered("R/P1Y", "Cycle", interrupting=False)
        at.pass_time("t")
        assert [one.due_at.year for one in at.timers] == [2028]
        at.do("a")
        assert at.timers == []

    @pytest.mark.parametrize(
        ("text", "form", "due"),
        [
            ("2027-01-31T12:00:00+01:00", "Date", datetime(2027, 1, 31, 11, tzinfo=UTC)),
            ("when", "Date", datetime(2027, 1, 31, 23, tzinfo=UTC)),
            ("date(when)", "Date", datetime(2027, 1, 31, 23, tzinfo=UTC)),
            ('duration("P" + string(days) + "D")', "Duration", NOW + timedelta(days=3)),
            ("P1M", "Duration", datetime(2026, 12, 23, 9, tzinfo=UTC)),
        ],
    )
    def test_moments_written_out_and_computed(self, text: str, form: str, due: datetime) -> None:
        assert [one.due_at for one in self.bordered(text, form, interrupting=True).timers] == [due]

    def test_a_time_that_says_nothing_is_an_error_with_its_step(self) -> None:
        with pytest.raises(Invalid, match="‘t’"):
            self.bordered("unknown", interrupting=True)

    @pytest.mark.parametrize(("first", "step"), [("t", "a"), ("hi", "b")])
    def test_whichever_comes_first(self, first: str, step: str) -> None:
        at = At(
            process(
                start(),
                node("eventBasedGateway", "g"),
                node("intermediateCatchEvent", "t", timer("P1D")),
                node("intermediateCatchEvent", "m", event("message", "m-hi")),
                user("a"),
                user("b"),
                end(),
                "start > g > t > a > end; g > m > b > end",
                extra=HI,
            )
        )
        if first == "t":
            at.pass_time("t")
        else:
            assert at.hear("hi")
        assert (at.steps, at.timers, at.waits) == ([step], [], set())


class TestEvents:
    def test_a_message_that_does_not_interrupt_comes_again_and_again(self) -> None:
        at = At(
            process(
                start(),
                user("a"),
                boundary("m", "a", event("message", "m-hi"), interrupting=False),
                user("x"),
                end(),
                end("e2"),
                "start > a > end; m > x > e2",
                extra=HI,
            )
        )
        for times in range(1, 5):
            assert at.hear("hi")
            assert at.steps == ["a", *["x"] * times]
        assert not at.hear("another")
        at.do("a")
        assert at.waits == set()

    def test_a_signal_is_heard_elsewhere_in_the_process(self) -> None:
        at = At(
            process(
                start(),
                gateway("parallel", "p"),
                user("a"),
                node("intermediateThrowEvent", "th", event("signal", "S")),
                node("intermediateCatchEvent", "c", event("signal", "S")),
                user("b"),
                end(),
                end("e2"),
                "start > p > a > th > end; p > c > b > e2",
                extra='<bpmn:signal id="S" name="sig"/>',
            )
        )
        assert at.do("a") == ["b"]

    def test_a_message_that_nobody_here_waits_for_goes_outside(self) -> None:
        at = At(
            process(
                start(),
                node("sendTask", "send", messageRef="m-hi"),
                user("a"),
                end(),
                "start > send > a > end",
                extra=HI,
            )
        )
        assert at.thrown == [("message", "hi")]


class TestRounds:
    @pytest.mark.parametrize("order", [(0, 0, 0), (2, 0, 0), (1, 1, 0)])
    def test_outcomes_come_in_the_order_of_the_list(self, order: tuple[int, ...]) -> None:
        at = At(
            process(
                start(), user("a", each("items", "item", "out", "answer")), user("z"), end(), "start > a > z > end"
            ),
            {"items": ["x", None, "y"]},
        )
        assert at.steps == ["a"] * 3
        left = ["x", None, "y"]
        for which in order:
            assert at.rounds[which]["item"] == left[which]
            at.do("a", which, answer=f"about {left.pop(which)}")
        assert at.steps == ["z"]
        assert at.variables == {"items": ["x", None, "y"], "out": ["about x", "about None", "about y"]}

    def test_one_after_the_other(self) -> None:
        xml = process(
            start(),
            user("a", each("items", "item", "out", "answer", sequential=True)),
            user("z"),
            end(),
            "start > a > z > end",
        )
        at = At(xml, {"items": ["x", None, "y"]})
        for answer in "ABC":
            assert at.steps == ["a"]
            at.do("a", answer=answer)
        assert (at.steps, at.variables["out"]) == (["z"], ["A", "B", "C"])

    @pytest.mark.parametrize("items", [None, [], "text", 5])
    def test_nothing_to_do_is_passed(self, items: Any) -> None:
        at = At(process(start(), user("a", each("items")), user("z"), end(), "start > a > z > end"), {"items": items})
        assert at.steps == ["z"]

    def test_a_list_has_a_maximum(self) -> None:
        xml = process(start(), user("a", each("items")), end(), "start > a > end")
        with pytest.raises(Invalid, match="te lange lijst"):
            At(xml, {"items": list(range(1001))})

    def rounds_inside(self) -> At:
        return At(
            process(
                start(),
                sub(
                    "s",
                    start("s1"),
                    user("a"),
                    user("b"),
                    end("se"),
                    "s1 > a > b > se",
                    inner=each("items", "item", "out", "answer"),
                ),
                boundary("m", "s", event("message", "m-hi")),
                user("z"),
                user("x"),
                end(),
                "start > s > z > end; m > x > end",
                extra=HI,
            ),
            {"items": [1, 2]},
        )

    def test_each_round_has_answers_of_its_own(self) -> None:
        at = self.rounds_inside()
        assert at.do("a", 0, answer=7) == ["a", "b"]
        at.do("b")
        at.do("a", answer=8)
        assert at.do("b") == ["z"]
        assert at.variables == {"items": [1, 2], "out": [7, 8]}

    def test_all_rounds_are_broken_off_together(self) -> None:
        at = self.rounds_inside()
        assert at.hear("hi")
        assert at.steps == ["x"]
        at.do("x")
        assert at.ended

    def test_a_loop_goes_on_while_its_condition_holds(self) -> None:
        loop = (
            '<bpmn:standardLoopCharacteristics loopMaximum="3"><bpmn:loopCondition>more</bpmn:loopCondition>'
            "</bpmn:standardLoopCharacteristics>"
        )
        xml = process(start(), user("a", loop), user("z"), end(), "start > a > z > end")
        at = At(xml)
        assert at.do("a", more=True) == ["a"]
        assert at.do("a", more=False) == ["z"]
        at = At(xml)
        for _ in range(3):
            assert at.steps == ["a"]
            at.do("a", more=True)
        assert at.steps == ["z"]


def test_a_policy_decides_at_once_and_leaves_evidence() -> None:
    at = At(process(start(), rule("r"), user("a"), end(), "start > r > a > end"))
    assert at.steps == ["a"]
    assert at.variables == {"decided": {"of": "Test"}}
    assert at.evidence["r"] == {"matched": [1]}


def test_a_circle_that_needs_nobody_is_broken_off() -> None:
    xml = process(
        start(),
        gateway("exclusive", "g1"),
        gateway("exclusive", "g", "g-end"),
        end(),
        "start > g1 > g > end; g > g1 ? true max=900",
    )
    with pytest.raises(Invalid, match="te veel stappen"):
        At(xml)


def test_an_instance_that_lives_for_years_does_not_grow() -> None:
    at = At(
        process(
            start(),
            sub("s", start("s1"), user("a"), end("se"), "s1 > a > se"),
            boundary("m", "s", event("message", "m-hi"), interrupting=False),
            user("x"),
            end(),
            end("e2"),
            "start > s > end; m > x > e2",
            extra=HI,
        )
    )
    for _ in range(60):
        assert at.hear("hi")
        at.do("x")
    assert len(at.state) < 30_000
    at.do("a")
    assert at.ended
