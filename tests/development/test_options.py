"""What a person may set for `make run`."""

import pytest

from customer360.development.errors import DevelopmentError
from customer360.development.options import Options


def test_nothing_set_means_the_documented_defaults() -> None:
    options = Options.from_environment({})
    assert (options.port, options.ccb_port, options.salesforce_port) == (8000, 15210, 15443)
    assert (options.accounts, options.months) == (2000, 26)
    assert options.simulates_ccb
    assert options.simulates_salesforce
    assert not options.size_was_given


def test_what_is_set_is_used() -> None:
    ports = {"PORT": "8001", "CCB_PORT": "15211", "SALESFORCE_PORT": "15444"}
    options = Options.from_environment({**ports, "ACCOUNTS": "40", "MONTHS": ""})
    assert (options.port, options.ccb_port, options.salesforce_port) == (8001, 15211, 15444)
    assert (options.accounts, options.months) == (40, 26)
    assert options.size_was_given


def test_a_ccb_of_one_s_own_needs_no_simulator() -> None:
    assert not Options.from_environment({"CCB_DSN": "ccb.example:1521/CCB"}).simulates_ccb


def test_a_salesforce_of_one_s_own_needs_no_simulator() -> None:
    options = Options.from_environment({"SALESFORCE_LOGIN_URL": "https://utility.my.salesforce.com"})
    assert not options.simulates_salesforce
    assert options.simulates_ccb


@pytest.mark.parametrize(
    ("environment", "sentence"),
    [
        ({"PORT": "eighty"}, "PORT is 'eighty': give a whole number from 1 to 65535"),
        ({"PORT": "0"}, "PORT is '0'"),
        ({"CCB_PORT": "65536"}, "CCB_PORT is '65536'"),
        ({"ACCOUNTS": "-1"}, "ACCOUNTS is '-1'"),
        ({"MONTHS": "²"}, "MONTHS is '²'"),
        ({"PORT": "15210"}, "PORT and CCB_PORT are both 15210"),
        ({"SALESFORCE_PORT": "https"}, "SALESFORCE_PORT is 'https'"),
        ({"SALESFORCE_PORT": "8000"}, "PORT and SALESFORCE_PORT are both 8000"),
        ({"CCB_PORT": "15443"}, "CCB_PORT and SALESFORCE_PORT are both 15443"),
        ({"DATABASE_URL": "postgres://a"}, "DATABASE_URL is set and DATABASE_OWNER_URL is not"),
        ({"DATABASE_OWNER_URL": "postgres://a"}, "DATABASE_OWNER_URL is set and DATABASE_URL is not"),
        ({"DEBUG": "False"}, "always runs with DEBUG on"),
    ],
)
def test_a_value_that_cannot_be_used_is_one_sentence(environment: dict[str, str], sentence: str) -> None:
    with pytest.raises(DevelopmentError, match=sentence.replace("'", ".")):
        Options.from_environment(environment)


def test_two_databases_have_two_names_and_none_shows_a_password() -> None:
    urls = ("postgres://app:hush@one/customer360", "postgres://app:hush@two/customer360")
    one, two = (Options(database_url=url).database_name for url in urls)
    assert one != two
    assert "hush" not in one + two
