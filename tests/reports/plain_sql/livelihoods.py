"""Markets, products and support; convergence, farm practices and producer organisations."""

from __future__ import annotations

from collections.abc import Mapping

EVENTS = "FROM market_event WHERE dated(starts_on) AND here(block)"
OUTLETS = "FROM outlet WHERE coalesce(status, '') <> 'CLOSED' AND dated(opened_on) AND here(block)"
PRODUCTS = "FROM product WHERE delisted_on IS NULL AND dated(listed_on) AND here(block)"
ONLINE = f"SELECT count(*) {PRODUCTS} AND platform IN ('AMAZON', 'FLIPKART', 'MEESHO')"
SUPPORTS = "SELECT count(*) FROM support WHERE dated(given_on) AND here(block)"
UDYAM = "SELECT count(udyam) FROM enterprise WHERE dated(started_on) AND here(block)"

MARKETS = {
    "saras_melas": f"SELECT count(*) {EVENTS} AND event_kind = 'SARAS'",
    "exhibitions": f"SELECT count(*) {EVENTS} AND event_kind = 'EXHIB'",
    "buyer_meets": f"SELECT count(*) {EVENTS} AND event_kind = 'BSM'",
    "stalls": f"SELECT total(stalls) {EVENTS}",
    "groups_there": f"SELECT total(groups) {EVENTS}",
    "event_sales": f"SELECT total(sales) {EVENTS}",
    "district_haats": f"SELECT count(*) {OUTLETS} AND outlet_kind = 'DHAAT'",
    "women_haats": f"SELECT count(*) {OUTLETS} AND outlet_kind = 'UHAAT'",
    "airport_outlets": f"SELECT count(*) {OUTLETS} AND outlet_kind = 'AIRPORT'",
    "outlet_sales": f"SELECT total(sales) {OUTLETS}",
    "products_online": ONLINE,
    "artisan_products": f"{ONLINE} AND beneficiary_id IS NOT NULL",
    "products": f"SELECT count(*) {PRODUCTS}",
    "product_sales": f"SELECT total(sales) {PRODUCTS}",
    "gi_products": f"SELECT count(*) {PRODUCTS} AND gi_tag = 'yes'",
    "ramp_supports": f"{SUPPORTS} AND programme = 'RAMP'",
    "marketing_supports": f"{SUPPORTS} AND programme = 'PMV' AND beneficiary_id IS NOT NULL",
    "iec_registrations": """
        SELECT count(iec_no) FROM enterprise WHERE dated(iec_on) AND here(block)""",
    "udyam_registrations": UDYAM,
    "udyam_micro": f"{UDYAM} AND udyam_class = 'MICRO'",
    "udyam_small": f"{UDYAM} AND udyam_class = 'SMALL'",
    "udyam_medium": f"{UDYAM} AND udyam_class = 'MEDIUM'",
}

BENEFITS = "FROM convergence WHERE dated(given_on) AND here(block)"
PRACTICES = "FROM farm_practice WHERE dated(adopted_on) AND here(block)"
YEARS = "FROM producer_year WHERE dated(as_on) AND here(block)"
CONVERGENCE = {
    "converged": f"SELECT count(DISTINCT member_id) {BENEFITS}",
    "benefits": f"SELECT count(*) {BENEFITS}",
    "benefit_value": f"SELECT total(amount) {BENEFITS}",
    "hadp_benefits": f"SELECT count(*) {BENEFITS} AND scheme = 'HADP'",
    "mahila_kisans": f"SELECT count(DISTINCT member_id) {PRACTICES}",
    "practices": f"SELECT count(*) {PRACTICES}",
    "crop_women": f"SELECT count(DISTINCT member_id) {PRACTICES} AND component = 'CROP'",
    "livestock_women": f"SELECT count(DISTINCT member_id) {PRACTICES} AND component = 'LIVESTOCK'",
    "fpos": """
        SELECT count(*) FROM producer_organisation
        WHERE dated(coalesce(registered_on, formed_on)) AND here(block)""",
    "fpo_members": """
        SELECT total(members) FROM (
            SELECT block, members, row_number() OVER (
                PARTITION BY producer_organisation_id ORDER BY fy DESC, as_on DESC, id DESC
            ) AS place FROM producer_year WHERE members IS NOT NULL AND dated(as_on)
        ) WHERE place = 1 AND here(block)""",
    "fpo_credit": f"SELECT total(loan) {YEARS}",
    "fpo_turnover": f"SELECT total(turnover) {YEARS}",
    "fpo_products": f"SELECT count(produce) {YEARS}",
}

SQL: Mapping[str, Mapping[str, str]] = {"market_access": MARKETS, "convergence": CONVERGENCE}
