from __future__ import annotations

from dataclasses import replace

import pytest

from probe.alerting.explaining import Explanation, Material, explain
from probe.alerting.wanting import most_seen
from probe.model.alert import Alert, Decision, Outcome, Silence, Stage, Watch
from probe.model.maintenance import Scope
from probe.model.notification import Delivery, DeliveryState, Message, Occasion, Try
from probe.model.result import State
from probe.model.rule import AlertRule, Held, LevelRule, StateCondition
from probe.model.run import Run
from probe.model.sample import FailureKind
from probe.model.sla import AlertLevel
from probe.model.units import DAY, HOUR, MINUTE, SECOND
from tests.fakes.alerting import T0, check_facts, down_rule, of_check

FACTS = check_facts("api/a")
THREE = replace(
    down_rule(),
    levels=(
        LevelRule(
            level=AlertLevel.CRITICAL,
            condition=StateCondition(state=State.DOWN, held=Held(needed=3, of=3)),
            notify=("mail",),
        ),
    ),
)
ALERT = Alert(
    id="a1",
    rule="down",
    subject=of_check("api/a"),
    level=AlertLevel.CRITICAL,
    since=T0 + 10 * MINUTE,
    fired_at=T0 + 12 * MINUTE,
    reading="down",
)


def run(minute: int, slots: int, state: State, failure: FailureKind | None = None) -> Run:
    return Run(T0 + minute * MINUTE, MINUTE if slots > 1 else 0, slots, state, failure, MINUTE)


UP = run(0, 10, State.UP)
DOWN = run(10, 3, State.DOWN, FailureKind.REFUSED)
PLAIN = Material(
    check="api/a",
    start=T0,
    end=T0 + HOUR,
    now=T0 + HOUR,
    facts=FACTS,
    rules=(THREE,),
    channels=("mail",),
    runs=(UP, DOWN),
    seen_at=T0 + HOUR,
)


def told(**changes: object) -> Explanation:
    return explain(replace(PLAIN, **changes))  # type: ignore[arg-type]  # of the test's own fields


def decision(minute: int, stage: Stage, outcome: Outcome, reason: str, **changes: object) -> Decision:
    plain = Decision(
        at=T0 + minute * MINUTE,
        alert="a1",
        rule="down",
        subject=ALERT.subject,
        stage=stage,
        outcome=outcome,
        reason=reason,
    )
    return replace(plain, **changes)  # type: ignore[arg-type]  # of the test's own fields


def delivery(state: DeliveryState, why: str = "") -> Delivery:
    message = Message(
        id="msg_1",
        channel="mail",
        thread="t1",
        number=1,
        occasion=Occasion.FIRING,
        level=AlertLevel.CRITICAL,
        title="api: a is down",
        status="CRITICAL",
        group=(),
        at=T0 + 13 * MINUTE,
        zone="UTC",
        entries=(),
    )
    settled = T0 + 14 * MINUTE
    return Delivery(
        message=message,
        state=state,
        due_at=message.at,
        expires_at=T0 + DAY,
        alerts=("a1",),
        tries=1,
        why=why,
        settled_at=settled,
    )


@pytest.mark.parametrize(
    ("changes", "answer"),
    [
        ({"facts": None}, "no file defines this check any more"),
        ({"rules": ()}, "there are no rules"),
        ({"rules": (replace(THREE, scope=Scope(checks=("other/b",))),)}, "no rule is about it"),
        ({"runs": ()}, "nothing was measured"),
        ({"runs": (UP,)}, "all its results were up"),
        (
            {"runs": (run(0, 9, State.UNKNOWN, FailureKind.NOT_RUNNING),)},
            "all its results are unknown, and what was not measured is not down",
        ),
        ({"runs": (UP, run(10, 1, State.DOWN))}, "no rule's condition was fulfilled"),
    ],
)
def test_it_says_why_there_was_no_alert(changes: dict[str, object], answer: str) -> None:
    assert told(**changes).answer == f"there was no alert of api/a: {answer}"


def test_each_rule_says_what_it_wanted_and_what_it_saw() -> None:
    (rule,) = told(runs=(UP, run(10, 1, State.DOWN))).rules
    assert (rule.rule, rule.level, rule.fired) == ("down", "critical", 0)
    assert (rule.condition, rule.seen) == ("3 results in a row down", "1 of the 3 that it needs")
    assert told().rules[0].seen == "3: enough"


def test_rules_without_a_count_want_what_the_check_confirms_by() -> None:
    (rule,) = told(rules=(down_rule(),)).rules
    assert rule.condition == "one result down"


def test_what_was_told_is_said_with_its_channel() -> None:
    delivered = told(alerts=(ALERT,), messages=(delivery(DeliveryState.DELIVERED),))
    assert delivered.answer == "there was 1 alert of api/a, delivered to mail"
    lost = told(alerts=(ALERT,), messages=(delivery(DeliveryState.FAILED, "550 no such user"),))
    assert lost.answer == "there was 1 alert of api/a; what was written about it was not delivered"
    assert "msg_1 reached nobody: `probe deliveries retry msg_1` sends it again" in lost.hints


def test_what_kept_it_from_being_told_is_named() -> None:
    held = decision(12, Stage.MAINTENANCE, Outcome.SUPPRESSED, "maintenance “move” runs", until=T0 + HOUR)
    found = told(alerts=(ALERT,), decisions=(held,))
    assert found.answer == "there was 1 alert of api/a, told to nobody: maintenance “move” runs"
    assert "suppressed: maintenance “move” runs, until 2023-11-14T23:13:20Z" in [each.text for each in found.events]


def test_what_there_is_to_do_is_told() -> None:
    assert "there are no channels, so nobody can be told: add some to `channels`" in told(channels=()).hints
    unknown = told(runs=(UP, run(10, 5, State.UNKNOWN, FailureKind.MISSED))).hints
    assert unknown == ("5 results are unknown (missed: 5); only a rule of `when: no data` tells of these",)
    assert any("was ever seen to work" in hint for hint in told(seen_at=None).hints)
    assert any("was last seen at" in hint for hint in told(seen_at=T0).hints)
    assert told().hints == ()


def test_events_are_told_in_order() -> None:
    silence = Silence(
        id="s1", scope=Scope(), comment="deploying", author="anna", start=T0 + MINUTE, until=T0 + HOUR, made_at=T0
    )
    tried = Try(message="msg_1", at=T0 + 13 * MINUTE, took=SECOND, is_delivered=True, answer="250 queued")
    found = told(
        alerts=(ALERT,),
        decisions=(decision(12, Stage.CONDITION, Outcome.FIRED, "down"),),
        messages=(delivery(DeliveryState.DELIVERED),),
        tries={"msg_1": (tried,)},
        maintenance=(("move", T0 + 2 * MINUTE, T0 + 3 * MINUTE),),
        silences=(silence,),
    )
    assert [(each.what, (each.at - T0) // MINUTE) for each in found.events] == [
        ("results", 0),
        ("silence", 1),
        ("maintenance", 2),
        ("results", 10),
        ("condition", 12),
        ("delivery", 13),
    ]
    assert found.events[-1].text == "delivered: 250 queued"
    assert found.events[3].text == "down (refused) from here on"


def test_a_silence_of_others_is_no_event() -> None:
    other = Silence(
        id="s1", scope=Scope(checks=("b/c",)), comment="", author="anna", start=T0, until=T0 + HOUR, made_at=T0
    )
    assert all(each.what != "silence" for each in told(silences=(other,)).events)


def test_results_too_far_apart_are_in_no_row() -> None:
    apart = [run(0, 2, State.DOWN), run(30, 2, State.DOWN)]
    watch = Watch(State.DOWN, 3, 3, 1)
    assert most_seen(apart, watch, 2 * MINUTE) == 2
    assert most_seen(apart, watch, HOUR) == 3


def test_unknown_results_break_no_row() -> None:
    runs = [run(0, 2, State.DOWN), run(2, 1, State.UNKNOWN), run(3, 1, State.DOWN)]
    assert most_seen(runs, Watch(State.DOWN, 3, 3, 1), 2 * MINUTE) == 3
    assert most_seen(runs, Watch(State.UNKNOWN, 2, 2, 1), 2 * MINUTE) == 1


def test_rules_of_others_are_left_out() -> None:
    other = AlertRule(name="other", scope=Scope(checks=("b/c",)), levels=THREE.levels)
    assert [each.rule for each in told(rules=(THREE, other)).rules] == ["down"]


def test_how_far_apart_results_may_be_is_as_the_file_says() -> None:
    apart = [run(0, 2, State.DOWN), run(30, 2, State.DOWN)]
    assert [told(rules=(THREE,), runs=apart, max_gap=gap).rules[0].seen for gap in (None, HOUR)] == [
        "2 of the 3 that it needs",
        "3: enough",
    ]
