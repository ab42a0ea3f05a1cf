"""Accounts: what the machine links by itself, what is exact, and what it leaves to a person."""

import pytest

from customer360.models import Account
from sync import matching
from sync.models import Match, MatchSetting
from tests.factories import make_account_customer, make_agreement, make_customer, make_premise, make_user
from tests.sync.matching.support import in_ccb, in_salesforce, link_of, match_of

pytestmark = pytest.mark.django_db


STREETS = ("Oak", "Elm", "Pier", "Birch", "Cedar", "Walnut", "Spruce", "Maple", "Willow", "Juniper")


def test_same_name_and_address_are_exact_and_linked_by_nobody():
    names = {
        "Blue Mesa Semiconductor, Inc.": "BLUE MESA SEMICONDUCTOR",
        "Copper Hill Semiconductor": "The Copper-Hill Semiconductor Co.",
        "Harbor & Sons LLC": "Harbor and Sons L.L.C.",
        "Whitfield,Dana": "Dana Whitfield",
        "Delgado,Marcus Q": "Delgado, Marcus",
        "O'Brien,Siobhán": "Siobhan OBrien",
        "Café Zürich": "CAFE ZURICH",
        "J & J": "J and J, Inc.",
    }
    pairs = [
        (in_ccb(ccb, f"12 {street} Street"), in_salesforce(ours, f"12 {street} St.", postal_code="04101-2210"))
        for (ccb, ours), street in zip(names.items(), STREETS, strict=False)
    ]
    for account, record in pairs:
        found = match_of(record)
        told = (found.candidate, found.is_exact, found.score, found.state)
        assert told == (account.pk, True, 100, "open"), record.name
        assert found.findings == ["name.same", "place.same"], record.name
        assert link_of(record) is None


def test_one_address_in_many_spellings():
    addresses = {
        "12 Oak Street": "12 OAK ST",
        "400 N Main Street, Apt 4": "400 North Main St. #4",
        "400 North Main St, Suite 5": "400 N. Main Street\nUnit 5",
        "PO Box 2210": "P.O. Box 2210",
        "PO Box 2211": "Box 2211",
        "7 Third Avenue": "7 3rd Ave",
        "c/o Accounts Payable, 9 Elm Road": "9 Elm Rd.",
    }
    names = [f"{street}field Semiconductor" for street in STREETS]
    pairs = [
        (in_ccb(name, ccb), in_salesforce(name, ours))
        for name, (ccb, ours) in zip(names, addresses.items(), strict=False)
    ]
    for account, record in pairs:
        found = match_of(record)
        assert (found.candidate, found.is_exact) == (account.pk, True), record.street


def test_the_service_address_counts_like_the_mailing_address():
    account = in_ccb("Blue Mesa Semiconductor", "PO Box 9", premise="1180 Pier Road")
    assert match_of(in_salesforce("Blue Mesa Semiconductor", "1180 Pier Rd")).candidate == account.pk
    assert Match.objects.get().is_exact


@pytest.mark.parametrize(
    ("street", "finding"),
    [
        ("12 Oak Street, Apt 9", "place.near"),
        ("14 Oak Street", "place.street"),
        ("9 Elm Road", "place.town"),
        (None, "place.town"),
    ],
)
def test_another_address_is_a_question(street, finding):
    account = in_ccb("Blue Mesa Semiconductor")
    found = match_of(in_salesforce("Blue Mesa Semiconductor", street))
    assert (found.candidate, found.is_exact) == (account.pk, False)
    assert finding in found.findings


def test_a_name_that_is_only_alike_is_a_question():
    names = (
        ("Whitfield,Dana", "Dana Whitfield Jr.", "name.kin"),
        ("Delgado,Marcus Q", "Marcus Z Delgado", "name.kin"),
        ("Fournier,Robert", "Bob Fournier", "name.close"),
        ("Beaulieu,Irene", "Irene Beaulieau", "name.close"),
        ("Holloway,Esther", "Holloway Household", "name.part"),
        ("Allen,Scott", "Allen Scott", "name.close"),
        ("Hanover Provisions LLC", "Hanover Prov.", "name.part"),
    )
    pairs = [
        (in_ccb(ccb, f"12 {street} Street"), in_salesforce(ours, f"12 {street} Street"), finding)
        for (ccb, ours, finding), street in zip(names, STREETS, strict=False)
    ]
    for account, record, finding in pairs:
        found = match_of(record)
        assert (found.candidate, found.is_exact) == (account.pk, False), record.name
        assert finding in found.findings, record.name


def test_somebody_else_at_the_address_is_not_proposed():
    in_ccb("Whitfield,Dana")
    found = match_of(in_salesforce("Marcus Delgado"))
    assert (found.candidate, found.others, found.findings) == (None, [], [])


def test_namesakes_are_told_apart_by_their_address_and_asked_about_without_one():
    here, there = in_ccb("Smith,John", "12 Oak Street"), in_ccb("Smith,John", "9 Elm Road")
    assert match_of(in_salesforce("John Smith", "9 Elm Rd")).candidate == there.pk
    undecided = match_of(in_salesforce("John Smith", None))
    assert {undecided.candidate, *undecided.others} == {here.pk, there.pk}
    assert not undecided.is_exact and "close" in undecided.findings


def test_two_people_of_one_name_at_one_address_are_a_question():
    in_ccb("Smith,John"), in_ccb("Smith,John")
    assert not match_of(in_salesforce("John Smith")).is_exact


def test_one_of_several_accounts_of_a_customer_is_never_exact():
    customer = make_customer("Landlord Properties LLC", email=None)
    for street in ("1 Oak Street", "2 Oak Street", "3 Oak Street"):
        in_ccb("", street, customer=customer)
    found = match_of(in_salesforce("Landlord Properties", "2 Oak Street"))
    assert not found.is_exact and "several" in found.findings and len(found.others) == 2


def test_two_records_for_one_account_are_one_proposal_and_one_question():
    in_ccb("Blue Mesa Semiconductor")
    better, worse = in_salesforce("Blue Mesa Semiconductor"), in_salesforce("Blue Mesa Semicondctor", "12 Oak Street")
    twin = in_salesforce("Harborview Cold Storage")
    in_ccb("Harborview Cold Storage")
    double = in_salesforce("Harborview Cold Storage")
    assert match_of(better).is_exact and "shared" in match_of(better).findings
    assert not match_of(worse).is_exact and "rival" in match_of(worse).findings
    assert not match_of(twin).is_exact and not match_of(double).is_exact
    assert {"shared" in match_of(twin).findings, "rival" in match_of(double).findings} == {True}


def test_the_name_of_somebody_beside_the_main_customer_is_a_question():
    account = in_ccb("Whitfield,Dana")
    make_account_customer(account, make_customer("Whitfield,Pat", email=None))
    alone = match_of(in_salesforce("Pat Whitfield"))
    assert (alone.candidate, alone.is_exact) == (account.pk, False)
    both = match_of(in_salesforce("Dana & Pat Whitfield"))
    assert (both.candidate, both.is_exact) == (account.pk, False)
    assert both.score >= 90


def test_a_former_address_is_a_question():
    account = in_ccb("Whitfield,Dana", "12 Oak Street")
    make_agreement(account, make_premise("9 Elm Road"), status="closed")
    assert not match_of(in_salesforce("Dana Whitfield", "9 Elm Road")).is_exact


def test_enterprises_and_divisions_are_no_accounts_and_whoever_has_children_is_a_question():
    in_ccb("Blue Mesa Semiconductor")
    enterprise = in_salesforce("Blue Mesa Semiconductor", level="C1")
    parent = in_salesforce("Blue Mesa Semiconductor")
    in_salesforce("Blue Mesa Fab 2", "1 Far Road", parent=parent)
    found = match_of(parent)
    assert "parent" in found.findings and not found.is_exact
    assert not Match.objects.filter(salesforce_id=enterprise.pk).exists()


class TestKeys:
    def test_the_id_that_the_record_says_links_it(self):
        account = in_ccb("Blue Mesa Semiconductor")
        record = in_salesforce("Blue Mesa", "9 Elm Road", said_account_id=account.pk)
        found = match_of(record)
        assert (found.state, found.method, found.decided_by) == ("linked", "said", "")
        assert link_of(record) == account.pk

    @pytest.mark.parametrize("written", ["0421866500", "042-186-6500", "CC&B 0421866500", "421866500", " 042 186 6500"])
    def test_the_compared_field_links_in_any_spelling(self, written):
        account = in_ccb("Blue Mesa Semiconductor", account_id="0421866500")
        record = in_salesforce("Blue Mesa Semiconductor", None, account_number=written)
        assert match_of(record).method == "field"
        assert link_of(record) == account.pk

    def test_a_number_of_somebody_else_is_a_question(self):
        wrong, right = in_ccb("Marcus Delgado Trucking", "9 Elm Road"), in_ccb("Blue Mesa Semiconductor")
        record = in_salesforce("Blue Mesa Semiconductor", account_number=wrong.pk)
        found = match_of(record)
        assert {found.candidate, *found.others} == {wrong.pk, right.pk}
        assert found.state == "open" and not found.is_exact and link_of(record) is None

    def test_a_number_of_another_account_of_the_customer_is_a_question(self):
        customer = make_customer("Landlord Properties LLC", email=None)
        first, second = (in_ccb("", street, customer=customer) for street in ("1 Oak Street", "2 Elm Road"))
        found = match_of(in_salesforce("Landlord Properties", "2 Elm Road", account_number=first.pk))
        assert found.state == "open" and {found.candidate, *found.others} == {first.pk, second.pk}

    def test_one_number_in_two_records_is_a_question(self):
        account = in_ccb("Blue Mesa Semiconductor")
        records = [
            in_salesforce("Blue Mesa Semiconductor", street, account_number=account.pk) for street in ("1 A Rd", None)
        ]
        assert [match_of(record).state for record in records] == ["open", "open"]
        assert all("key.twice" in match_of(record).findings for record in records)

    def test_an_id_of_a_removed_account_says_nothing(self):
        account = in_ccb("Blue Mesa Semiconductor", removed_at="2026-11-01T00:00Z")
        assert match_of(in_salesforce("Blue Mesa Semiconductor", said_account_id=account.pk)).candidate is None

    def test_a_child_with_the_parents_number_is_a_question(self):
        account = in_ccb("Whitfield,Dana")
        assert match_of(in_salesforce("Dana Whitfield Jr", account_number=account.pk)).state == "open"

    def test_without_a_rule_no_field_is_compared(self):
        MatchSetting.objects.filter(pk="accounts").update(salesforce_field="", ccb_field="")
        account = in_ccb("Blue Mesa Semiconductor")
        found = match_of(in_salesforce("Blue Mesa Semiconductor", None, account_number=account.pk))
        assert (found.state, found.method) == ("open", "likeness")


def test_exact_ones_are_linked_by_the_machine_where_the_site_says_so():
    MatchSetting.objects.filter(pk="accounts").update(link_exact=True)
    account, record = in_ccb("Blue Mesa Semiconductor"), in_salesforce("Blue Mesa Semiconductor")
    assert match_of(record).state == "linked" and link_of(record) == account.pk


def test_what_scores_too_little_is_not_proposed():
    in_ccb("Blue Mesa Semiconductor", "9 Elm Road", city="Far Away", postal_code="99999", premise="9 Elm Road")
    MatchSetting.objects.filter(pk="accounts").update(least_score=95)
    assert match_of(in_salesforce("Blue Mesa Semiconductor")).candidate is None


def test_an_account_that_is_linked_already_is_a_question():
    account = in_ccb("Blue Mesa Semiconductor")
    in_salesforce("Blue Mesa", account=account)
    found = match_of(in_salesforce("Blue Mesa Semiconductor"))
    assert "taken" in found.findings and not found.is_exact
    with pytest.raises(matching.Refused, match="linked to it already"):
        matching.link(found.pk, account.pk, actor=make_user())


def test_an_account_without_a_customer_disturbs_nothing():
    Account.objects.filter(pk=in_ccb("Someone").pk).update(customer=None, name=None)
    assert match_of(in_salesforce("Blue Mesa")).candidate is None


def test_any_text_is_taken_as_a_name_and_an_address():
    in_ccb("Blue Mesa Semiconductor"), in_ccb("The Company", "1 A Road")
    texts = (
        "",
        "   ",
        "...",
        "Inc.",
        "&",
        "ꀀꀀ ꀁ",
        "x" * 40,
        "a,b,c,,",
        "%_\\'\"{}",
        "#",
        "Apt",
        "12",
        "\u0301",
        "ß Ø",
    )
    for text in texts:
        record = in_salesforce(text, text, city=text, postal_code=text[:20], phone=text, account_number=text)
    assert match_of(record).state == "open"
