"""Meters, service points and use on the pages about an account, a premise and a service agreement."""

from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse

from customer360 import selectors
from customer360.models import BilledUse, ServiceAgreement
from customer360.templatetags.portal import quantity
from customer360.visibility.groups import Access, FieldGroup
from customer360.visibility.viewer import Viewer
from tests.factories import (
    TODAY,
    make_account,
    make_agreement,
    make_meter,
    make_meter_read,
    make_point_link,
    make_role,
    make_service_point,
    make_use,
    make_user,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> None:
    """The day that the defaults of records are written for."""
    monkeypatch.setattr("customer360.panels.metering.timezone.localdate", lambda *args: TODAY)


@pytest.fixture
def agreement() -> ServiceAgreement:
    """An electric agreement with an installed meter that was read, the one before it, and a year of use."""
    agreement = make_agreement(make_account(), use_unit="KWH")
    point = make_service_point(agreement.premise, location="Left of the loading dock")
    make_point_link(agreement, point)
    meter = make_meter(point, badge="E-4471020", serial="884512093")
    make_meter_read(meter, reading=Decimal("48210.500000"))
    make_meter(point, badge="E-4471020X", serial="390215488", removed_on=date(2021, 2, 3))
    return agreement


def page(client, agreement, name="service-agreement"):
    """The page about the agreement, or about what it belongs to."""
    key = {"service-agreement": agreement.pk, "premise": agreement.premise_id, "account": agreement.account_id}[name]
    return client.get(reverse(name, args=[key])).content.decode()


def viewer_of_role(role: str = "rep") -> Viewer:
    """A viewer of the delivered role."""
    return Viewer(make_user(role=role))


def use_of(agreement: ServiceAgreement) -> selectors.Use | None:
    """What a rep reads of the agreement's use since the year before last."""
    viewer = viewer_of_role()
    return selectors.use(viewer, selectors.service_agreement(viewer, agreement.pk), since=date(2024, 11, 1))


# Meters


def test_the_agreements_page_shows_its_meters_the_installed_one_first(client_as, agreement) -> None:
    html = page(client_as("rep"), agreement)
    assert html.index("E-4471020<") < html.index("E-4471020X")
    for shown in ("884512093", "48,210.5", "3 Feb 2021", "2 meters"):
        assert shown in html, shown
    assert html.count('<tr class="off"') == 1, "the one that was taken out"


def test_the_premises_page_shows_its_service_points_with_installed_meters(client_as, agreement) -> None:
    make_service_point(agreement.premise, service_type_name="Gas", connection="disconnected")
    html = page(client_as("rep"), agreement, "premise")
    for shown in ("2 service points", "E-4471020<", "Left of the loading dock", "Disconnected"):
        assert shown in html, shown
    assert "E-4471020X" not in html


def test_the_accounts_page_shows_the_meter_beside_the_agreement(client_as, agreement) -> None:
    assert "E-4471020<" in page(client_as("rep"), agreement, "account")


def test_an_agreement_without_a_meter_makes_no_column(client_as) -> None:
    agreement = make_agreement(make_account())
    make_point_link(agreement)
    html = page(client_as("rep"), agreement, "account")
    assert ">Meter</th>" not in html
    assert 'id="points"' not in page(client_as("rep"), agreement)


def test_a_meter_of_a_link_that_has_ended_is_not_the_agreements(client_as, agreement) -> None:
    agreement.service_point_links.update(stopped_on=date(2026, 1, 31))
    assert "E-4471020<" not in page(client_as("rep"), agreement, "account")
    assert "E-4471020<" in page(client_as("rep"), agreement), "its own page still tells which ones it had"


def test_whoever_may_not_see_service_sees_no_meter(client, agreement) -> None:
    role = make_role("teller", {FieldGroup.PROFILE: Access.VIEW, FieldGroup.IDENTITY: Access.VIEW}, scopes=("all",))
    client.force_login(make_user(role=role.name), backend="django.contrib.auth.backends.ModelBackend")
    html = client.get(reverse("account", args=[agreement.account_id])).content.decode()
    assert "E-4471020" not in html and "Meter" not in html


@pytest.mark.parametrize("name", ["service-agreement", "premise", "account"])
def test_a_page_takes_at_most_twelve_queries(
    client_as, agreement, name, settings, django_assert_max_num_queries
) -> None:
    settings.SOURCES_KEPT_FOR_SECONDS = 5
    make_use(agreement)
    client = client_as("rep")
    page(client, agreement, name)
    with django_assert_max_num_queries(12):
        assert "E-4471020" in page(client, agreement, name)


# Use


def test_use_is_summed_by_the_month_in_which_segments_end(agreement) -> None:
    make_use(agreement, date(2026, 10, 21), quantity=Decimal("812.5"))
    make_use(agreement, date(2026, 10, 30), start_date=date(2026, 10, 21), quantity=Decimal(100), is_estimated=True)
    make_use(agreement, date(2025, 10, 20), quantity=Decimal(700))
    found = use_of(agreement)
    assert found is not None and found.unit == "KWH"
    assert found.months[date(2026, 10, 1)] == selectors.MonthOfUse(Decimal("912.5"), 39, True)
    assert found.months[date(2025, 10, 1)] == selectors.MonthOfUse(Decimal(700), 30, False)


def test_a_segment_split_by_time_of_use_counts_once(agreement) -> None:
    whole = make_use(agreement, quantity=Decimal(900))
    for part, amount in (("ON", 300), ("OFF", 600)):
        make_use(agreement, segment_id=whole.segment_id, time_of_use=part, quantity=Decimal(amount))
    make_use(agreement, segment_id=whole.segment_id, unit="KW", quantity=Decimal(12))
    make_use(agreement, segment_id=whole.segment_id, quantity_kind="PEAK", quantity=Decimal(99))
    found = use_of(agreement)
    assert found is not None and found.months == {date(2026, 11, 1): selectors.MonthOfUse(Decimal(900), 30)}


def test_a_segment_told_by_its_parts_alone_is_their_sum(agreement) -> None:
    first = make_use(agreement, time_of_use="ON", quantity=Decimal(300))
    make_use(agreement, segment_id=first.segment_id, time_of_use="OFF", quantity=Decimal(600))
    found = use_of(agreement)
    assert found is not None and found.months == {date(2026, 11, 1): selectors.MonthOfUse(Decimal(900), 30)}


def test_what_was_canceled_or_is_not_frozen_was_not_billed(agreement) -> None:
    for status in (BilledUse.Status.CANCELED, BilledUse.Status.READY, BilledUse.Status.INCOMPLETE):
        make_use(agreement, status=status)
    make_use(agreement, removed_at=datetime(2026, 11, 1, tzinfo=ZoneInfo("UTC")))
    assert use_of(agreement) is None


def test_without_a_unit_of_the_agreement_the_first_lines_is_taken(agreement) -> None:
    ServiceAgreement.objects.update(use_unit=None)
    make_use(agreement, unit="THERM", quantity=Decimal(40))
    found = use_of(agreement)
    assert found is not None and found.unit == "THERM"


def test_the_page_draws_use_and_says_it_in_words(client_as, agreement) -> None:
    make_use(agreement, date(2026, 11, 19), quantity=Decimal("15021.3"), is_estimated=True)
    make_use(agreement, date(2025, 11, 19), quantity=Decimal(14000))
    html = page(client_as("rep"), agreement)
    for shown in (
        "KWH, 13 months", "Billed use in KWH by month", "Show as table", "15,021.3 KWH in 30 days, estimated",
        "a year before it was 14,000 KWH in 30 days",
    ):  # fmt: skip
        assert shown in html, shown


def test_without_use_there_is_no_panel(client_as, agreement) -> None:
    assert 'id="use"' not in page(client_as("rep"), agreement)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("15021.300000", "15,021.3"),
        ("0.000000", "0"),
        ("-140.2", "\u2212140.2"),
        ("1200", "1,200"),
        ("0.000001", "0.000001"),
    ],
)
def test_a_quantity_has_the_decimals_that_it_has(value: str, text: str) -> None:
    assert quantity(Decimal(value)) == text
