"""What CC&B's catalogue decides: which way a stream is read, what is skipped, what fails, what is warned of."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from customer360 import sources
from customer360.models import Customer
from sync import mapping, streams
from sync.checks import check_stream
from sync.models import Bookmark, RejectedRow, SyncRun
from sync.reading import ColumnName, reading
from sync.services import run_streams
from sync.simulators.ccb import catalogue as simulated
from sync.stream import FieldMap, Stream, Variant
from sync.streams import by_name
from sync.systems import SourceError, StreamSkipped, open_reader
from sync.systems.catalogue import Catalogue, CatalogueColumn
from sync.systems.ccb.dictionary import tables_of
from sync.systems.fitting import WIDENED, fit
from tests.sync.support import CCB_STREAMS, TODAY, Ccb, contents, run_all, run_one

CUSTOMERS = by_name("ccb.customers")

BY_CONTACT_DETAIL = Variant(
    needs=("C1_PER_CONTDET",),
    source="""
        CI_PER p
        LEFT JOIN CI_PER_NAME n ON n.PER_ID = p.PER_ID AND n.PRIM_NAME_SW = 'Y'
        LEFT JOIN C1_PER_CONTDET t ON t.PER_ID = p.PER_ID AND t.COMM_RTE_TYPE_CD = 'HOMEPHONE'
        LEFT JOIN CI_PREM m ON m.PREM_ID = p.PER_ID
    """,
    fields=(FieldMap("t.CONTACT_VALUE", "phone"),),
)
TWO_WAYS = replace(CUSTOMERS, variants=(BY_CONTACT_DETAIL,))


def delivered(*without: str, empty: tuple[str, ...] = (), **widths: int) -> Catalogue:
    """The catalogue of CC&B as it is delivered, without some tables or columns, with widths of its own."""
    tables = {
        name: {
            column.name: CatalogueColumn(column.type, widths.get(column.name, column.length), column.scale)
            for column in table.columns
            if f"{name}.{column.name}" not in without
        }
        for name, table in simulated.tables().items()
        if name not in without
    }
    return Catalogue("CISADM", tables, frozenset(empty))


# What a stream reads


def test_a_stream_reads_the_columns_that_its_query_names_anywhere() -> None:
    read = reading(CUSTOMERS)
    assert "CI_PER_PHONE" in read.tables
    assert ColumnName("CI_PER_NAME", "PRIM_NAME_SW") in read.columns, "of an ORDER BY inside a joined query"
    assert ColumnName("CI_ACCT_PER", "PER_ID") in read.columns, "of an EXISTS"
    assert read.values["name"] == {ColumnName("CI_PER_NAME", "ENTITY_NAME")}, "through the joined query"
    assert read.values["city"] == {ColumnName("CI_PER", "CITY"), ColumnName("CI_PREM", "CITY")}, "either branch"
    assert reading(by_name("ccb.bills")).values["amount_due"] == frozenset(), "a sum is nobody's value"


@pytest.mark.parametrize("stream", CCB_STREAMS, ids=lambda stream: stream.name)
def test_every_way_to_read_a_stream_names_columns_of_ccb(stream: Stream) -> None:
    for way in stream.readings:
        for name in reading(way).columns:
            assert simulated.tables()[name.table].column(name.column)


@pytest.mark.parametrize("stream", CCB_STREAMS, ids=lambda stream: stream.name)
def test_a_stream_fits_the_delivered_catalogue_without_a_warning(stream: Stream) -> None:
    assert fit(stream, delivered()).warnings == ()


# Which way it is read


def test_a_variant_is_taken_where_its_tables_are_there_and_hold_rows() -> None:
    fitted = fit(TWO_WAYS, delivered()).stream
    assert fitted.source == BY_CONTACT_DETAIL.source
    assert fitted.field_map("phone").theirs == "t.CONTACT_VALUE"
    assert fitted.field_map("email") == CUSTOMERS.field_map("email"), "lines it does not name stay"
    assert [line.ours for line in fitted.fields] == [line.ours for line in CUSTOMERS.fields]


@pytest.mark.parametrize(
    "catalogue",
    [delivered("C1_PER_CONTDET"), delivered(empty=("C1_PER_CONTDET",))],
    ids=["not there", "not used"],
)
def test_without_what_a_variant_needs_the_stream_is_read_its_own_way(catalogue: Catalogue) -> None:
    assert fit(TWO_WAYS, catalogue).stream.source == CUSTOMERS.source


def test_a_variant_may_need_a_column_alone() -> None:
    stream = replace(CUSTOMERS, variants=(replace(BY_CONTACT_DETAIL, needs=("C1_PER_CONTDET.CONTACT_VALUE",)),))
    assert fit(stream, delivered(empty=("C1_PER_CONTDET",))).stream.source == BY_CONTACT_DETAIL.source
    assert fit(stream, delivered("C1_PER_CONTDET.CONTACT_VALUE")).stream.source == CUSTOMERS.source


def test_a_variant_that_fills_a_field_of_its_own_or_needs_nothing_is_an_error() -> None:
    for variant in (
        replace(BY_CONTACT_DETAIL, needs=()),
        replace(BY_CONTACT_DETAIL, fields=(FieldMap("t.CONTACT_VALUE", "fax"),)),
    ):
        assert "sync.E209" in {error.id for error in check_stream(replace(CUSTOMERS, variants=(variant,)))}
    assert list(check_stream(TWO_WAYS)) == []


def test_the_catalogue_is_asked_for_every_table_of_every_way() -> None:
    named = tables_of([replace(TWO_WAYS, needs=("D1_SP",))])
    assert {"CI_PER_PHONE", "C1_PER_CONTDET", "D1_SP"} <= set(named)


# What is missing


def test_a_missing_optional_table_skips_and_names_it() -> None:
    with pytest.raises(StreamSkipped, match=r"CC&B has no table CISADM\.CI_PREM"):
        fit(replace(CUSTOMERS, needs=("CI_PREM",), variants=()), delivered("CI_PREM"))


def test_a_missing_table_or_column_is_named_with_what_to_do() -> None:
    with pytest.raises(SourceError, match=r"CISADM\.CI_PREM is missing or not granted\. Grant SELECT"):
        fit(CUSTOMERS, delivered("CI_PREM"))
    with pytest.raises(SourceError, match=r"no column CISADM\.CI_PER\.EMAILID\. Compare the release .* ccb\.customers"):
        fit(CUSTOMERS, delivered("CI_PER.EMAILID"))


# What has grown


def test_a_widened_column_is_a_warning_that_names_both_widths() -> None:
    (warning,) = fit(CUSTOMERS, delivered(EMAILID=400)).warnings
    assert (warning["field"], warning["rows"]) == ("email", None)
    assert "CI_PER.EMAILID takes 400 characters and email only 254" in warning["detail"]


def test_a_widened_amount_is_a_warning_in_digits() -> None:
    fields = [warning["detail"] for warning in fit(by_name("ccb.payments"), delivered(PAY_AMT=20)).warnings]
    assert any("CI_PAY.PAY_AMT takes 18 digits before the point" in detail for detail in fields)


# What is said of it elsewhere


def test_the_mapping_tells_where_else_a_field_may_come_from(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mapping, "STREAMS", (replace(TWO_WAYS, needs=("CI_PREM",)),))
    told = mapping.document()
    assert "Skipped where CC&B has no `CI_PREM`." in told
    assert "Where CC&B uses `C1_PER_CONTDET`, these come from elsewhere: `phone` from `t.CONTACT_VALUE`" in told


@pytest.mark.usefixtures("mirror")
def test_a_part_that_this_ccb_never_had_makes_its_data_no_older(monkeypatch: pytest.MonkeyPatch) -> None:
    alerts = "ccb.account-alerts"
    optional = tuple(replace(s, needs=("CI_ALERT_TYPE_L",)) if s.name == alerts else s for s in CCB_STREAMS)
    monkeypatch.setattr(streams, "STREAMS", optional)
    Bookmark.objects.filter(stream=alerts).update(last_success_at=None)
    SyncRun.objects.filter(stream=alerts).delete()
    (before,) = sources.states(["ccb"])
    SyncRun.objects.create(stream=alerts, mode=SyncRun.Mode.FULL, business_date=TODAY, state=SyncRun.State.SKIPPED)
    (after,) = sources.states(["ccb"])
    assert (before.freshness, after.freshness) == (sources.Freshness.NEVER, sources.Freshness.FRESH)


# Over the wire


@pytest.fixture
def only_customers(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The registry with the customers' stream read in two ways, and the premises' optional."""
    changed = tuple(
        TWO_WAYS if s is CUSTOMERS else replace(s, needs=("CI_PREM",)) if s.name == "ccb.premises" else s
        for s in CCB_STREAMS
    )
    monkeypatch.setattr(streams, "STREAMS", changed)
    yield


def test_the_reader_s_catalogue_is_that_of_the_ccb_at_hand(ccb: Ccb, only_customers: None) -> None:
    ccb.control.arm("hide-table", name="CI_PREM_TYPE_L")
    ccb.control.arm("hide-column", name="CI_PER.EMAILID")
    ccb.control.arm("widen-column", name="CI_PER_NAME.ENTITY_NAME", width=300)
    with open_reader(CUSTOMERS.system) as reader:
        found = reader.catalogue
    assert found.owner == "CISADM"
    assert (found.has("CI_PER"), found.has("CI_PREM_TYPE_L")) == (True, False)
    assert (found.has_column("CI_PER", "PER_ID"), found.has_column("CI_PER", "EMAILID")) == (True, False)
    assert (found.width("CI_PER_NAME", "ENTITY_NAME"), found.width("CI_PER", "PER_ID")) == (300, 10)
    assert found.tables["CI_FT"]["CUR_AMT"] == CatalogueColumn("NUMBER", 15, 2)


def test_a_table_that_a_variant_needs_is_in_use_once_it_holds_a_row(ccb: Ccb, only_customers: None) -> None:
    with ccb.control.connection as connection:
        connection.execute("DELETE FROM C1_PER_CONTDET")
    with open_reader(CUSTOMERS.system) as reader:
        assert reader.catalogue.has("C1_PER_CONTDET")
        assert not reader.catalogue.offers("C1_PER_CONTDET")
    ccb.control.insert("C1_PER_CONTDET", C1_CONTACT_ID="0000000001", PER_ID="0000000001")
    with open_reader(CUSTOMERS.system) as reader:
        assert reader.catalogue.offers("C1_PER_CONTDET")
        assert reader.fitted(TWO_WAYS).stream.source == BY_CONTACT_DETAIL.source


@pytest.mark.usefixtures("mirror")
def test_a_widened_column_is_told_and_what_fits_is_taken(ccb: Ccb) -> None:
    ids = ccb.ids("SELECT PER_ID FROM CI_ACCT_PER WHERE MAIN_CUST_SW = 'Y' ORDER BY PER_ID LIMIT 2")
    ccb.control.arm("widen-column", name="CI_PER.EMAILID", width=400)
    with ccb.control.connection as connection:
        for key, address in zip(ids, ("x" * 300, "fits@example.com"), strict=True):
            connection.execute("UPDATE CI_PER SET EMAILID = ? WHERE PER_ID = ?", (address, key))
    run, _ = run_one(CUSTOMERS.name)
    assert run.state == SyncRun.State.DONE
    rejected = RejectedRow.objects.filter(stream=CUSTOMERS.name, field="email", closed_at=None)
    assert list(rejected.values_list("record_key", "reason")) == [(ids[0], RejectedRow.Reason.TOO_LONG)]
    assert [w["detail"].startswith(WIDENED) for w in run.warnings if w["field"] == "email"] == [True]
    assert Customer.objects.get(pk=ids[1]).email == "fits@example.com"


@pytest.mark.usefixtures("mirror")
def test_a_dropped_column_stops_its_stream_alone(ccb: Ccb) -> None:
    ccb.control.arm("hide-column", name="CI_PREM.LS_SL_FLG")
    before = contents()
    runs = run_all()
    assert {name for name, run in runs.items() if run.state != SyncRun.State.DONE} == {"ccb.premises"}
    assert "CISADM.CI_PREM.LS_SL_FLG" in runs["ccb.premises"].message
    assert contents() == before


@pytest.mark.usefixtures("mirror")
def test_a_stream_of_an_optional_part_is_skipped_and_nothing_else(ccb: Ccb, monkeypatch: pytest.MonkeyPatch) -> None:
    optional = replace(by_name("ccb.account-alerts"), needs=("CI_ALERT_TYPE_L",))
    ccb.control.arm("hide-table", name="CI_ALERT_TYPE_L")
    runs: Any = run_all_of(optional)
    assert [run.state for run in runs] == [SyncRun.State.SKIPPED]
    assert "CISADM.CI_ALERT_TYPE_L" in runs[0].message
    (state,) = sources.states(["ccb"])
    assert (state.freshness, state.problem) == (sources.Freshness.FRESH, "")


def run_all_of(*chosen: Stream) -> list[SyncRun]:
    """Run streams that the registry does not hold as they are here."""
    return [run for run, _ in run_streams(chosen, business_date=TODAY)]
