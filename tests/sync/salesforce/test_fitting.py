"""What the integration user does not see stops its stream, by name, and no other; what has grown is told."""

from dataclasses import replace

import pytest

from customer360.models import SalesforceAccount
from sync.models import SyncRun
from sync.stream import FieldMap
from sync.systems.base import SourceError
from tests.sync.salesforce.support import ACCOUNTS, CONTACTS, Org, read, reading
from tests.sync.support import run_one

pytestmark = pytest.mark.django_db


def test_a_hidden_field_stops_its_stream_and_names_what_to_grant(org: Org) -> None:
    org.fill("Account", [{"Name": "Harborview", "Phone": "555-0100"}])
    org.fill("Contact", [{"LastName": "Lopez"}])
    assert run_one(ACCOUNTS.name)[0].new == 1
    org.control.hide("Account", "Phone")
    run, _ = run_one(ACCOUNTS.name, full=True)
    assert run.state == SyncRun.State.FAILED
    assert run.message == (
        "Salesforce accounts could not be read: Account.Phone is missing in Salesforce, or hidden from the integration"
        " user. The mirror is as it was after the last good run, and the other streams go on. Assign the permission set"
        " Customer360 Integration to the user; it must grant read access to the field Account.Phone."
    )
    assert SalesforceAccount.objects.get().phone == "555-0100", "a hidden field is no empty one"
    assert run_one(CONTACTS.name)[0].state == SyncRun.State.DONE
    org.control.show("Account", "Phone")
    assert run_one(ACCOUNTS.name)[0].state == SyncRun.State.DONE


def test_several_hidden_fields_are_all_named(org: Org) -> None:
    for field in ("CCB_Account_ID__c", "Territory__c"):
        org.control.hide("Account", field)
    with pytest.raises(SourceError, match=r"Account.CCB_Account_ID__c, Account.Territory__c are missing"):
        read(ACCOUNTS)


def test_a_hidden_stamp_or_flag_is_named_too(org: Org) -> None:
    org.control.hide("Account", "IsDeleted")
    with pytest.raises(SourceError, match=r"Account.IsDeleted is missing"):
        read(ACCOUNTS)


def test_an_object_that_is_not_there_is_named(org: Org) -> None:
    with reading(ACCOUNTS) as (opened, fitted), pytest.raises(SourceError) as error:
        opened.fitted(replace(fitted, source="Contract__c"))
    assert "Contract__c is missing in Salesforce" in str(error.value)
    assert "Read and View All Records on the object Contract__c" in str(error.value)


def test_a_path_to_a_parent_is_followed(org: Org) -> None:
    line = FieldMap("Owner.Name", "territory")
    lines = tuple(each for each in ACCOUNTS.fields if each.ours != "territory")
    through_owner = replace(ACCOUNTS, fields=(*lines, line))
    org.fill("Account", [{"Name": "Harborview"}])
    assert [row["territory"] for row in read(through_owner)] == ["Org Administrator"]
    org.control.hide("User", "Name")
    with pytest.raises(SourceError, match=r"Account.Owner.Name is missing"):
        read(through_owner)


def test_what_may_be_longer_there_is_a_warning(org: Org) -> None:
    with reading(ACCOUNTS) as (opened, fitted):
        assert opened.fitted(fitted).warnings == ()
        lines = tuple(replace(line, theirs="Description") if line.ours == "phone" else line for line in fitted.fields)
        (warning,) = opened.fitted(replace(fitted, fields=lines)).warnings
    assert warning["field"] == "phone"
    assert "Account.Description takes 32000 characters and phone only 40" in warning["detail"]


def test_the_settings_overlap_and_hold_back_stand(org: Org, settings: object) -> None:
    from datetime import timedelta

    settings.SALESFORCE = settings.SALESFORCE | {"hold_back_minutes": 3, "overlap_minutes": 40}  # type: ignore[attr-defined]
    with reading(ACCOUNTS) as (_, fitted):
        assert fitted.cursor is not None
        assert (fitted.cursor.hold_back, fitted.cursor.overlap) == (timedelta(minutes=3), timedelta(minutes=40))
