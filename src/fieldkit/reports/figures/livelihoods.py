"""Markets, convergence and farm livelihoods."""

from __future__ import annotations

from dataclasses import replace

from fieldkit.reports.declaration.measure import FILLED, OPEN, Measure, Where
from fieldkit.reports.declaration.report import AREA, Dimension, Report, figure


def _event(name: str, label: str, kind: str) -> Measure:
    return Measure(name, label, "market_event", {"event_kind": kind}, "starts_on", "events")


def _outlet(name: str, label: str, kind: str) -> Measure:
    return Measure(
        name,
        label,
        "outlet",
        {"outlet_kind": kind, "status": OPEN},
        "opened_on",
        "outlets",
    )


def _support(name: str, label: str, where: Where) -> Measure:
    return Measure(name, label, "support", where, "given_on", "times")


EVENTS = Measure("market_events", "All market events", "market_event", {}, "starts_on", "events")
SARAS = _event("saras_melas", "SARAS melas", "SARAS")
EXHIBITIONS = _event("exhibitions", "Exhibitions", "EXHIB")
MEETS = _event("buyer_meets", "Buyer-seller meets", "BSM")
STALLS = replace(EVENTS.sum("stalls", "stalls", "Stalls"), unit="stalls")
GROUPS_THERE = replace(EVENTS.sum("groups", "groups_there", "Groups there"), unit="groups")
EVENT_SALES = EVENTS.sum("sales", "event_sales", "Sales at events")
HAATS = _outlet("district_haats", "District Haats", "DHAAT")
WOMEN_HAATS = _outlet("women_haats", "UMEED Women Haats", "UHAAT")
AIRPORT = _outlet("airport_outlets", "Airport outlets", "AIRPORT")
OUTLETS = Measure("outlets", "All outlets", "outlet", {"status": OPEN}, "opened_on", "outlets")
OUTLET_SALES = OUTLETS.sum("sales", "outlet_sales", "Sales at outlets")
LISTED = Measure(
    "products_online",
    "Products on Amazon, Flipkart, Meesho",
    "product",
    {"platform": ("AMAZON", "FLIPKART", "MEESHO"), "delisted_on": None},
    "listed_on",
    "products",
)
ARTISANS_LISTED = LISTED.also("artisan_products", "of them of artisans", {"beneficiary_id": FILLED})
PRODUCTS = Measure(
    "products", "All products", "product", {"delisted_on": None}, "listed_on", "products"
)
PRODUCT_SALES = PRODUCTS.sum("sales", "product_sales", "Sales of products")
BRANDED = PRODUCTS.also("gi_products", "with a GI tag", {"gi_tag": True})
RAMP = _support("ramp_supports", "RAMP support taken", {"programme": "RAMP"})
MARKETING = _support(
    "marketing_supports",
    "Marketing support to artisans",
    {"programme": "PMV", "beneficiary_id": FILLED},
)
IEC = Measure(
    "iec_registrations",
    "Importer-exporter codes",
    "enterprise",
    {"iec_no": FILLED},
    "iec_on",
    "enterprises",
)
UDYAM = Measure(
    "udyam_registrations",
    "Enterprises with Udyam",
    "enterprise",
    {"udyam": FILLED},
    "started_on",
    "enterprises",
)
MICRO = UDYAM.also("udyam_micro", "of them micro", {"udyam_class": "MICRO"})
SMALL = UDYAM.also("udyam_small", "of them small", {"udyam_class": "SMALL"})
MEDIUM = UDYAM.also("udyam_medium", "of them medium", {"udyam_class": "MEDIUM"})
EVENT_KIND = Dimension("event", "Kind of event", {"market_event": "event_kind"})
PLATFORM = Dimension("platform", "Platform", {"product": "platform"})
SUPPORT_KIND = Dimension("support", "Kind of support", {"support": "support_kind"})
MARKETS = Report(
    "market_access",
    "Markets, products and support",
    "R15",
    (
        figure(SARAS),
        figure(EXHIBITIONS),
        figure(MEETS),
        figure(STALLS),
        figure(GROUPS_THERE),
        figure(EVENT_SALES),
        figure(HAATS),
        figure(WOMEN_HAATS),
        figure(AIRPORT),
        figure(OUTLET_SALES),
        figure(LISTED),
        figure(ARTISANS_LISTED),
        figure(PRODUCTS),
        figure(PRODUCT_SALES),
        figure(BRANDED),
        figure(RAMP),
        figure(MARKETING),
        figure(IEC),
        figure(UDYAM),
        figure(MICRO),
        figure(SMALL),
        figure(MEDIUM),
    ),
    by=(AREA, EVENT_KIND, PLATFORM, SUPPORT_KIND),
    notes=("Outlets that are closed and products no longer listed are not counted.",),
)

BENEFITS = Measure("benefits", "Benefits given", "convergence", {}, "given_on", "benefits")
CONVERGED = Measure(
    "converged",
    "Members converged",
    "convergence",
    {"member_id": FILLED},
    "given_on",
    "persons",
    distinct=("member_id",),
)
VALUE = BENEFITS.sum("amount", "benefit_value", "Value of benefits")
HADP = BENEFITS.also("hadp_benefits", "of them HADP", {"scheme": "HADP"})
PRACTICES = Measure(
    "practices", "Farm practices taken up", "farm_practice", {}, "adopted_on", "times"
)
KISANS = Measure(
    "mahila_kisans",
    "Mahila Kisans",
    "farm_practice",
    {},
    "adopted_on",
    "persons",
    distinct=("member_id",),
)
CROPS = KISANS.also("crop_women", "with crops", {"component": "CROP"})
LIVESTOCK = KISANS.also("livestock_women", "with livestock", {"component": "LIVESTOCK"})
FPOS = Measure(
    "fpos",
    "Producer organisations",
    "producer_organisation",
    {},
    ("registered_on", "formed_on"),
    "organisations",
)
FPO_MEMBERS = Measure(
    "fpo_members",
    "their members",
    "producer_year",
    {},
    "as_on",
    "persons",
    "members",
    latest=("producer_organisation_id", "fy", "as_on"),
    definition="Of each organisation, those of the last year entered.",
)
FPO_CREDIT = Measure("fpo_credit", "their credit", "producer_year", {}, "as_on", "Rs", "loan")
FPO_TURNOVER = Measure(
    "fpo_turnover", "their turnover", "producer_year", {}, "as_on", "Rs", "turnover"
)
FPO_PRODUCED = Measure(
    "fpo_products",
    "Years with production entered",
    "producer_year",
    {"produce": FILLED},
    "as_on",
    "entries",
)
DEPARTMENT = Dimension("department", "Department", {"convergence": "department"})
PRACTICE = Dimension("practice", "Practice", {"farm_practice": "practice"})
COMPONENT = Dimension("component", "Crops or livestock", {"farm_practice": "component"})
YEAR = Dimension("year", "Financial year", {"producer_year": "fy"})
CONVERGENCE = Report(
    "convergence",
    "Convergence and farm livelihoods",
    "R17",
    (
        figure(CONVERGED),
        figure(BENEFITS),
        figure(VALUE),
        figure(HADP),
        figure(KISANS),
        figure(PRACTICES),
        figure(CROPS),
        figure(LIVESTOCK),
        figure(FPOS),
        figure(FPO_MEMBERS),
        figure(FPO_CREDIT),
        figure(FPO_TURNOVER),
        figure(FPO_PRODUCED),
    ),
    by=(AREA, DEPARTMENT, COMPONENT, PRACTICE, YEAR),
    notes=("A Mahila Kisan is a member with at least one farm practice; she counts once.",),
)
REPORTS = (MARKETS, CONVERGENCE)
