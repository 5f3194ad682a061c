"""The rules that follow from a lifecycle: allowed moves, a date for each state, dates in order."""

from __future__ import annotations

from fieldkit.records.declaration.checks import in_order
from fieldkit.records.declaration.lifecycle import Lifecycle, Step
from fieldkit.records.declaration.record import Record
from fieldkit.records.declaration.rule import RuleContext, Severity, rule


def follow(kind: type[Record], *, source: str) -> None:
    """Declare the rules of a kind's lifecycle.

    The day of the state a new record begins in is not insisted on: where waiting is counted from
    it, its lack is remarked on. The day of every later state is asked for until it is given or
    confirmed to be unknown.
    """
    lifecycle = kind.lifecycle
    if lifecycle is None:
        raise TypeError(f"{kind.kind()} has no lifecycle")
    start = lifecycle.step(kind.fields()[lifecycle.field].default)
    _allowed_move(kind, lifecycle, source)
    for step in lifecycle.steps:
        if step.on and step.states and (step is not start or step.overdue):
            _day_of_the_state(
                kind, step, source, Severity.WARN if step is start else Severity.REASON
            )
    in_order(kind, *lifecycle.dates, source=source)


def _allowed_move(kind: type[Record], lifecycle: Lifecycle, source: str) -> None:
    @rule(kind, lifecycle.field, source=source, severity=Severity.REASON)
    def allowed_move(record: Record, context: RuleContext) -> str | None:
        """A state follows the one before; steps may be passed over, and slips put right."""
        before = context.before.value(lifecycle.field) if context.before else None
        after = record.value(lifecycle.field)
        if not isinstance(before, str) or not isinstance(after, str) or before == after:
            return None
        following = lifecycle.moves.get(before, frozenset())
        if after in following:
            return None
        if after in lifecycle.ahead(before):
            ways = " or ".join(_quoted(kind, lifecycle, state) for state in sorted(following))
            return (
                f"After {_quoted(kind, lifecycle, before)} comes {ways}. "
                "Confirm if the office was not told of the steps between."
            )
        if before in lifecycle.ahead(after):
            was = _quoted(kind, lifecycle, before)
            return f"It was {was} already. Confirm if that was entered by mistake."
        return None


def _quoted(kind: type[Record], lifecycle: Lifecycle, state: str) -> str:
    return f'"{kind.fields()[lifecycle.field].format.show(state)}"'


def _day_of_the_state(kind: type[Record], step: Step, source: str, severity: Severity) -> None:
    field = kind.lifecycle.field if kind.lifecycle else ""

    @rule(kind, step.on, source=source, severity=severity)
    def day_of_the_state(record: Record, context: RuleContext) -> str | None:
        """The day of a state is given; one that is not known is confirmed as such."""
        if record.value(field) not in step.states or record.value(step.on) is not None:
            return None
        before = context.before
        asked_before = before and before.step() is step and before.value(step.on) is None
        return None if asked_before and severity is Severity.REASON else step.day_wanted
