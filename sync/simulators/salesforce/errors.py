"""What the org refuses, with Salesforce's own codes and texts."""

from dataclasses import dataclass, field


class OrgError(Exception):
    """A call that the org refuses as a whole: an error code, its text, and the HTTP status of the answer."""

    def __init__(self, code: str, message: str, *, fields: tuple[str, ...] = (), status: int = 400) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.fields = fields
        self.status = status

    def body(self) -> dict[str, object]:
        """One element of the list that a REST answer holds; `fields` only where there are any."""
        told: dict[str, object] = {"message": self.message, "errorCode": self.code}
        if self.fields:
            told["fields"] = list(self.fields)
        return told


class SeveralMatch(Exception):
    """An external id that is not unique and that several records carry: HTTP 300 with the list of records."""

    def __init__(self, object_name: str, ids: list[str]) -> None:
        super().__init__(f"{len(ids)} records of {object_name} match")
        self.object_name = object_name
        self.ids = ids


@dataclass(frozen=True)
class RowError:
    """Why one row was refused."""

    code: str
    message: str
    fields: tuple[str, ...] = field(default=())

    def as_rest(self) -> dict[str, object]:
        """As collections and single writes tell it: `statusCode` beside every row."""
        return {"statusCode": self.code, "message": self.message, "fields": list(self.fields)}

    def as_bulk(self) -> str:
        """As `sf__Error` of a bulk job tells it: CODE:message:fields --."""
        return (
            f"{self.code}:{self.message}:{' '.join(self.fields)} --"
            if self.fields
            else f"{self.code}:{self.message}:--"
        )


class RowRefused(Exception):
    """Raised while one row is checked or written; carries everything wrong with it."""

    def __init__(self, *errors: RowError) -> None:
        super().__init__("; ".join(f"{error.code}: {error.message}" for error in errors))
        self.errors = errors


def refuse(code: str, message: str, *fields: str) -> RowRefused:
    """The refusal of one row for one reason."""
    return RowRefused(RowError(code, message, fields))
