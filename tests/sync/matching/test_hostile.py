"""Truths that look like something else: what the machine must never link nor call exact, and what no form may do."""

import pytest
from django.utils import timezone

from customer360.models import Account, SalesforceAccount
from hierarchy.models import Placement
from sync import matching
from sync.models import MatchDecision
from tests.factories import make_case, make_interaction, make_node, make_user
from tests.sync.matching.support import contact, in_ccb, in_salesforce, link_of, match_of, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def steward():
    """Somebody who decides."""
    return make_user("s.steward")


class TestNeverByTheMachine:
    def test_a_child_that_says_the_parents_id_is_a_question(self):
        account = in_ccb("Whitfield,Dana")
        record = in_salesforce("Dana Whitfield Jr.", said_account_id=account.pk)
        found = match_of(record)
        assert (found.state, found.candidate) == ("open", account.pk) and "name.kin" in found.findings

    def test_a_contact_that_says_the_parents_id_is_a_question(self):
        known = person("Delgado,Marcus Q")
        assert match_of(contact("Marcus Z", "Delgado", said_person_id=known.pk)).state == "open"

    def test_an_id_of_a_namesake_is_a_question_where_another_account_fits_exactly(self):
        said, equal = in_ccb("Smith,John", "9 Elm Road"), in_ccb("Smith,John", "12 Oak Street")
        found = match_of(in_salesforce("John Smith", "12 Oak Street", said_account_id=said.pk))
        assert found.state == "open" and {found.candidate, *found.others} == {said.pk, equal.pk}

    def test_an_id_links_though_another_account_of_its_customer_stands_at_the_same_address(self):
        first = in_ccb("Harborview Cold Storage")
        in_ccb("", customer=first.customer)
        record = in_salesforce("Harborview Cold Storage", said_account_id=first.pk)
        assert match_of(record).state == "linked" and link_of(record) == first.pk

    def test_father_and_son_in_one_house_are_a_question_to_a_record_without_the_suffix(self):
        in_ccb("Whitfield,Dana"), in_ccb("Whitfield,Dana Jr")
        found = match_of(in_salesforce("Dana Whitfield"))
        assert not found.is_exact and found.candidate and found.others

    def test_namesakes_in_one_building_are_a_question_to_a_record_without_the_unit(self):
        in_ccb("Smith,John", "400 N Main Street, Apt 4"), in_ccb("Smith,John", "400 N Main Street")
        assert not match_of(in_salesforce("John Smith", "400 North Main St")).is_exact

    def test_namesakes_in_two_flats_are_told_apart(self):
        fourth, _ = (in_ccb("Smith,John", f"400 N Main Street, Apt {unit}") for unit in (4, 9))
        found = match_of(in_salesforce("John Smith", "400 North Main St #4"))
        assert (found.candidate, found.is_exact) == (fourth.pk, True)

    def test_landlord_and_tenant_are_not_taken_for_each_other(self):
        in_ccb("Harbor Properties LLC", "PO Box 9", premise="12 Oak Street")
        tenant = in_ccb("Delgado,Marcus", "12 Oak Street")
        found = match_of(in_salesforce("Harbor Properties", "12 Oak Street", account_number=tenant.pk))
        assert found.state == "open" and not found.is_exact

    def test_a_renamed_company_that_says_its_id_is_a_question(self):
        account = in_ccb("Northgate Logistics LLC")
        assert match_of(in_salesforce("Blue Mesa Semiconductor", said_account_id=account.pk)).state == "open"


class TestUndoing:
    def test_undoing_twice_never_does_again_what_was_undone(self, steward):
        """A record that was ignored takes over a link by a merge; that is undone, and then that it was ignored."""
        account = in_ccb("Blue Mesa Semiconductor")
        gone, left = in_salesforce("Blue Mesa Semiconductor"), in_salesforce("Other", "1 Far Road")
        matching.link(match_of(gone).pk, account.pk, actor=steward)
        matching.ignore(match_of(left).pk, actor=steward)
        SalesforceAccount.objects.filter(pk=gone.pk).update(removed_at=timezone.now(), merged_into=left)
        found = match_of(left, again=True)
        assert (found.state, link_of(left)) == ("linked", account.pk)
        assert matching.undo(found.pk, actor=steward).state == "ignored"
        assert matching.undo(found.pk, actor=steward).state == "open"
        assert link_of(left) is None
        with pytest.raises(matching.Refused):
            matching.undo(found.pk, actor=steward)

    def test_a_form_that_is_older_than_the_decision_undoes_nothing(self, steward):
        account = in_ccb("Blue Mesa Semiconductor")
        record = in_salesforce("Blue Mesa Semicond", "14 Oak Street")
        first = matching.ignore(match_of(record).pk, actor=steward)
        seen = first.decided_at
        matching.undo(first.pk, actor=steward)
        matching.link(first.pk, account.pk, actor=steward)
        with pytest.raises(matching.Refused, match="decided meanwhile"):
            matching.undo(first.pk, decided_at=seen, actor=steward)
        assert link_of(record) == account.pk


class TestRemovedRecords:
    def test_a_link_that_a_removed_record_still_holds_is_given_to_no_other(self, steward):
        """Otherwise the record could not come back: two present ones would have one link, and the load would fail."""
        account = in_ccb("Blue Mesa Semiconductor")
        first = in_salesforce("Blue Mesa Semiconductor")
        matching.link(match_of(first).pk, account.pk, actor=steward)
        second = in_salesforce("Blue Mesa Semicond", "14 Oak Street")
        found = match_of(second)
        SalesforceAccount.objects.filter(pk=first.pk).update(removed_at=timezone.now())
        with pytest.raises(matching.Refused):
            matching.link(found.pk, account.pk, actor=steward)
        SalesforceAccount.objects.filter(pk=first.pk).update(removed_at=None)
        assert link_of(first) == account.pk

    def test_once_the_link_was_given_back_another_gets_it_and_the_first_asks(self, steward):
        account = in_ccb("Blue Mesa Semiconductor")
        first = in_salesforce("Blue Mesa Semiconductor")
        matching.link(match_of(first).pk, account.pk, actor=steward)
        second = in_salesforce("Blue Mesa Semicond", "14 Oak Street")
        SalesforceAccount.objects.filter(pk=first.pk).update(removed_at=timezone.now())
        matching.link(match_of(second, again=True).pk, account.pk, actor=steward)
        SalesforceAccount.objects.filter(pk=first.pk).update(removed_at=None)
        found = match_of(first, again=True)
        assert (found.state, found.is_exact) == ("open", False) and "taken" in found.findings

    def test_an_account_that_leaves_ccb_and_returns_keeps_its_link(self, steward):
        account, record = in_ccb("Blue Mesa Semiconductor"), in_salesforce("Blue Mesa Semiconductor")
        matching.link(match_of(record).pk, account.pk, actor=steward)
        for removed_at in (timezone.now(), None):
            Account.objects.filter(pk=account.pk).update(removed_at=removed_at)
            assert match_of(record, again=True).state == "linked"
            assert link_of(record) == account.pk

    def test_a_link_undone_and_made_again_and_undone(self, steward):
        account, record = in_ccb("Blue Mesa Semiconductor"), in_salesforce("Blue Mesa Semiconductor")
        found = match_of(record)
        for _ in range(3):
            matching.link(found.pk, account.pk, actor=steward)
            assert link_of(record) == account.pk
            matching.undo(found.pk, actor=steward)
            assert link_of(record) is None
        found = match_of(record, again=True)
        assert (found.state, found.is_exact, found.findings.count("undone")) == ("open", False, 1)
        assert MatchDecision.objects.filter(user=steward).count() == 6


def test_a_link_places_its_account_and_shows_its_cases_and_undoing_takes_both_away_at_once(client, steward):
    node = make_node()
    account = in_ccb("Blue Mesa Semiconductor")
    record = in_salesforce("Blue Mesa Semiconductor", parent_id=node.salesforce_id, territory="North")
    make_case(record, subject="High bill inquiry")
    make_interaction(record, subject="Asked about October")
    client.force_login(make_user(role="rep"), backend="django.contrib.auth.backends.ModelBackend")
    found = match_of(record)

    def told() -> tuple[bool, bool, tuple[int | None, str | None] | None]:
        page = client.get(f"/accounts/{account.pk}").content.decode()
        placed = Placement.objects.filter(account=account).values_list("c1_id", "territory").first()
        return "High bill inquiry" in page, "Asked about October" in page, placed

    assert told() == (False, False, None)
    for _ in range(2):
        matching.link(found.pk, account.pk, actor=steward)
        assert told() == (True, True, (node.pk, "North"))
        matching.undo(found.pk, actor=steward)
        assert told() == (False, False, (None, None))
