"""Oracle's errors, as the client must see them: `ORA-nnnnn: text`."""

MESSAGES = {
    600: "internal error of the simulator",
    900: "invalid SQL statement",
    904: "invalid identifier",
    911: "invalid character",
    918: "column ambiguously defined",
    923: "FROM keyword not found where expected",
    932: "inconsistent datatypes",
    933: "SQL command not properly ended",
    942: "table or view does not exist",
    979: "not a GROUP BY expression",
    1001: "invalid cursor",
    1003: "no statement parsed",
    1008: "not all variables bound",
    1012: "not logged on",
    1013: "user requested cancel of current operation",
    1017: "invalid username/password; logon denied",
    1031: "insufficient privileges",
    1403: "no data found",
    1453: "SET TRANSACTION must be first statement of transaction",
    1476: "divisor is equal to zero",
    1555: "snapshot too old: rollback segment number 12 too small",
    1722: "invalid number",
    1790: "expression must have same datatype as corresponding expression",
    1821: "date format not recognized",
    1861: "literal does not match format string",
    3001: "unimplemented feature",
    3113: "end-of-file on communication channel",
    12514: "TNS:listener does not currently know of service requested in connect descriptor",
    28000: "the account is locked",
    28001: "the password has expired",
}
# Errors that Oracle answers to a login, before any statement.
LOGIN_ERRORS = frozenset({1017, 1045, 28000, 28001, 28002})


class OracleError(Exception):
    """An error that goes to the client with its ORA number; `detail` completes Oracle's standard text."""

    def __init__(self, code: int, detail: str = "") -> None:
        self.code = code
        text = MESSAGES.get(code, "")
        # ORA-00904 names the identifier first, every other error last.
        parts = (detail, text) if code == 904 else (text, detail)
        self.text = ": ".join(part for part in parts if part) or "error raised by the simulator"
        super().__init__(f"ORA-{code:05d}: {self.text}")


class UnsupportedSQL(OracleError):
    """The statement may be good Oracle SQL but lies outside the subset that the simulator answers."""

    def __init__(self, what: str) -> None:
        super().__init__(900, f"the CC&B simulator does not support {what}")
