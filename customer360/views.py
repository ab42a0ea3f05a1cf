"""The pages of the core."""

from operator import attrgetter

from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import LoginView
from django.db import DatabaseError, connection
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django.views.defaults import page_not_found

from customer360 import pages, search, selectors
from customer360.forms import SignInForm
from customer360.models import Account, AccountSummary, Premise
from customer360.tables import Column, Table, lines, readable

HEADER_COLUMNS = (
    Column(Account, "account_id", "account_id", label="Account"),
    Column(Account, "customer_class_name", label="Class"),
    Column(Account, "setup_date", "month", label="Since"),
    Column(Account, "bill_cycle", label="Cycle"),
    Column(Account, "manage_group_name", label="Group"),
)
HEADER_CHIPS = (Column(Account, "status", "account_status"), Column(Account, "removed_at", "removed"))


FOUND_ACCOUNT = attrgetter("account")
RESULT_COLUMNS = (
    Column(Account, "display_name", "marked", label="Account name", styles="wrap", record=FOUND_ACCOUNT),
    Column(Account, "account_id", "identifier", label="Account", record=FOUND_ACCOUNT),
    Column(Account, "status", "account_status", record=FOUND_ACCOUNT),
    Column(Account, "account_id", "match", label="Match", styles="full wrap", record=FOUND_ACCOUNT),
    Column(Account, "customer_class_name", styles="opt2 hm", record=FOUND_ACCOUNT),
    Column(Premise, "address", "marked", label="Service address", styles="opt full wrap", record=attrgetter("premise")),
    Column(AccountSummary, "balance", "money", styles="n", record=attrgetter("summary")),
    Column(AccountSummary, "past_due", "money_owed", styles="n", record=attrgetter("summary")),
)


class SignIn(LoginView):
    """Name and password."""

    template_name = "customer360/sign_in.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True


def _nothing_here(request: HttpRequest) -> HttpResponse:
    """The answer for what does not exist, or not for this person: the same page, on a developer's machine too."""
    return page_not_found(request, Http404())


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Where a person starts: the search box."""
    return render(request, "customer360/home.html")


@require_safe
def find(request: HttpRequest) -> HttpResponse:
    """Search results; the one account that was meant opens directly."""
    viewer, text = request.viewer, request.GET.get("q", "").strip()
    if not search.searchable(viewer):
        return _nothing_here(request)
    found = search.find_accounts(viewer, text)
    if found.only:
        return redirect("account", found.only.account.account_id)
    table = Table.for_viewer(viewer, f"Accounts that match {text}", RESULT_COLUMNS).add(
        found.accounts,
        currency=lambda row: readable(viewer, row.account, Account, "currency") or "",
        url=lambda row: reverse("account", args=[row.account.account_id]),
        is_muted=lambda row: readable(viewer, row.account, Account, "status") == Account.Status.INACTIVE,
    )
    context = {"text": text, "found": found, "table": table, "sources": ("ccb",)}
    return render(request, "customer360/search.html", context)


@require_safe
def account(request: HttpRequest, account_id: str) -> HttpResponse:
    """Everything about one account on one screen."""
    viewer = request.viewer
    try:
        record = selectors.account(viewer, account_id)
    except Account.DoesNotExist:
        return _nothing_here(request)
    panels = pages.draw("account", pages.Visit(record, viewer, request.GET.dict()))
    chips, facts = lines(viewer, record, HEADER_CHIPS), lines(viewer, record, HEADER_COLUMNS)
    sections = {drawn.panel.name for slot in panels.values() for drawn in slot}
    context = {"account": record, "chips": chips, "facts": facts, "panels": panels, "sections": sections}
    return render(request, "customer360/account.html", context)


@never_cache
@login_not_required
@require_safe
def health(request: HttpRequest) -> JsonResponse:
    """Whether the portal can answer: 200 once the database has, 503 while it does not."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return JsonResponse({"status": "the database does not answer"}, status=503)
    return JsonResponse({"status": "ok"})
