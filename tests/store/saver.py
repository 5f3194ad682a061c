"""A program that saves without end and says of each save, once it has returned, what it holds.

``python saver.py HOME SEED``: it saves singly, groups with their members, loads and drafts, and
prints one line of JSON each, until it is killed.
"""

import json
import random
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from fieldkit.protocol.change import Op
from fieldkit.records import Value
from fieldkit.records.artisans.beneficiary import Beneficiary
from fieldkit.records.community.member import Member
from fieldkit.records.community.self_help_group import SelfHelpGroup
from fieldkit.store import Draft, Edit, Saved, Store


def acknowledge(what: str, **known: object) -> None:
    print(json.dumps({"what": what, **known}), flush=True)


class Saver:
    """One hand at the keyboard, with a habit of its own."""

    def __init__(self, home: Path, seed: int) -> None:
        self.store = Store.open(home)
        self.chance = random.Random(seed)
        self.ids = [record.id for record in self.store.each("beneficiary")]

    def run(self) -> None:
        ways = (self.single, self.single, self.change, self.group, self.load, self.draft)
        acknowledge("ready")
        while True:
            self.chance.choice(ways)()

    def fields(self) -> dict[str, Value]:
        number = self.chance.randrange(10**8)
        return {"name": f"N{number}", "trade_code": "CARP", "mobile": f"94{number:08}"}

    def told(self, what: str, saved: Iterator[Saved], name: Value) -> None:
        rows = [(one.id, one.seq, str(one.op)) for one in saved]
        acknowledge(what, saved=rows, name=name)

    def single(self) -> None:
        fields = self.fields()
        draft = self.store.drafts.keep(Draft("beneficiary", "Asha", texts={"name": "being typed"}))
        left = replace(draft, texts={})
        saved = self.store.save([Edit(Beneficiary, fields)], "Asha", left=left)
        self.ids.append(saved[0].id)
        self.told("single", iter(saved), fields["name"])
        acknowledge("gone", draft=draft.id)

    def change(self) -> None:
        if self.ids:
            chosen, name = self.chance.choice(self.ids), self.fields()["name"]
            gone = self.chance.random() < 0.1
            edit = Edit(Beneficiary, {"name": name}, id=chosen, op=Op.DELETE if gone else None)
            if gone:
                self.ids.remove(chosen)
            self.told("change", iter(self.store.save([edit], "Asha")), None if gone else name)

    def group(self) -> None:
        group = self.store.new_id()
        members = [
            Edit(Member, {"name": f"M{place}", "self_help_group_id": group})
            for place in range(self.chance.randrange(1, 12))
        ]
        saved = self.store.save([Edit(SelfHelpGroup, {"name": "Noor"}, id=group), *members], "Asha")
        self.told("group", iter(saved), None)

    def load(self) -> None:
        fields = [self.fields() for _ in range(self.chance.randrange(1, 60))]
        fates = self.store.load([Edit(Beneficiary, one) for one in fields], "Asha")
        self.told("load", (fate for fate in fates if isinstance(fate, Saved)), None)

    def draft(self) -> None:
        draft = self.store.drafts.keep(Draft("beneficiary", "Asha", texts={"name": "G"}))
        for length in range(2, 5):
            draft = self.store.drafts.keep(replace(draft, texts={"name": "Ghulam"[:length]}))
            acknowledge("draft", draft=draft.id, text=draft.texts["name"])


if __name__ == "__main__":
    Saver(Path(sys.argv[1]), int(sys.argv[2])).run()
