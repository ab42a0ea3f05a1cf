"""The sync's pages: every stream at a glance, what could not be taken, one run, and starting a stream."""

from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from customer360.visibility.middleware import viewer_of
from sync import bookmarks, operations, rejections, selectors, settling, timetable
from sync.forms import GoOnForm
from sync.models import RejectedRow, SyncRun
from sync.rights import may_operate, may_see, may_steward, nothing_here, only_for
from sync.streams import STREAMS
from sync.strip import strip
from sync.systems import connected

RETURNS_TO = ("sync", "sync-rejected")
"""The pages that a start may come from, by name; the first unless the form says otherwise."""


@only_for(may_see)
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """Every stream: when it last succeeded, how long it took, what it did, when it runs next."""
    timings = timetable.timings()
    lines = selectors.monitored(connected(STREAMS), timings)
    context = {
        "lines": [(line, strip(line.runs)) for line in lines],
        "brakes": [line for line in lines if line.brake],
        "rejected": sum(line.rejected for line in lines),
        "frozen_changes": [
            (line.stream.title, *changes)
            for line in lines
            if (changes := rejections.changed_when_frozen(viewer_of(request), line.runs))
        ],
        "timings": timings,
        "may_operate": may_operate(viewer_of(request)),
        "may_schedule": viewer_of(request).user.is_staff
        and viewer_of(request).user.has_perm("django_celery_beat.change_periodictask"),
    }
    return render(request, "sync/overview.html", context)


@only_for(may_see)
@require_safe
def rejected(request: HttpRequest) -> HttpResponse:
    """What could not be taken, by stream and reason, and the rows as far as this person may see them."""
    ignored = request.GET.get("ignored") == "1"
    chosen = rejections.chosen(request.GET.get("stream", ""), request.GET.get("reason", ""), ignored=ignored)
    rows = RejectedRow.objects.filter(**(rejections.IGNORED if ignored else rejections.OPEN), **chosen)
    page = Paginator(rows.order_by("-first_seen_at", "-id"), rejections.ROWS_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "groups": rejections.groups(),
        "chosen": chosen,
        "chosen_title": rejections.title_of(chosen.get("stream", "")),
        "is_ignored": ignored,
        "ignored": RejectedRow.objects.filter(**rejections.IGNORED).count(),
        "rows": rejections.see_all(viewer_of(request), page.object_list),
        "page": page,
        "may_operate": may_operate(viewer_of(request)),
        "may_settle": may_steward(viewer_of(request)),
        "runnable": {stream.name for stream in STREAMS},
    }
    return render(request, "sync/rejected.html", context)


@only_for(may_steward)
@require_POST
def rejected_rows(request: HttpRequest) -> HttpResponse:
    """Settle the chosen rows, or offer a whole group again, and say what became of it."""
    viewer, ignored = viewer_of(request), request.POST.get("ignored") == "1"
    chosen = rejections.chosen(request.POST.get("stream", ""), request.POST.get("reason", ""), ignored=ignored)
    rows = [int(row) for row in request.POST.getlist("rows") if row.isascii() and row.isdigit() and len(row) < 19]
    try:
        for level, text in settling.settle(viewer, request.POST, rows, chosen):
            messages.add_message(request, level, text)
    except operations.NotStarted as refusal:
        messages.error(request, str(refusal))
    query = urlencode(chosen | ({"ignored": "1"} if ignored else {}))
    return redirect(f"{reverse('sync-rejected')}?{query}#rows")


@only_for(may_see)
@require_http_methods(["GET", "HEAD", "POST"])
def run(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """One run: what it read and did; where a brake stopped it, the form that lets its work go on."""
    viewer, found = viewer_of(request), SyncRun.objects.filter(pk=run_id).first()
    if found is None:
        return nothing_here(request)
    form = GoOnForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            operations.let_go_on(found.pk, reason=form.cleaned_data["reason"], actor=viewer.user)
            messages.success(request, "It goes on: a worker compares everything once more, and marks what is gone.")
        except operations.NotStarted as refusal:
            messages.error(request, str(refusal))
        return redirect("sync-run", found.pk)
    stream = next((stream for stream in STREAMS if stream.name == found.stream), None)
    context = {
        "run": found,
        "title": rejections.title_of(found.stream),
        "stream": stream,
        "is_held": found.state == SyncRun.State.RUNNING and found.stream in bookmarks.held(),
        "waits": bool(stream) and selectors.waits_for_a_person(found),
        "going_on": selectors.going_on(found),
        "form": form,
        "ranges": selectors.ranges_of(found),
        "warnings": rejections.warnings(viewer, found),
        "latest": selectors.latest_runs([stream])[stream.name] if stream else (),
        "may_operate": may_operate(viewer),
    }
    return render(request, "sync/run.html", context)


@only_for(may_see)
@require_http_methods(["GET", "HEAD", "POST"])
def run_stream(request: HttpRequest, stream: str) -> HttpResponse:
    """Start a stream, in full only for an operator; asked for by GET, say first what that would do."""
    viewer = viewer_of(request)
    chosen = next((each for each in STREAMS if each.name == stream), None)
    full = request.POST.get("full") == "1"
    if chosen is None or (full and not may_operate(viewer)):
        return nothing_here(request)
    if request.method != "POST":
        (line,) = selectors.monitored([chosen], timetable.timings())
        return render(request, "sync/run_stream.html", {"line": line, "may_operate": may_operate(viewer)})
    try:
        operations.start_stream(chosen, actor=viewer.user, full=full)
        messages.success(request, f"{chosen.title}: a worker was told to run it{' in full' if full else ''}.")
    except operations.NotStarted as refusal:
        messages.error(request, str(refusal))
    back = request.POST.get("back", "")
    return redirect(back if back in RETURNS_TO else RETURNS_TO[0])
