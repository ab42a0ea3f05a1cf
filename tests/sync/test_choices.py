"""What a site chooses: how it is written, what it does to the streams that use it, and its page in admin."""

from dataclasses import replace
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
import sqlglot
from django.urls import reverse

from customer360.models import (
    Account,
    AccountCustomer,
    AccountSummary,
    Customer,
    FinancialTransaction,
    Note,
    Premise,
    ServiceAgreement,
)
from sync.checks import check_choices
from sync.choices import CHOICES, DEFAULTS, Choice, Form, by_name
from sync.extraction import choices_bound, extraction, question
from sync.models import Bookmark, SiteChoice, SyncRun, site_choices
from sync.simulators.ccb.generator.dirt import UNKNOWN_STATUS
from sync.streams.ccb import ACCOUNTS, CUSTOMERS, NOTES, PREMISES
from tests.sync.support import BOOKKEEPING, CCB_STREAMS, Ccb, run_all, run_one, written, written_since

STORY = "4218665007"

every_choice = pytest.mark.parametrize("choice", CHOICES, ids=lambda choice: choice.name)


def choose(name: str, value: str) -> None:
    """What an administrator's form does."""
    row = SiteChoice.objects.filter(pk=name).first() or SiteChoice(name=name)
    row.value = value
    row.full_clean()
    row.save()


# How a choice is declared and written


@every_choice
def test_its_delivered_value_is_of_its_form(choice: Choice) -> None:
    assert choice.clean(choice.default) == choice.default
    assert by_name(choice.name) is choice


@every_choice
def test_what_it_offers_names_codes_and_numbers_alone(choice: Choice) -> None:
    if not choice.offers:
        return
    tree = sqlglot.parse_one(choice.offers, read="oracle")
    assert [column.alias for column in tree.expressions] == ["CODE", "DESCRIPTION", "RECORDS"]


@pytest.mark.parametrize(
    ("form", "given", "kept"),
    [
        (Form.CODE, " CM-ACREP ", "CM-ACREP"),
        (Form.CODE, "", ""),
        (Form.CODE, "A,B", None),
        (Form.CODE, "X" * 31, None),
        (Form.CODES, "EMAIL, WORK-EMAIL", "EMAIL,WORK-EMAIL"),
        (Form.CODES, "EMAIL,,X", None),
        (Form.PAIRS, "45=20, 46=60", "45=20,46=60"),
        (Form.PAIRS, "45=2", None),
        (Form.PAIRS, "45", None),
        (Form.MONTHS, "25", "25"),
        (Form.MONTHS, "0", None),
        (Form.MONTHS, "x; DROP", None),
    ],
)
def test_a_value_is_kept_without_spaces_or_refused_with_the_rule(form: Form, given: str, kept: str | None) -> None:
    choice = Choice("any", "Any", "Any.", form=form)
    if kept is not None:
        assert choice.clean(given) == kept
        return
    with pytest.raises(ValueError, match=r"^Write "):
        choice.clean(given)


def test_every_bind_is_a_choice_and_every_choice_is_bound() -> None:
    assert list(check_choices(CCB_STREAMS)) == []
    stray = replace(PREMISES, where="m.CIS_DIVISION = :division")
    assert [error.id for error in check_choices((*CCB_STREAMS, stray))] == ["sync.E210"]
    alone = {error.id for error in check_choices((CUSTOMERS,))}
    assert alone == {"sync.E211"}, "choices of the other streams are bound by none"


def test_a_choice_of_one_way_to_read_a_stream_counts() -> None:
    assert {"email_routes", "phone_routes", "inactive_contacts", "phone_types"} <= choices_bound(CUSTOMERS)


def test_the_question_changes_with_a_choice_that_is_bound_and_with_no_other() -> None:
    asked = question(NOTES, language="ENG", choices=DEFAULTS)
    assert asked == question(NOTES, language="ENG", choices={**DEFAULTS, "phone_types": "CELL"})
    assert asked != question(NOTES, language="ENG", choices={**DEFAULTS, "notes_left_out": "CRED/REMINDER"})
    assert asked != question(NOTES, language="SPA", choices=DEFAULTS)
    assert asked != question(replace(NOTES, fields=NOTES.fields[:-1]), language="ENG", choices=DEFAULTS)
    _, binds = extraction(NOTES, language="ENG", choices={**DEFAULTS, "notes_left_out": "CRED/REMINDER"})
    assert binds["notes_left_out"] == "CRED/REMINDER"


@pytest.mark.django_db
def test_a_new_installation_has_every_choice_at_its_delivered_value() -> None:
    assert site_choices() == dict(DEFAULTS)
    SiteChoice.objects.all().delete()
    assert site_choices() == dict(DEFAULTS), "nor does a choice that was never written down stop anything"


# What it does


@pytest.mark.usefixtures("mirror")
class TestInTheStreams:
    """Each choice, set against a loaded mirror, and the run that follows."""

    def test_a_relationship_names_the_representative_where_no_characteristic_does(self, ccb: Ccb) -> None:
        role = AccountCustomer.objects.exclude(is_main=True).select_related("customer").order_by("pk")[0]
        choose("representative_relationship", role.relationship_type)
        choose("representative_characteristic", "")
        assert Account.objects.exclude(account_representative=None).exists()
        run_one("ccb.accounts")
        account = Account.objects.get(pk=role.account_id)
        assert account.account_representative == role.customer.display_name
        others = AccountCustomer.objects.filter(relationship_type=role.relationship_type).values("account")
        assert not Account.objects.exclude(pk__in=others).exclude(account_representative=None).exists()

    def test_a_user_of_ccb_as_representative_is_named(self, ccb: Ccb) -> None:
        account = Account.objects.exclude(account_representative=None).order_by("pk")[0]
        rows = ccb.control.rows("CI_ACCT_CHAR", ACCT_ID=account.pk, CHAR_TYPE_CD="CM-ACREP")
        latest = max(rows, key=lambda row: row["EFFDT"])
        key = {name: latest[name] for name in ("ACCT_ID", "CHAR_TYPE_CD", "EFFDT")}
        ccb.control.update("CI_ACCT_CHAR", key, ADHOC_CHAR_VAL="", CHAR_VAL_FK1="JALVAREZ")
        run_one("ccb.accounts")
        account.refresh_from_db()
        assert account.account_representative == "Julia Alvarez"

    def test_a_status_of_the_sites_own_reads_as_one_of_ccbs(self, ccb: Ccb) -> None:
        agreement = ServiceAgreement.objects.get(status=UNKNOWN_STATUS)
        choose("agreement_statuses", f"{UNKNOWN_STATUS}=20")
        run, _ = run_one("ccb.service-agreements")
        run_one("ccb.accounts")
        agreement.refresh_from_db()
        assert (agreement.status, run.warnings) == ("active", [])
        assert agreement.account.status == "active"

    def test_contacts_left_out_are_no_notes_and_their_records_are_marked_removed(self, ccb: Ccb) -> None:
        subject = "Past-due reminder"
        held = Note.objects.filter(subject=subject, removed_at=None).count()
        assert held
        choose("notes_left_out", "CRED/REMINDER")
        stopped, _ = run_one("ccb.notes")
        assert stopped.state == SyncRun.State.STOPPED, "the brake asks a person first"
        run, _ = run_one("ccb.notes", full=True, accepted_brake="chosen so")
        assert run.removed == held
        assert not Note.objects.filter(subject=subject, removed_at=None).exists()

    def test_coordinates_come_from_the_types_that_the_site_names(self, ccb: Ccb) -> None:
        assert Premise.objects.exclude(latitude=None).exists()
        choose("latitude_type", "NORTHING")
        run_one("ccb.premises")
        assert not Premise.objects.exclude(latitude=None).exists()
        assert Premise.objects.exclude(longitude=None).exists()

    def test_the_preferred_phone_type_comes_first(self, ccb: Ccb) -> None:
        choose("phone_types", "CELL")
        run_one("ccb.customers")
        for customer in Customer.objects.exclude(phone=None):
            phones = ccb.control.rows("CI_PER_PHONE", PER_ID=customer.person_id)
            cells = [row["PHONE"] for row in phones if row["PHONE_TYPE_CD"].strip() == "CELL"]
            assert customer.phone == (cells or [phones[0]["PHONE"]])[0]

    def test_revenue_follows_the_ledger_where_its_codes_are_named(self, ccb: Ccb) -> None:
        stream = "ccb.financial-transactions"
        billed = AccountSummary.objects.get(pk=STORY).revenue_12m
        assert not FinancialTransaction.objects.exclude(ledger_revenue=None).exists()
        choose("revenue_codes", ",".join(ccb.ids("SELECT DISTINCT DST_ID FROM CI_FT_GL WHERE DST_ID LIKE 'REV-%'")))
        run, _ = run_one(stream)
        assert run.mode == SyncRun.Mode.FULL and run.changed
        of_bill = FinancialTransaction.objects.filter(account=STORY, type="BS", is_frozen=True).latest(
            "accounting_date"
        )
        lines = ccb.control.rows("CI_FT_GL", FT_ID=of_bill.pk)
        earned = -sum(row["AMOUNT"] for row in lines if row["DST_ID"].startswith("REV-"))
        assert of_bill.ledger_revenue == round(Decimal(earned), 2)
        assert 0 < of_bill.ledger_revenue < of_bill.payoff_amount, "without its tax"
        ledger = AccountSummary.objects.get(pk=STORY).revenue_12m
        assert abs(ledger - billed / Decimal("1.05")) < 1
        before = written()
        again, _ = run_one(stream, full=True)
        assert (again.changed, again.summaries) == (0, 0)
        assert written_since(before, but=BOOKKEEPING) == {}
        choose("revenue_codes", "")
        run_one(stream)
        assert AccountSummary.objects.get(pk=STORY).revenue_12m == billed
        assert not FinancialTransaction.objects.exclude(ledger_revenue=None).exists()

    def test_a_ccb_whose_ledger_is_not_granted_is_read_all_the_same(self, ccb: Ccb) -> None:
        choose("revenue_codes", "REV-E")
        ccb.control.arm("hide-table", name="CI_FT_GL")
        run, _ = run_one("ccb.financial-transactions")
        assert (run.state, run.changed) == (SyncRun.State.DONE, 0)

    def test_a_changed_choice_compares_everything_once(self, ccb: Ccb) -> None:
        modes = {run.stream: run.mode for run in run_all().values()}
        assert (modes["ccb.notes"], modes["ccb.billed-use"]) == (SyncRun.Mode.NEW, SyncRun.Mode.NEW)
        choose("use_months", "24")
        modes = {run.stream: run.mode for run in run_all().values()}
        assert (modes["ccb.notes"], modes["ccb.billed-use"]) == (SyncRun.Mode.NEW, SyncRun.Mode.FULL)
        assert {run.mode for run in [run_one("ccb.billed-use")[0]]} == {SyncRun.Mode.NEW}

    def test_a_run_that_fails_leaves_the_question_open(self, ccb: Ccb) -> None:
        choose("use_months", "24")
        ccb.control.arm("error", code=942, match="CI_BSEG_SQ")
        assert run_one("ccb.billed-use")[0].state == SyncRun.State.FAILED
        assert run_one("ccb.billed-use")[0].mode == SyncRun.Mode.FULL

    def test_a_line_that_was_changed_compares_everything_too(self, ccb: Ccb) -> None:
        Bookmark.objects.filter(stream="ccb.payments").update(question="of an earlier version")
        assert run_one("ccb.payments")[0].mode == SyncRun.Mode.FULL
        assert run_one("ccb.payments")[0].mode == SyncRun.Mode.NEW

    def test_use_that_the_window_has_left_stays_as_it_is(self, ccb: Ccb) -> None:
        model = {stream.name: stream.model for stream in CCB_STREAMS}["ccb.billed-use"]
        held = model.objects.count()
        choose("use_months", "3")
        run, _ = run_one("ccb.billed-use")
        assert 0 < run.read < held
        assert (run.state, run.removed, model.objects.filter(removed_at=None).count()) == ("done", 0, held)
        gone = model.objects.order_by("-end_date", "pk")[0]
        ccb.control.connection.execute("DELETE FROM CI_BSEG_SQ WHERE BSEG_ID = ?", (gone.segment_id,))
        ccb.control.connection.commit()
        run, _ = run_one("ccb.billed-use", full=True)
        assert run.removed >= 1, "within the window, what is gone is marked"


# Its page in admin


def page(name: str) -> str:
    """The address of a choice in admin."""
    return reverse("admin:sync_sitechoice_change", args=[name])


def test_an_administrator_sees_every_choice_with_its_meaning(client_as: Any) -> None:
    response = client_as("administrator", is_staff=True).get(reverse("admin:sync_sitechoice_changelist"))
    body = unescape(response.content.decode())
    for choice in CHOICES:
        assert choice.title in body and choice.help in body


def test_the_page_says_who_uses_it_and_keeps_a_value_with_its_history(client_as: Any) -> None:
    client = client_as("administrator", is_staff=True)
    body = client.get(page("notes_left_out")).content.decode()
    assert NOTES.title in body and ACCOUNTS.title not in body
    client.post(page("notes_left_out"), {"value": "CRED/REMINDER, ACCT/NOTE"})
    row = SiteChoice.objects.get(pk="notes_left_out")
    assert row.value == "CRED/REMINDER,ACCT/NOTE"
    assert row.history.first().history_user.username
    history = client.get(reverse("admin:sync_sitechoice_history", args=["notes_left_out"])).content.decode()
    assert "CRED/REMINDER,ACCT/NOTE" in history


def test_a_value_of_another_form_is_refused_with_one_sentence(client_as: Any) -> None:
    response = client_as("administrator", is_staff=True).post(page("use_months"), {"value": "many"})
    assert "Write a number of months from 1 to 999." in response.content.decode()
    assert SiteChoice.objects.get(pk="use_months").value == "25"


@pytest.mark.parametrize("role", ["rep", "manager", "executive", "auditor"])
def test_nobody_else_has_the_page(client_as: Any, role: str) -> None:
    client = client_as(role, is_staff=True)
    assert client.get(page("use_months")).status_code == 403
    client.post(page("use_months"), {"value": "1"})
    assert SiteChoice.objects.get(pk="use_months").value == "25"


def test_what_ccb_holds_is_shown_on_request(client_as: Any, small_ccb: Ccb) -> None:
    client = client_as("administrator", is_staff=True)
    assert "offers" not in client.get(page("representative_characteristic")).context
    for choice in CHOICES:
        response = client.get(page(choice.name), {"look": "1"})
        assert response.status_code == 200 and "complaint" not in response.context, choice.name
    offers = client.get(page("representative_relationship"), {"look": "1"}).context["offers"]
    assert ("MAIN", "Main customer") in {(offer.code, offer.description) for offer in offers}
    assert all(offer.records > 0 for offer in offers)


def test_a_ccb_that_does_not_answer_is_said_so(client_as: Any, settings: Any) -> None:
    settings.CCB = settings.CCB | {"dsn": "127.0.0.1:9/ccb"}
    body = client_as("administrator", is_staff=True).get(page("phone_types"), {"look": "1"}).content.decode()
    assert "could not be read" in body and 'name="value"' in body
