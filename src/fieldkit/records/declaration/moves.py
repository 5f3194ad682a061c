"""The rules that follow from a lifecycle: allowed moves, a date for each state, dates in order."""

from __future__ import annotations

from fieldkit.protocol.messages.finding import Severity
from fieldkit.records.declaration.checks import in_order
from fieldkit.records.declaration.lifecycle import Lifecycle, Step
from fieldkit.records.declaration.record import Record
from fieldkit.records.declaration.rule import Broken, RuleContext, rule
from fieldkit.records.fields.formats import Choice


def lifecycle_rules(kind: type[Record], *, source: str) -> None:
    """Declare the rules of a kind's lifecycle.

    The date of a new record's first state may be missing; if the step can be overdue, that gives a
    warning. The date of every later state is asked for until it is given or confirmed as unknown.
    """
    lifecycle = kind.lifecycle
    if lifecycle is None:
        raise TypeError(f"{kind.kind()} has no lifecycle")
    start = lifecycle.step(kind.fields()[lifecycle.field].default)
    _allowed_move(kind, lifecycle, source)
    for step in lifecycle.steps:
        if step.on and step.states and (step is not start or step.overdue):
            severity = Severity.WARN if step is start else Severity.REASON
            _day_of_the_state(kind, lifecycle.field, step, source, severity)
    in_order(kind, *lifecycle.dates, source=source)


def _allowed_move(kind: type[Record], lifecycle: Lifecycle, source: str) -> None:
    states = kind.fields()[lifecycle.field].format
    of_list = states.list if isinstance(states, Choice) else ""
    says = {
        "ahead": (
            f"After {{before:{of_list} quoted}} comes {{following:{of_list} quoted}}. "
            "Confirm if the steps between were not reported to the office."
        ),
        "back": (
            f"It was {{before:{of_list} quoted}} already. Confirm if that was entered by mistake."
        ),
    }

    @rule(kind, lifecycle.field, source=source, severity=Severity.REASON, says=says)
    def allowed_move(record: Record, context: RuleContext) -> Broken | None:
        """A state follows the one before; steps may be passed over, and slips put right."""
        before = context.before.value(lifecycle.field) if context.before else None
        after = record.value(lifecycle.field)
        if not isinstance(before, str) or not isinstance(after, str) or before == after:
            return None
        following = lifecycle.moves.get(before, frozenset())
        if after in following:
            return None
        if after in lifecycle.ahead(before):
            return Broken("ahead", before=before, following=sorted(following))
        return Broken("back", before=before) if before in lifecycle.ahead(after) else None


def _day_of_the_state(
    kind: type[Record], field: str, step: Step, source: str, severity: Severity
) -> None:
    @rule(kind, step.on, source=source, severity=severity, says=step.day_wanted)
    def day_of_the_state(record: Record, context: RuleContext) -> bool:
        """The day of a state is given; one that is not known is confirmed as such."""
        if record.value(field) not in step.states or record.value(step.on) is not None:
            return False
        before = context.before
        asked_before = before and before.step() is step and before.value(step.on) is None
        return not (asked_before and severity is Severity.REASON)
