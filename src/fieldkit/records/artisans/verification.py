"""Decisions on the applications of artisans, stage by stage."""

from datetime import date

from fieldkit.protocol.messages.finding import Severity
from fieldkit.records.declaration.action import Action
from fieldkit.records.declaration.decision import Decision
from fieldkit.records.declaration.field import Use, field, when
from fieldkit.records.declaration.lifecycle import Lifecycle, Step
from fieldkit.records.declaration.milestone import Milestone
from fieldkit.records.declaration.moves import lifecycle_rules
from fieldkit.records.declaration.record import Record
from fieldkit.records.declaration.rule import Broken, RuleContext, Rules
from fieldkit.records.fields.formats import CODE, LONG_TEXT, PAST_DATE, TEXT, Choice, Reference

_FLOW = "PM Vishwakarma Guidelines v30.0, stages 1 to 3"
_STAGES = {
    "1": "Gram Panchayat",
    "2": "district",
    "3": "screening",
}


class Verification(Record, table=True):
    """A decision on an artisan's application at stage 1, 2 or 3."""

    title = "Decision"
    order = "decided_on"
    match_keys = (("beneficiary_id", "stage", "decided_on"),)
    actions = {"beneficiary_id": Action("v", "decide")}
    milestones = tuple(
        Milestone(
            1 + int(stage),
            f"stage {stage}",
            when(stage=stage, decision="APPROVED"),
            when(stage=stage, decision="REJECTED"),
            about="beneficiary_id",
        )
        for stage in _STAGES
    )
    decides = Decision(
        "beneficiary_id",
        stage="stage",
        outcome="decision",
        approve="APPROVED",
        reject="REJECTED",
        on="decided_on",
        by="decided_by",
        reason="reason",
        ended=when(status="WITHDRAWN"),
        stands="status",
        becomes={
            (stage, outcome): f"S{stage}_{outcome}"
            for stage in _STAGES
            for outcome in ("APPROVED", "REJECTED")
        },
    )
    lifecycle = Lifecycle(
        "decision",
        Step("", "received", on="received_on"),
        Step("APPROVED", "decided", on="decided_on", also=("REJECTED", "RETURNED"), early=True),
    )

    beneficiary_id: str | None = field(
        "Artisan",
        Reference(("beneficiary",)),
        section="Decision",
        required="a decision is about one artisan",
        uses=Use.LIST,
    )
    stage: str | None = field(
        "Stage",
        Choice("verification_stage"),
        required="each stage is decided by another body",
        uses=Use.LIST,
    )
    decision: str | None = field(
        "Decision", Choice("decision"), required="it is what the record is about", uses=Use.LIST
    )
    reason: str | None = field("Reason", LONG_TEXT, applies=when(decision=("REJECTED", "RETURNED")))
    received_on: date | None = field("Received", PAST_DATE)
    decided_on: date | None = field("Decided", PAST_DATE, uses=Use.LIST)
    decided_by: str | None = field("Decided by (office)", TEXT)
    meeting_no: str | None = field(
        "Committee meeting number",
        CODE,
        "As in the minutes.",
        applies=when(stage=("2", "3")),
    )
    programme_id: str | None = field(
        "Meeting, as entered here", Reference(("programme",)), applies=when(stage="3")
    )

    def label(self) -> str:
        """Name the stage, what was decided, and by which body."""
        return self._named(Choice("decision").show(self.decision).casefold() or "open")

    def step_event(self, step: Step | None) -> str:
        """Say the stage, its body and the decision, or that the application came in."""
        if step and step is not self.step():
            return self._named(step.word)
        return self.label() + (f" ({self.reason})" if self.reason else "")

    def _named(self, word: str) -> str:
        body = _STAGES.get(self.stage or "")
        return f"Stage {self.stage} {word}: {body}" if body else f"Decision: {word}"


check = Rules(Verification, _FLOW)


@check(
    "stage",
    severity=Severity.WARN,
    none="No approval at stage {stage} is recorded here.",
    later="Stage {stage} was approved later, on {day:date}. Check the dates.",
)
def stages_in_order(decision: Verification, context: RuleContext) -> Broken | None:
    """A stage is decided after the stage before it was approved."""
    if decision.stage not in {"2", "3"} or not decision.beneficiary_id:
        return None
    stage = str(int(decision.stage) - 1)
    earlier = context.where("verification", beneficiary_id=decision.beneficiary_id, stage=stage)
    approved = [
        one for one in earlier if isinstance(one, Verification) and one.decision == "APPROVED"
    ]
    if not approved:
        return Broken("none", stage=stage)
    first = min((one.decided_on for one in approved if one.decided_on), default=None)
    if first and decision.decided_on and decision.decided_on < first:
        return Broken("later", stage=stage, day=first)
    return None


@check(
    "reason",
    "{decision:decision}: write the reason, the artisan will ask.",
    Severity.WARN,
    source="our own check, not official",
)
def refusal_has_a_reason(decision: Verification, _context: RuleContext) -> Broken | None:
    """The artisan is owed the reason."""
    if decision.decision in {"REJECTED", "RETURNED"} and not decision.reason:
        return Broken(decision=decision.decision)
    return None


lifecycle_rules(Verification, source=_FLOW)
