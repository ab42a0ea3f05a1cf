from sync.models import SyncRun
from tests.sync.support import *
import time
def test_x(mirror, ccb):
    for r in SyncRun.objects.order_by("started_at"): print(r.stream, r.state, r.seconds, r.read, r.new, r.rejected, r.message, r.warnings)
    from sync.models import RejectedRow
    for r in RejectedRow.objects.all(): print(r, r.field, r.detail)
    b=written(); t=time.time()
    runs=run_all(full=True)
    print(time.time()-t, written_since(b))
    for r in runs.values(): print(r.stream, r.state, r.seconds, r.read, r.new, r.changed, r.removed, r.rejected, r.message, r.summaries)
