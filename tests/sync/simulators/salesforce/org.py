"""An org on a file of its own, as tests use it: its administrator's control, and calls of the integration user."""

from typing import Any

import pytest

from sync.simulators.salesforce import records, soql, store
from sync.simulators.salesforce.control import Control
from sync.simulators.salesforce.errors import OrgError, RowError
from sync.simulators.salesforce.records import Operation, RowResult


class Org(Control):
    """Control, and what the integration user does through the API."""

    @property
    def user(self) -> str:
        """The integration user."""
        found = store.user_id(self.connection, store.INTEGRATION_USERNAME)
        assert found is not None
        return found

    def apply(self, operation: Operation, object_name: str, *rows: dict[str, Any], **options: Any) -> list[RowResult]:
        """Write rows as the integration user."""
        return records.apply(self.connection, self.user, operation, object_name, rows, **options)

    def made(self, object_name: str, **fields: Any) -> str:
        """The id of a new record of the integration user's."""
        (result,) = self.apply("insert", object_name, fields)
        assert result.success and result.id, result.errors
        return result.id

    def refusal(self, operation: Operation, object_name: str, row: dict[str, Any], **options: Any) -> RowError:
        """Why the org refuses a row."""
        (result,) = self.apply(operation, object_name, row, **options)
        assert not result.success
        (error,) = result.errors
        return error

    def found(self, text: str, *, include_deleted: bool = False) -> list[tuple[Any, ...]]:
        """What the integration user's query finds, flat."""
        return list(soql.run(self.connection, self.user, text, include_deleted=include_deleted).tuples)

    def records(self, text: str) -> list[dict[str, Any]]:
        """What the integration user's query finds, as REST shows it."""
        return list(soql.run(self.connection, self.user, text).rows)

    def query_error(self, text: str) -> OrgError:
        """How the org refuses a query."""
        with pytest.raises(OrgError) as caught:
            soql.run(self.connection, self.user, text)
        return caught.value
