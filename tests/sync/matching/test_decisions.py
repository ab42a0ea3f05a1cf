"""Decisions: by whom, undone as they were, never touched by a later matching; what merges and removals do to links."""

import pytest
from django.utils import timezone

from customer360.models import SalesforceAccount
from sync import matching
from sync.models import Match, MatchDecision
from tests.factories import make_user
from tests.sync.matching.support import contact, in_ccb, in_salesforce, link_of, loaded, match_of, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def steward():
    """Somebody who decides."""
    return make_user("s.steward")


@pytest.fixture
def question():
    """An account and a record that might be it, and the record's match."""
    account, record = in_ccb("Blue Mesa Semiconductor"), in_salesforce("Blue Mesa Semicond", "14 Oak Street")
    return account, record, match_of(record)


def everything():
    """Everything that matching and deciding write, as it stands."""
    return (
        list(Match.objects.order_by("pk").values()),
        list(MatchDecision.objects.order_by("pk").values()),
        list(SalesforceAccount.history.order_by("history_id").values()),
    )


def test_a_link_is_written_with_history_and_the_person(question, steward):
    account, record, found = question
    decided = matching.link(found.pk, account.pk, actor=steward)
    assert (decided.state, decided.decided_by, decided.method) == ("linked", "s.steward", "likeness")
    assert link_of(record) == account.pk
    line = record.history.latest()
    assert (line.account_id, line.history_user, line.origin, line.run_id) == (account.pk, steward, "portal", None)
    assert (line.history_type, line.name) == ("~", record.name)
    log = MatchDecision.objects.get()
    assert (log.kind, log.key, log.user) == ("link", account.pk, steward)


def test_a_person_may_link_what_was_not_proposed(question, steward):
    _, record, found = question
    other = in_ccb("Something Else", "9 Elm Road")
    decided = matching.link(found.pk, other.pk, actor=steward)
    assert (decided.method, decided.candidate, link_of(record)) == ("person", other.pk, other.pk)
    with pytest.raises(matching.Refused, match="decided meanwhile"):
        matching.link(found.pk, other.pk, actor=steward)


def test_a_key_that_is_not_there_is_refused(question, steward):
    account, _, found = question
    for key in ("0000000000", "", "x" * 300):
        with pytest.raises(matching.Refused, match="no record of that key"):
            matching.link(found.pk, key, actor=steward)
    type(account).objects.filter(pk=account.pk).update(removed_at=timezone.now())
    with pytest.raises(matching.Refused, match="no record of that key"):
        matching.link(found.pk, account.pk, actor=steward)


@pytest.mark.parametrize("decide", [matching.create_later, matching.ignore])
def test_a_decision_without_a_link_is_undone_as_it_was(question, steward, decide):
    _, record, found = question
    before = Match.objects.filter(pk=found.pk).values().get()
    decided = decide(found.pk, actor=steward)
    assert decided.is_decided and link_of(record) is None
    matching.undo(found.pk, actor=steward)
    assert Match.objects.filter(pk=found.pk).values().get() == before
    assert [line.kind for line in MatchDecision.objects.order_by("pk")][1] == "undo"
    with pytest.raises(matching.Refused, match="Nothing was changed"):
        matching.undo(found.pk, actor=steward)


def test_a_link_that_was_undone_is_not_made_again_by_the_machine_or_in_bulk(steward):
    said, exact = in_ccb("Harborview Cold Storage", "77 Pier Road"), in_ccb("Blue Mesa Semiconductor")
    by_key = in_salesforce("Harborview Cold Storage", None, said_account_id=said.pk)
    by_name = in_salesforce("Blue Mesa Semiconductor")
    assert match_of(by_key).state == "linked"
    assert match_of(by_name).is_exact
    assert matching.link_exact("accounts", actor=steward) == 1
    assert link_of(by_name) == exact.pk
    for record in (by_key, by_name):
        matching.undo(match_of(record).pk, actor=steward)
        assert link_of(record) is None
    for again in (False, True):
        for record in (by_key, by_name):
            found = match_of(record, again=again)
            assert (found.state, found.is_exact) == ("open", False) and "undone" in found.findings
    assert matching.link_exact("accounts", actor=steward) == 0


def test_a_second_matching_writes_nothing(steward):
    for number in range(4):
        in_ccb(f"Blue Mesa {number} Semiconductor", f"{number} Oak Street")
    records = [in_salesforce(f"Blue Mesa {number} Semiconductor", f"{number} Oak Street") for number in range(5)]
    match_of(records[0])
    matching.ignore(match_of(records[0]).pk, actor=steward)
    matching.link_exact("accounts", actor=steward)
    matching.match()
    before = everything()
    results = matching.match(again=True)
    assert [result.written for result in results] == [0, 0, 0] and results[0].compared == 1
    assert everything() == before
    assert [result.skipped for result in matching.match()] == ["nothing changed"] * 3


def test_a_later_matching_scores_open_ones_anew_and_touches_no_decision(question, steward):
    _, record, found = question
    ignored = in_salesforce("Blue Mesa Semiconductor Fab", "14 Oak Street")
    matching.ignore(match_of(ignored).pk, actor=steward)
    before = Match.objects.filter(salesforce_id=ignored.pk).values().get()
    SalesforceAccount.objects.filter(pk__in=[record.pk, ignored.pk]).update(
        name="Blue Mesa Semiconductor", street="12 Oak Street"
    )
    assert not found.is_exact and match_of(record, again=True).is_exact
    assert Match.objects.filter(salesforce_id=ignored.pk).values().get() == before


def test_bulk_links_exactly_the_exact_ones_that_are_still_free(steward):
    accounts = [in_ccb(f"Blue Mesa {number} Semiconductor", f"{number} Oak Street") for number in range(4)]
    exact = [in_salesforce(f"Blue Mesa {number} Semiconductor", f"{number} Oak Street") for number in range(3)]
    doubtful = in_salesforce("Blue Mesa 3 Semicon", "5 Oak Street")
    match_of(doubtful)
    in_salesforce("Blue Mesa", account=accounts[0])
    chosen = [match_of(record).pk for record in exact[:2]]
    assert matching.link_exact("accounts", matches=chosen, actor=steward) == 1
    assert [link_of(record) for record in (*exact, doubtful)] == [None, accounts[1].pk, None, None]
    assert matching.link_exact("accounts", actor=steward) == 1
    assert matching.link_exact("contacts", actor=steward) == 0
    assert set(MatchDecision.objects.values_list("user__username", flat=True)) == {"s.steward"}


class TestMerges:
    def merge(self, record, into):
        type(record).objects.filter(pk=record.pk).update(removed_at=timezone.now(), merged_into=into)

    def test_the_record_that_took_over_gets_the_link(self, steward):
        account = in_ccb("Blue Mesa Semiconductor")
        gone, middle, left = (in_salesforce(name) for name in ("Blue Mesa Semiconductor", "Other A", "Other B"))
        matching.link(match_of(gone).pk, account.pk, actor=steward)
        self.merge(gone, middle)
        self.merge(middle, left)
        found = match_of(left)
        assert (found.state, found.method, link_of(left), link_of(gone)) == ("linked", "merge", account.pk, None)
        assert match_of(gone).state == "gone"
        assert sorted(MatchDecision.objects.values_list("kind", flat=True)) == ["gone", "gone", "link", "merged"]

    def test_two_links_are_a_question(self, steward):
        first, second = in_ccb("Blue Mesa Semiconductor"), in_ccb("Harborview Cold Storage", "77 Pier Road")
        gone, left = in_salesforce("A", account=first), in_salesforce("B", account=second)
        self.merge(gone, left)
        found = match_of(left)
        assert (found.state, found.candidate, found.others) == ("open", second.pk, [first.pk])
        assert found.findings == ["merge.two"] and link_of(left) == second.pk
        assert match_of(left, again=True) == found and not matching.is_closed("accounts")
        matching.link(found.pk, first.pk, actor=steward)
        assert link_of(left) == first.pk

    def test_a_removed_record_gives_its_link_back_and_asks_when_it_returns(self, steward):
        account = in_ccb("Blue Mesa Semiconductor")
        record = in_salesforce("Blue Mesa Semiconductor")
        matching.link(match_of(record).pk, account.pk, actor=steward)
        self.merge(record, None)
        assert match_of(record).state == "gone" and link_of(record) is None
        twin = in_salesforce("Blue Mesa Semiconductor")
        assert match_of(twin).is_exact
        SalesforceAccount.objects.filter(pk=record.pk).update(removed_at=None)
        assert match_of(record, again=True).state == "open"

    def test_an_ignored_record_that_returns_stays_ignored(self, question, steward):
        _, record, found = question
        matching.ignore(found.pk, actor=steward)
        self.merge(record, None)
        assert match_of(record, again=True).state == "gone"
        SalesforceAccount.objects.filter(pk=record.pk).update(removed_at=None)
        assert match_of(record, again=True).state == "ignored"

    def test_a_record_whose_merge_is_told_after_its_removal_hands_its_link_over_once(self, steward):
        account = in_ccb("Blue Mesa Semiconductor")
        left, gone = in_salesforce("Other"), in_salesforce("A", account=account)
        self.merge(gone, None)
        assert match_of(gone).state == "gone" and link_of(gone) is None
        self.merge(gone, left)
        found = match_of(left, again=True)
        assert (found.state, found.method, link_of(left)) == ("linked", "merge", account.pk)
        matching.undo(found.pk, actor=steward)
        assert match_of(left, again=True).state == "open" and link_of(left) is None, "a person took it back"

    def test_a_link_that_a_person_took_back_from_the_one_that_took_over_is_not_handed_over_again(self, steward):
        account = in_ccb("Blue Mesa Semiconductor")
        # The order in which the two were first seen plays no part.
        left, gone, last = in_salesforce("Other"), in_salesforce("A", account=account), in_salesforce("Last")
        match_of(left)
        self.merge(gone, left)
        matching.undo(match_of(left, again=True).pk, actor=steward)
        assert match_of(left, again=True).state == "open" and link_of(left) is None
        self.merge(left, last)
        assert match_of(last, again=True).state == "open" and link_of(last) is None

    def test_a_link_given_back_and_taken_meanwhile_is_a_question(self, steward):
        account = in_ccb("Blue Mesa Semiconductor")
        gone, left, other = in_salesforce("A", account=account), in_salesforce("B"), in_salesforce("C")
        self.merge(gone, None)
        matching.link(match_of(other).pk, account.pk, actor=steward)
        self.merge(gone, left)
        found = match_of(left)
        assert (found.state, found.findings, link_of(left)) == ("open", ["merge.two"], None)
        assert link_of(other) == account.pk

    def test_a_ring_of_merges_ends(self):
        account = in_ccb("Blue Mesa Semiconductor")
        first, second = in_salesforce("A", account=account), in_salesforce("B")
        self.merge(first, second)
        self.merge(second, first)
        assert match_of(first).state == "gone" and link_of(first) is None

    def test_contacts_are_merged_too(self, steward):
        known = person("Whitfield,Dana")
        gone, left = contact("Dana", "Whitfield", customer=known), contact("D", "W")
        self.merge(gone, left)
        assert match_of(left).state == "linked" and link_of(left) == known.pk


class TestClosing:
    def test_nothing_is_closed_before_its_records_were_loaded_and_matched(self):
        assert [result.skipped for result in matching.match()] == ["not loaded yet"] * 3
        assert not any(matching.is_closed(each.object) for each in matching.progress())

    def test_an_object_is_closed_once_every_record_is_decided(self, question, steward):
        _, _, found = question
        matching.match()
        assert not matching.is_closed("accounts")
        assert matching.is_closed("contacts")
        matching.create_later(found.pk, actor=steward)
        assert matching.is_closed("accounts")
        matching.undo(found.pk, actor=steward)
        assert not matching.is_closed("accounts")

    def test_a_steward_closes_and_opens_it_again(self, question, steward):
        account, _, found = question
        assert matching.close("accounts", actor=steward).closed_by == "s.steward"
        assert matching.is_closed("accounts")
        assert list(matching.asked_about("accounts").values_list("candidate", flat=True)) == [account.pk]
        matching.link(found.pk, account.pk, actor=steward)
        matching.undo(found.pk, actor=steward)
        progress = matching.reopen("accounts", actor=steward)
        assert not matching.is_closed("accounts")
        assert [line.history_user for line in progress.history.all()[:2]] == [steward, steward]

    def test_closing_what_was_never_matched_closes_nothing(self, steward):
        matching.close("accounts", actor=steward)
        assert not matching.is_closed("accounts")

    def test_progress_counts_every_state(self, question, steward):
        _, _, found = question
        in_ccb("Harborview Cold Storage", "77 Pier Road")
        match_of(in_salesforce("Harborview Cold Storage", "77 Pier Road"))
        matching.ignore(found.pk, actor=steward)
        accounts = matching.progress()[0]
        assert (accounts.open, accounts.exact, accounts.ignored, accounts.linked, accounts.decided) == (1, 1, 1, 0, 1)


def test_an_enterprise_is_matched_no_more_once_it_is_called_one():
    record = in_salesforce("Blue Mesa Semiconductor")
    match_of(record)
    SalesforceAccount.objects.filter(pk=record.pk).update(level="C1")
    loaded()
    matching.match(again=True)
    assert not Match.objects.exists()
