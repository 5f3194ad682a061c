"""The base class of every kind, and the functions that read its declarations."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Annotated, ClassVar, Self, TypeVar, cast

from sqlalchemy import JSON, Table
from sqlalchemy.orm import ClassManager, configure_mappers, declared_attr
from sqlalchemy.orm.instrumentation import manager_of_class
from sqlmodel import Field as SQLField
from sqlmodel import SQLModel

from fieldkit.matching import Part
from fieldkit.protocol.change import Json
from fieldkit.records.declaration.action import Action, Days, HandOver, Job
from fieldkit.records.declaration.conversion import Conversion
from fieldkit.records.declaration.decision import Decision
from fieldkit.records.declaration.field import Field, Use
from fieldkit.records.declaration.lifecycle import Lifecycle, Step
from fieldkit.records.declaration.milestone import Milestone
from fieldkit.records.declaration.writers import Writers
from fieldkit.records.fields.formats import Choice, Moment, Reference, Text, Value, Whole, YesNo

if TYPE_CHECKING:
    from fieldkit.records.declaration.rule import Known

_HUMP = re.compile(r"(?<!^)(?=[A-Z])")


class Record(SQLModel):
    """One entry of any kind. Every column but ``id`` and ``district`` may be empty.

    Required is a rule, not a constraint, so that a half-known or older record is always stored.
    """

    # Validators are built when first used: building them all would take a third of the start.
    model_config = {"defer_build": True}

    title: ClassVar[str] = ""
    """What one is called on the screen; the words of the class if not given."""
    plural: ClassVar[str] = ""
    """What several are called; the title with an s if not given."""
    sections: ClassVar[tuple[str, ...]] = ()
    """The order of the form's sections; those not named follow, in order of declaration."""
    order: ClassVar[str] = "name"
    """The field its list is ordered by."""
    match_keys: ClassVar[tuple[tuple[str, ...], ...]] = ()
    """Sets of fields that, if equal, mean that two records are the same; strongest first. A person
    is recognised by :attr:`recognised_by` instead."""
    recognised_by: ClassVar[Mapping[str, Part]] = {}
    """The fields by which a person is recognised, and what each says about the person."""
    actions: ClassVar[Mapping[str, Action]] = {}
    """By reference field: how a record is begun from the page of the record it refers to."""
    job: ClassVar[Job | None] = None
    """The kind's numbered job on Home."""
    marks_days: ClassVar[tuple[Days, ...]] = ()
    """On the days of what the kind marks who was present."""
    hand_over: ClassVar[HandOver | None] = None
    """Set where things of the kind are handed over to people at a camp."""
    person: ClassVar[bool] = False
    """Whether the kind is a person, with a page of their own and a timeline."""
    new_verb: ClassVar[str] = ""
    """The verb for making one ("register"); empty: "new"."""
    home_rank: ClassVar[int] = 0
    """The kind's place among Home's figures, from 1; 0: after those, the largest number first."""
    lifecycle: ClassVar[Lifecycle | None] = None
    """The states it moves through, if it has any."""
    milestones: ClassVar[tuple[Milestone, ...]] = ()
    """The steps on the page of the person it is, or is about."""
    decides: ClassVar[Decision | None] = None
    """Set where its records decide, stage by stage, on those they are about."""
    converts: ClassVar[tuple[Conversion, ...]] = ()
    """The older fields that became records of this kind."""
    writers: ClassVar[Writers] = Writers()
    """Which roles may write its records; the server refuses others' changes."""
    program_log: ClassVar[bool] = False
    """Whether the program writes its records, of what was exported; they are nobody's entries."""

    id: Annotated[str, Field("Number", Text(), system=True)] = SQLField(
        default="", primary_key=True
    )
    district: Annotated[int, Field("District", Choice("record_district"), system=True)] = 0
    block: Annotated[int | None, Field("Block", Choice("block"), system=True)] = None
    created_at: Annotated[int | None, Field("Entered", Moment(), system=True)] = None
    updated_at: Annotated[int | None, Field("Last changed", Moment(), system=True)] = None
    created_by: Annotated[str | None, Field("Entered by", Text(), system=True)] = None
    deleted: Annotated[bool, Field("Deleted", YesNo(), system=True)] = False
    version: Annotated[int | None, Field("Version on the server", Whole(), system=True)] = None
    sent_back: Annotated[str | None, Field("Sent back", Text(longest=700), system=True)] = None
    """Why a supervisor wants it corrected, by whom and when; empty once that is accepted."""
    corrected: Annotated[str | None, Field("Corrected", Text(longest=700), system=True)] = None
    """What was done since it was sent back, by whom and when; the supervisor accepts it."""
    extra: dict[str, Json] = SQLField(default_factory=dict, sa_type=JSON, nullable=True)
    """Fields of a newer version: kept and passed on, never shown."""
    remarks: Annotated[str | None, Field("Remarks", Text(longest=2000), section="Remarks")] = None

    @classmethod
    def __pydantic_init_subclass__(cls, **_options: object) -> None:
        """Name the new kind, and clear the cache of :func:`kinds`."""
        own = vars(cls)
        cls.title = own.get("title") or kind_name(cls).replace("_", " ").capitalize()
        cls.plural = own.get("plural") or f"{cls.title}s"
        kinds.cache_clear()

    @declared_attr.directive
    def __tablename__(cls) -> str:  # noqa: N805
        """Return the table's name in snake_case; SQLModel's default joins the words."""
        return kind_name(cast(type[Record], cls))

    @classmethod
    def kind(cls) -> str:
        """Return the kind's name: the class in snake_case."""
        return kind_name(cls)

    @classmethod
    def table(cls) -> Table:
        """Return the SQLAlchemy table of the kind."""
        return cast(Table, vars(cls)["__table__"])

    @classmethod
    def of(cls, values: Mapping[str, object]) -> Self:
        """Build a record from values already read, as a row is loaded: no validation, 8 x quicker.

        Fields not given take their defaults; ``values`` must name only fields of the kind.
        """
        record = cast(Self, _manager(cls).new_instance())
        held = record.__dict__
        held.update(_defaults(cls))
        held.update(values)
        return record

    @classmethod
    def parts(cls) -> list[str]:
        """Return the names of the kind and of the parts it is made of, its own first."""
        return [kind_name(part) for part in cls.__mro__ if issubclass(part, Record)]

    @classmethod
    def fields(cls) -> Mapping[str, Field]:
        """Return the declarations of all fields by name, in the order of the form."""
        return _fields(cls)

    @classmethod
    def form_fields(cls) -> Mapping[str, Field]:
        """Return the declarations of what a person may enter, fields replaced since included."""
        return {name: field for name, field in cls.fields().items() if not field.system}

    @classmethod
    def asked_fields(cls) -> Mapping[str, Field]:
        """Return the declarations a form asks."""
        return {name: one for name, one in cls.form_fields().items() if not one.replaced_by}

    @classmethod
    def used(cls, use: Use) -> list[str]:
        """Return the names of the fields with this use."""
        return _used(cls, use)

    @classmethod
    def references(cls) -> Mapping[str, Reference]:
        """Return the fields that hold another record's id."""
        return _references(cls)

    @classmethod
    def derive(cls, values: Mapping[str, Value]) -> dict[str, Value]:  # noqa: ARG003
        """Return what follows from ``values`` (a bank from its IFSC), by field.

        The form offers it in fields that are empty or still hold what followed before. A kind or
        part that overrides this adds to what ``super().derive(values)`` gives.
        """
        return {}

    def value(self, name: str) -> Value:
        """Return one field's value."""
        found: Value = self.__dict__[name]
        return found

    def values(self) -> dict[str, Value]:
        """Return every declared field's value by name."""
        held = vars(self)
        return {name: held[name] for name in self.fields()}

    def answer(self, name: str) -> Value:
        """Return one field's value, None where the field does not apply to this record."""
        value, field = self.value(name), self.fields()[name]
        if value is None or not field.applies:
            return value
        conditions = {condition.field: self.value(condition.field) for condition in field.applies}
        return value if field.asked(conditions) else None

    def label(self) -> str:
        """Return what the record is called in a list or a sentence."""
        named = (self.value(name) for name in self.used(Use.NAME))
        return " ".join(str(part) for part in named if part) or f"{self.title} {self.id}"

    def who(self) -> str:
        """Return what tells a person from others of the same name; empty if it is none."""
        return ""

    def standing(self, known: "Known", on: date) -> Sequence[str]:  # noqa: ARG002
        """Return where it stands on a day as other records say, and on what that rests.

        Nothing is stored: each page of a record reads it again. Most kinds say nothing.
        """
        return ()

    def line(self) -> dict[str, str]:
        """Return the columns of the kind's list as people read them, by field."""
        fields = self.fields()
        return {name: fields[name].format.show(self.value(name)) for name in self.used(Use.LIST)}

    def step(self) -> Step | None:
        """Return the step of its lifecycle the record stands at, if that is known."""
        return self.lifecycle.step(self.value(self.lifecycle.field)) if self.lifecycle else None

    def event(self) -> str:
        """Return the sentence on the timeline of the person or group concerned."""
        return self.step_event(self.step()) if self.lifecycle else f"{self.title}: {self.label()}"

    def step_event(self, step: Step | None) -> str:
        """Return the sentence of a step; None: the state is not given or not known here."""
        return f"{self.title} {step.word if step else 'noted'}"

    def happened_on(self) -> date | None:
        """Return the date of :meth:`event`.

        That is the date of the step the record stands at; without a lifecycle, the latest date
        of the fields used as HAPPENED.
        """
        if self.lifecycle:
            step = self.step()
            names = [step.on] if step and step.on else []
        else:
            names = self.used(Use.HAPPENED)
        dates = (self.answer(name) for name in names)
        return max((on for on in dates if isinstance(on, date)), default=None)

    def events(self) -> list[tuple[date | None, str]]:
        """Return the lines of the timeline: date and sentence of each dated step, in order.

        A step without its date has a line only if the record stands there; a kind without a
        lifecycle has one line.
        """
        here = self.step()
        steps = self.lifecycle.steps if self.lifecycle else ()
        dated = [(self.answer(step.on) if step.on else None, step) for step in steps]
        return [
            (on if isinstance(on, date) else None, self.step_event(step))
            for on, step in dated
            if on is not None or step is here
        ] or [(self.happened_on(), self.event())]

    @classmethod
    def on_timeline(cls) -> bool:
        """Say whether records of the kind have a date for the timeline."""
        return bool(cls.lifecycle or cls.used(Use.HAPPENED))


K = TypeVar("K", bound=Record)


def kind_name(kind: type[Record]) -> str:
    """Turn ``SelfHelpGroup`` into ``self_help_group``."""
    return _HUMP.sub("_", kind.__name__).lower()


@cache
def _fields(kind: type[Record]) -> Mapping[str, Field]:
    """Return the declarations by name: section by section, those of every kind and those
    that no form asks last."""
    found: dict[str, Field] = {}
    section = ""
    for name, info in kind.model_fields.items():
        for field in info.metadata:
            if isinstance(field, Field):
                section = field.section or section
                found[name] = field if field.system else _placed(kind, name, field, section)
    headings = [*kind.sections, *(field.section for field in found.values())]

    def place(name: str) -> tuple[bool, int]:
        own = Record.model_fields.get(name)
        common = own is not None and own.metadata == kind.model_fields[name].metadata
        last = common or found[name].system
        return last, 0 if last else headings.index(found[name].section)

    return {name: found[name] for name in sorted(found, key=place)}


def _placed(kind: type[Record], name: str, field: Field, section: str) -> Field:
    """Return the field under its section, with the condition that the lifecycle adds."""
    reached = kind.lifecycle.conditions(name) if kind.lifecycle else ()
    return replace(field, section=section, applies=(*reached, *field.applies))


@cache
def _manager(kind: type[Record]) -> ClassManager[Record]:
    """Return SQLAlchemy's instance factory of a kind, with all mappers configured."""
    configure_mappers()
    return manager_of_class(kind)


@cache
def _defaults(kind: type[Record]) -> Mapping[str, object]:
    """Return the defaults by field; ``extra``, of which each record has its own, is None."""
    fields = kind.model_fields.items()
    return {name: None if info.default_factory else info.get_default() for name, info in fields}


@cache
def _used(kind: type[Record], use: Use) -> list[str]:
    return [name for name, field in kind.fields().items() if use in field.uses]


@cache
def _references(kind: type[Record]) -> Mapping[str, Reference]:
    return {
        name: field.format
        for name, field in kind.fields().items()
        if isinstance(field.format, Reference)
    }


def _subclasses(kind: type[Record]) -> Iterator[type[Record]]:
    for child in kind.__subclasses__():
        if "__table__" in vars(child):
            yield child
        yield from _subclasses(child)


@cache
def kinds() -> Mapping[str, type[Record]]:
    """Return every kind by name, a kind after those it refers to (parents first)."""
    waiting = {kind.kind(): kind for kind in sorted(_subclasses(Record), key=kind_name)}
    ordered: dict[str, type[Record]] = {}
    while waiting:
        ready = [
            name
            for name, kind in waiting.items()
            if not any(
                parent in waiting and parent != name
                for reference in kind.references().values()
                for parent in reference.kinds
            )
        ] or list(waiting)
        for name in ready:
            ordered[name] = waiting.pop(name)
    return ordered
