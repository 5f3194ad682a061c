"""Limits of the schemes as records, and figures with decimals, through a laptop's database."""

from __future__ import annotations

from pathlib import Path

from fieldkit.files import load
from fieldkit.records import Value, kinds
from fieldkit.screens.form.entry.form_fields import FormFields
from fieldkit.screens.form.reading import start
from fieldkit.store import Edit, Store

TOOLKITS = "state,voucher_value,selected_on,artisan\nORDERED,20000,01/02/2026,{}\n"


def ready(store: Store) -> str:
    store.init("Asha", 2, 16)
    artisan = {"name": "Zaina Bhat", "trade_code": "TAIL"}
    return store.save([Edit(kinds()["beneficiary"], artisan)], "Asha")[0].id


def raise_the_limit(store: Store) -> None:
    limit: dict[str, Value] = {"limit_name": "TOOLKIT_VALUE", "amount": 20_000, "source": "Order 7"}
    store.save([Edit(kinds()["scheme_limit"], limit | {"district": 2})], "Asha")


def voucher(artisan: str) -> Edit:
    values: dict[str, Value] = {"state": "ORDERED", "voucher_value": 20_000}
    days = frozenset({"ordered_on", "issued_on", "selected_on"})
    return Edit(kinds()["toolkit"], values | {"beneficiary_id": artisan}, confirmed=days)


def said(store: Store, artisan: str) -> set[str]:
    return {one.rule for one in store.judge(voucher(artisan))}


def test_a_save_reads_the_limit_of_the_record(store: Store) -> None:
    artisan = ready(store)
    assert "voucher_within_limit" in said(store, artisan)
    raise_the_limit(store)
    assert "voucher_within_limit" not in said(store, artisan)


def test_a_form_reads_the_limit_while_it_is_filled(store: Store) -> None:
    artisan, kind = ready(store), kinds()["toolkit"]

    def noted() -> str:
        found = start(store, kind, None, "Asha")
        form = FormFields(kind, None, found.place, found.limits)
        form.fill({"beneficiary_id": artisan, "state": "ORDERED", "voucher_value": "20000"})
        form.judge(["voucher_value"])
        return form.fields["voucher_value"].finding

    assert "at most Rs 15,000" in noted()
    raise_the_limit(store)
    assert not noted()


def test_an_import_reads_the_limit(store: Store, tmp_path: Path) -> None:
    artisan, path = ready(store), tmp_path / "toolkits.csv"
    path.write_text(TOOLKITS.format(artisan), encoding="utf-8")
    assert load(store, "toolkit", path, operator="Asha").imported == 0
    raise_the_limit(store)
    assert load(store, "toolkit", path, operator="Asha").imported == 1


def test_a_figure_with_decimals_is_kept_as_published(store: Store) -> None:
    ready(store)
    values: dict[str, Value] = {"metric": "toolkits_delivered", "target_kind": "REPORTED"}
    share = store.save([Edit(kinds()["target"], values | {"low": 99.3, "source": "S4"})], "Asha")
    kept = store.get("target", share[0].id)
    assert kept is not None
    assert kept.value("low") == 99.3
    assert kept.line()["low"] == "99.3"
    whole = Edit(kinds()["target"], {"low": 154_881.0}, id=share[0].id)
    store.save([whole], "Asha")
    kept = store.get("target", share[0].id)
    assert kept is not None
    assert kept.line()["low"] == "1,54,881"
