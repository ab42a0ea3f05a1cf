"""The stream that fills the bench's account: real transforms, so that every check of the load has work to do."""

from sync.stream import Direction, FieldMap, Stream, System
from sync.transforms import DAY, MONEY, YES_NO, codes
from tests.bench.models import BenchAccount

STATUS_WORDS = {"20": "active", "10": "pending", "60": "inactive"}

ACCOUNTS = Stream(
    name="bench.accounts",
    title="Bench accounts",
    system=System.CCB,
    direction=Direction.IN,
    model=BenchAccount,
    source="BENCH_ACCOUNT a",
    key=("account_id",),
    cadence="nightly",
    fields=(
        FieldMap("a.ACCT_ID", "account_id"),
        FieldMap("a.PER_ID", "customer"),
        FieldMap("a.STATUS_FLG", "status", codes(STATUS_WORDS)),
        *(FieldMap(f"a.{name.upper()}", name) for name in BenchAccount.TEXTS),
        *(FieldMap(f"a.{name.upper()}", name, MONEY) for name in BenchAccount.FIGURES),
        *(FieldMap(f"a.{name.upper()}", name, DAY) for name in BenchAccount.DAYS),
        *(FieldMap(f"a.{name.upper()}", name, YES_NO) for name in BenchAccount.SWITCHES),
    ),
)
