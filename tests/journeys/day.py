"""A first day at a block office, key by key, with what each step shows to someone who looks."""

from __future__ import annotations

from typing import NamedTuple


class Step(NamedTuple):
    """Keys typed in one go, and the words that then stand on the screen."""

    keys: str
    shown: tuple[str, ...]


ARTISANS = [
    ("Ghulam Mohammad Bhat", "S/o Abdul Ahad Bhat", "+91 94190 11432", "Carpenter", "Wathoora"),
    ("Ghulam Mohi-ud-din Bhat", "S/o Ab Rashid Bhat", "9419017710", "Carpenter", "Chadoora"),
    ("Mohd Yousuf Najar", "S/o Ali Mohd Najar", "9419017711", "Carpenter", "Nagam"),
    *(
        (f"{name} Najar", "S/o Sonaullah Najar", f"94190200{number}", "Carpenter", "Wathoora")
        for number, name in enumerate(
            [
                "Abdul",
                "Bashir",
                "Farooq",
                "Gulzar",
                "Hilal",
                "Imtiyaz",
                "Javid",
                "Khursheed",
                "Latief",
                "Manzoor",
                "Nazir",
                "Owais",
                "Parvaiz",
                "Qaiser",
                "Riyaz",
                "Shabir",
                "Tariq",
                "Umar",
            ],
            start=10,
        )
    ),
]
"""The roster: more than the 20 that are enrolled."""
ROSTER = "\n".join(
    [
        "Artisans of Block Chadoora,,,,,",
        'Sl. No.,Name of Beneficiary,"S/o, D/o, W/o",Mobile No.,Trade,Village',
        *(f"{number},{','.join(one)}" for number, one in enumerate(ARTISANS, 1)),
        "",
    ]
)
ENROLLED = [mobile.replace(" ", "")[-10:] for _, _, mobile, _, _ in ARTISANS[:20]]
MEMBERS = [
    ("Aisha Begum", "Ahad Dar", "1980", "7006100210"),
    ("Bilquees Begum", "Bashir Dar", "1981", "7006100211"),
    ("Dilshada Begum", "Fayaz Dar", "1982", "7006100212"),
    ("Posha Begum", "Qadir Dar", "1989", "7006100219"),
    ("Rafiqa Begum", "Rashid Dar", "1990", "7006100220"),
    ("Zooni Begum", "Wali Dar", "1991", "7006100221"),
]

FIRST_RUN = [
    Step("asha jan<enter>", ("2 of 3", "Asha Jan", "District")),
    Step("budgam<enter>", ("3 of 3", "Budgam", "Block")),
    Step("chadoora<enter>", ("Protect this laptop", "New passphrase")),
    Step("<esc>", ("Block Chadoora, Budgam", "Find or new", "no records yet")),
]


def _find() -> list[Step]:
    return [
        Step("gulam mohd bat wathora", ("> Ghulam Mohammad Bhat", "s/o Abdul Ahad Bhat")),
        Step("<enter>", ("Ghulam Mohammad Bhat", "Carpenter", "t training", "e edit")),
        Step("<esc>", ("TODAY", "Find or new")),
    ]


def _register() -> list[Step]:
    return [
        Step("rubeena jan", ("egister Rubeena Jan",)),
        Step("<ctrl+n>", ("New artisan", "> s/o, d/o or w/o")),
        Step("d<enter>mohd yousuf dar<enter>", ("D/o (daughter of)", "Woman", "> Born")),
        Step("12041991<enter>", ("12 Apr 1991", "> Mobile")),
        Step("94190 1153<enter>", ("9 digits: 1 missing", "> Aadhaar, last four")),
        Step("0143<enter>gen<enter>", ("General", "> Village")),
        Step("Wathoora<enter>tailor<enter>n<enter>", ("Before stage 1", "> Ration card")),
        Step("<pgdn>jaka0wathr<enter>", ("▲ An IFSC has 11", "2 to correct")),
        Step("1234567890123<ctrl+s>", ("2 to correct. Mobile: 9 digits: 1 missing", "> Mobile")),
        Step("2<ctrl+s>", ("IFSC: An IFSC has 11 characters", "> IFSC")),
        Step("<ctrl+u>jaka0wathar<ctrl+s>", ("IFSC: type it once more", "once more")),
        Step("wathar<enter>", ("Account number: type it once more",)),
        Step("1234567890123<enter>", ("Saved: Rubeena Jan", "t training")),
        Step("<esc>", ("TODAY", "○ Rubeena Jan")),
    ]


def _group() -> list[Step]:
    steps = [
        Step("2<enter><ctrl+n>", ("New self-help group", "> Name")),
        Step("Noor SHG<enter>Wathoora<enter><enter>0502 2026<enter>", ("05 Feb 2026",)),
        Step("<ctrl+s>", ("Saved: Noor SHG", "m member")),
        Step("m", ("Find", "who is registered already")),
        Step("<ctrl+n>", ("New member", "> Name", "Noor SHG, Wathoora")),
    ]
    for place, (name, kin, born, mobile) in enumerate(MEMBERS):
        typed = f"{name}<enter>w<enter>{kin}<enter>{born}<enter>{mobile}<enter>"
        steps.append(Step(typed, (name, kin, "W/o (wife of)", "> Aadhaar, last four")))
        last = place == len(MEMBERS) - 1
        steps.append(
            Step("<ctrl+s>", (f"MEMBERS  {len(MEMBERS)}",))
            if last
            else Step("<ctrl+n>", (f"Saved: {name}", "> Name", "Noor SHG, Wathoora"))
        )
    return [*steps, Step("<esc><esc>", ("TODAY", "○ Zooni Begum"))]


def _training() -> list[Step]:
    return [
        Step("4<enter><ctrl+n>", ("New training", "> Kind")),
        Step("basic<enter>Joinery Wathoora<enter>carp<enter>", ("Carpenter", "> First day")),
        Step("0510 2026<enter>1010 2026<enter>", ("05 Oct 2026", "10 Oct 2026", "> Centre")),
        Step("<enter>Wathoora<ctrl+s>", ("Saved: Joinery Wathoora", "m enrol")),
        Step("m", ("0 on the list",)),
        *(
            Step(f"{mobile}<enter>", (f"{place} on the list", "On the list: "))
            for place, mobile in enumerate(ENROLLED, 1)
        ),
        Step("<esc>", ("ENROLMENTS  20",)),
        Step("<esc><esc>", ("TODAY", "LAST SAVED")),
    ]


def _toolkit() -> list[Step]:
    opened = "5<enter>9419011432<enter>"
    saved = ("TODAY", "○ Ghulam Mohammad Bhat")
    return [
        Step(opened, ("New toolkit", "Ghulam Mohammad Bhat", "> Set chosen")),
        Step("1<enter>1510 2026<ctrl+s>", saved),
        Step(opened + "<down>voucher<enter>", ("Ghulam Mohammad Bhat", "> Voucher number")),
        Step("ER12345678<enter>15000<enter>2010 2026<enter>", ("Rs 15,000", "20 Oct 2026")),
        Step("2004 2027<ctrl+s>", saved),
        Step(opened + "<down>order<enter>", ("> Voucher used",)),
        Step("2210 2026<enter>2210 2026<enter>Jehlum Tools<ctrl+s>", saved),
        Step(opened + "<down>booked<enter>", ("> Dispatched",)),
        Step("2610 2026<enter>delhi<enter>el123456785in<ctrl+s>", saved),
        Step(opened + "<down>parcel<enter>", ("> At the post office",)),
        Step("0411 2026<enter>Chadoora SO<ctrl+s>", saved),
        Step(opened + "<down>delivered<enter>", ("> Delivered",)),
        Step("1011 2026<enter>", ("10 Nov 2026", "> Received by")),
        Step("1<enter>1<ctrl+s>", saved),
        Step("9419011432<enter>", ("Toolkit handed over", "Carpenter, Set A")),
        Step("<esc>", ("TODAY", "Find or new")),
    ]


WORK = [*_find(), *_register(), *_group(), *_training(), *_toolkit()]
UNFINISHED = [
    Step("<ctrl+n>", ("New artisan", "> Name")),
    Step("shaista bano<enter>", ("Shaista Bano", "> s/o, d/o or w/o")),
    Step("w<enter>", ("W/o (wife of)", "> Father or husband")),
    Step("nazir ahmad<enter>", ("Nazir Ahmad", "> Born")),
    Step("1991<enter>", ("1991, 3", "> Mobile")),
]
