"""Both sides of what is matched: every name, address and number that a record has, gathered by whole tables.

The statements fill the tables that `sync.matching.normalise` and `sync.matching.likeness` work on. `match_open (owner)`
holds the records of Salesforce that wait for a decision. What keeps a proposal from being exact is said in `match_trait
(side, owner, trait)`: `several` (its customer has other accounts), `parent` (other accounts of Salesforce stand below
it); and `match_context (s, c)` names whom the account of a contact allows.
"""

from collections.abc import Mapping

from psycopg import sql

from customer360.models import (
    Account,
    AccountCustomer,
    Contact,
    Customer,
    Premise,
    SalesforceAccount,
    SalesforceCustomer,
    ServiceAgreement,
)

_NUMBER = "right(regexp_replace(regexp_replace({}, '(x|ext).*$', '', 'i'), '[^0-9]', '', 'g'), 10)"
"""A telephone number without its extension and its country."""

_LINES = "concat_ws(' ', {0}.address1, {0}.address2, {0}.address3, {0}.address4), {0}.city, {0}.postal_code"
"""An address of CC&B as Salesforce has it: street, city, postal code."""

NAMES: Mapping[str, sql.Composable] = {
    name: sql.Identifier(model._meta.db_table)
    for name, model in {
        "account": Account, "role": AccountCustomer, "contact": Contact, "customer": Customer, "premise": Premise,
        "agreement": ServiceAgreement, "salesforce_account": SalesforceAccount,
        "salesforce_customer": SalesforceCustomer,
    }.items()
} | {
    "r_number": sql.SQL(_NUMBER.format("r.phone")),
    "r_mobile_number": sql.SQL(_NUMBER.format("r.mobile_phone")),
    "p_number": sql.SQL(_NUMBER.format("p.phone")),
    "number": sql.SQL(_NUMBER.format("phone")),
    **{f"{alias}_lines": sql.SQL(_LINES.format(alias)) for alias in "aph"},
}  # fmt: skip
"""The tables of both sides, and the telephone numbers and addresses of their aliases in the statements below."""


ACCOUNTS = (
    """
    INSERT INTO match_name SELECT 's', r.salesforce_id, r.name, true
    FROM {record} r JOIN match_open o ON o.owner = r.salesforce_id
    """,
    """
    INSERT INTO match_place SELECT 's', r.salesforce_id, r.street, r.city, r.postal_code, true
    FROM {record} r JOIN match_open o ON o.owner = r.salesforce_id
    """,
    """
    INSERT INTO match_reach SELECT 's', r.salesforce_id, 't', {r_number}
    FROM {record} r JOIN match_open o ON o.owner = r.salesforce_id
    """,
    # An account goes by its main customer's name; by those of the others on it, and by two in one name.
    """
    WITH named AS MATERIALIZED (
        SELECT DISTINCT a.account_id, p.person_id, p.name, p.person_id = a.customer_id AS is_main,
               btrim(split_part(p.name, ',', 2) || ' ' || split_part(p.name, ',', 1)) AS said
        FROM {account} a
        JOIN {role} l ON l.account_id = a.account_id AND l.removed_at IS NULL
        JOIN {customer} p ON p.person_id = l.customer_id
        WHERE a.removed_at IS NULL
        UNION
        SELECT a.account_id, p.person_id, p.name, true,
               btrim(split_part(p.name, ',', 2) || ' ' || split_part(p.name, ',', 1))
        FROM {account} a JOIN {customer} p ON p.person_id = a.customer_id
        WHERE a.removed_at IS NULL
    )
    INSERT INTO match_name
    SELECT 'c', account_id, name, is_main FROM named
    UNION ALL
    SELECT 'c', m.account_id, m.said || ' and ' || o.said, false
    FROM named m JOIN named o ON o.account_id = m.account_id AND m.is_main AND NOT o.is_main
    """,
    """
    WITH open AS MATERIALIZED (
        SELECT DISTINCT account_id FROM {agreement}
        WHERE removed_at IS NULL AND status NOT IN ('closed', 'canceled', 'stopped')
    )
    INSERT INTO match_place
    SELECT 'c', a.account_id, {a_lines}, true FROM {account} a WHERE a.removed_at IS NULL
    UNION ALL
    SELECT 'c', a.account_id, {p_lines}, true
    FROM {account} a JOIN {customer} p ON p.person_id = a.customer_id WHERE a.removed_at IS NULL
    UNION ALL
    SELECT 'c', s.account_id, {p_lines},
           s.status NOT IN ('closed', 'canceled', 'stopped') OR o.account_id IS NULL
    FROM {agreement} s JOIN {premise} p ON p.premise_id = s.premise_id
    JOIN {account} a ON a.account_id = s.account_id AND a.removed_at IS NULL
    LEFT JOIN open o ON o.account_id = s.account_id
    WHERE s.removed_at IS NULL
    """,
    """
    INSERT INTO match_reach SELECT 'c', a.account_id, 't', {p_number}
    FROM {account} a JOIN {customer} p ON p.person_id = a.customer_id WHERE a.removed_at IS NULL
    """,
    """
    INSERT INTO match_trait SELECT 'c', account_id, 'several' FROM (
        SELECT account_id, count(*) OVER (PARTITION BY customer_id) AS accounts
        FROM {account} WHERE removed_at IS NULL AND customer_id IS NOT NULL
    ) AS held WHERE accounts > 1
    """,
    """
    INSERT INTO match_trait SELECT DISTINCT 's', parent_id, 'parent' FROM {record}
    WHERE removed_at IS NULL AND parent_id IS NOT NULL
    """,
)  # fmt: skip

# A person lives where the person's bills go, and where the person is served.
_PEOPLE = (
    """
    INSERT INTO match_name SELECT 'c', person_id, name, true FROM {customer} WHERE removed_at IS NULL AND {kind}
    """,
    """
    WITH known AS MATERIALIZED (SELECT * FROM {customer} WHERE removed_at IS NULL AND {kind})
    INSERT INTO match_place
    SELECT 'c', p.person_id, {p_lines}, true FROM known p
    UNION ALL
    SELECT 'c', p.person_id, {a_lines}, l.is_main
    FROM known p JOIN {role} l ON l.customer_id = p.person_id AND l.removed_at IS NULL
    JOIN {account} a ON a.account_id = l.account_id AND a.removed_at IS NULL
    UNION ALL
    SELECT 'c', p.person_id, {h_lines}, l.is_main AND s.status NOT IN ('closed', 'canceled', 'stopped')
    FROM known p JOIN {role} l ON l.customer_id = p.person_id AND l.removed_at IS NULL
    JOIN {agreement} s ON s.account_id = l.account_id AND s.removed_at IS NULL
    JOIN {premise} h ON h.premise_id = s.premise_id
    """,
    """
    INSERT INTO match_reach
    SELECT 'c', person_id, 't', {number} FROM {customer} WHERE removed_at IS NULL AND {kind}
    UNION ALL
    SELECT 'c', person_id, 'e', lower(btrim(email)) FROM {customer} WHERE removed_at IS NULL AND {kind}
    """,
)
_OURS = """
    INSERT INTO match_place SELECT 's', r.salesforce_id, r.street, r.city, r.postal_code, true
    FROM {record} r JOIN match_open o ON o.owner = r.salesforce_id
"""
CUSTOMERS = (
    """
    INSERT INTO match_name SELECT 's', r.salesforce_id, COALESCE(NULLIF(r.full_name, ''), r.name), true
    FROM {record} r JOIN match_open o ON o.owner = r.salesforce_id
    """,
    _OURS,
    """
    INSERT INTO match_reach
    SELECT 's', r.salesforce_id, v.kind, v.value
    FROM {record} r JOIN match_open o ON o.owner = r.salesforce_id
    CROSS JOIN LATERAL (VALUES ('t', {r_number}), ('e', lower(btrim(r.email)))) AS v (kind, value)
    """,
    *(statement.replace("{kind}", "true") for statement in _PEOPLE),
)
# Where the account of a contact is somebody's child by its name, so is the contact of that name.
CONTACTS = (
    r"""
    INSERT INTO match_name
    SELECT 's', r.salesforce_id, concat_ws(' ', r.first_name, r.last_name, CASE
        WHEN position(lower(r.last_name) IN lower(a.name)) > 0
        THEN substring(lower(a.name) from '\m(jr|sr|junior|senior|ii|iii|iv)\M') END), true
    FROM {record} r JOIN match_open o ON o.owner = r.salesforce_id
    LEFT JOIN {salesforce_account} a ON a.salesforce_id = r.salesforce_account_id
    """,
    _OURS,
    """
    INSERT INTO match_place SELECT 's', r.salesforce_id, a.street, a.city, a.postal_code, false
    FROM {record} r JOIN match_open o ON o.owner = r.salesforce_id
    JOIN {salesforce_account} a ON a.salesforce_id = r.salesforce_account_id
    """,
    """
    INSERT INTO match_reach
    SELECT 's', r.salesforce_id, v.kind, v.value
    FROM {record} r JOIN match_open o ON o.owner = r.salesforce_id
    CROSS JOIN LATERAL (VALUES ('t', {r_number}), ('t', {r_mobile_number}),
                               ('e', lower(btrim(r.email)))) AS v (kind, value)
    """,
    # Its account's link says whose account it is; a customer without any role there is somebody else of that name.
    """
    INSERT INTO match_context
    SELECT r.salesforce_id, l.customer_id
    FROM {record} r JOIN match_open o ON o.owner = r.salesforce_id
    JOIN {salesforce_account} a ON a.salesforce_id = r.salesforce_account_id AND a.account_id IS NOT NULL
    JOIN {role} l ON l.account_id = a.account_id AND l.removed_at IS NULL
    """,
    *(statement.replace("{kind}", "kind = 'person'") for statement in _PEOPLE),
)
