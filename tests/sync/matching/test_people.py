"""Customers and contacts: matched with the people of CC&B, by name with address or e-mail."""

import pytest

from tests.factories import make_account_customer
from tests.sync.matching.support import (
    contact,
    customer_in_salesforce,
    in_ccb,
    in_salesforce,
    link_of,
    match_of,
    person,
)

pytestmark = pytest.mark.django_db


def test_a_customer_is_matched_by_the_whole_name_and_any_address_of_theirs():
    account = in_ccb("Blue Mesa Semiconductor and Associated Businesses of the County, Incorporated LLC")
    name = "Blue Mesa Semiconductor and Associated Businesses of the County"
    record = customer_in_salesforce(name[:40], full_name=name)
    found = match_of(record)
    assert (found.candidate, found.is_exact) == (account.customer_id, True)


def test_several_accounts_do_not_keep_their_customer_from_being_exact():
    account = in_ccb("Blue Mesa Semiconductor")
    in_ccb("", "9 Elm Road", customer=account.customer)
    assert match_of(customer_in_salesforce("Blue Mesa Semiconductor", "9 Elm Road")).is_exact


def test_a_person_id_in_salesforce_links_a_contact_unless_the_name_contradicts():
    known, other = person("Whitfield,Dana"), person("Delgado,Marcus")
    right, wrong = (
        contact("Dana", "Whitfield", said_person_id=known.pk),
        contact("Dana", "Whitfield", said_person_id=other.pk),
    )
    assert match_of(right).state == "linked" and link_of(right) == known.pk
    assert match_of(wrong).state == "open" and link_of(wrong) is None


def test_name_with_address_or_with_email_is_exact_for_a_contact():
    by_address, by_mail = (
        person("Whitfield,Dana"),
        person("Delgado,Marcus", "9 Elm Road", email="m.delgado@post.example"),
    )
    assert match_of(contact("Dana", "Whitfield")).candidate == by_address.pk
    found = match_of(contact("Marcus", "Delgado", None, city=None, postal_code=None, email="M.Delgado@post.example"))
    assert (found.candidate, found.is_exact) == (by_mail.pk, True)
    assert "email.same" in found.findings


def test_a_family_that_shares_an_email_is_told_apart_by_name():
    dana, pat = person("Whitfield,Dana", email="home@post.example"), person("Whitfield,Pat", email="home@post.example")
    found = match_of(contact("Pat", "Whitfield", None, email="home@post.example"))
    assert (found.candidate, found.is_exact) == (pat.pk, True)
    assert dana.pk in found.others
    assert not match_of(contact("Patty", "Whitfield", None, email="home@post.example")).is_exact


def test_a_namesake_at_a_company_is_a_question():
    known = person("Whitfield,Dana")
    company = in_salesforce("Harborview Cold Storage", "77 Pier Road")
    found = match_of(contact("Dana", "Whitfield", "77 Pier Road", salesforce_account=company))
    assert (found.candidate, found.is_exact) == (known.pk, False)


def test_the_contact_of_a_childs_account_is_not_the_parent():
    person("Whitfield,Dana")
    account = in_salesforce("Dana Whitfield Jr.")
    found = match_of(contact("Dana", "Whitfield", salesforce_account=account))
    assert "name.kin" in found.findings and not found.is_exact


def test_a_contact_of_an_account_is_sought_among_its_people():
    account = in_ccb("Blue Mesa Semiconductor")
    here, elsewhere = person("Whitfield,Dana"), person("Whitfield,Dana", "9 Elm Road")
    make_account_customer(account, here)
    linked = in_salesforce("Blue Mesa Semiconductor", account=account)
    found = match_of(contact("Dana", "Whitfield", None, salesforce_account=linked))
    assert found.candidate == here.pk and "account.same" in found.findings
    found = match_of(contact("Dana", "Whitfield", "9 Elm Road", salesforce_account=linked))
    assert elsewhere.pk in (found.candidate, *found.others)
    assert not found.is_exact


def test_a_company_is_no_contact():
    in_ccb("Dana Whitfield")
    assert match_of(contact("Dana", "Whitfield")).candidate is None


def test_phone_numbers_are_compared_by_their_digits():
    known = person("Whitfield,Dana", "9 Elm Road", phone="(207) 555-0142")
    found = match_of(contact("D.", "Whitfield", None, mobile_phone="+1 207.555.0142 x12"))
    assert found.candidate == known.pk and "phone.same" in found.findings
