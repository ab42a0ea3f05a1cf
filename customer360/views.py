"""The pages of the core."""

from operator import attrgetter

from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import LoginView
from django.core.exceptions import ObjectDoesNotExist
from django.db import DatabaseError, connection
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django.views.defaults import page_not_found

from customer360 import links, pages, record_pages, search
from customer360.forms import SignInForm
from customer360.models import Account, AccountSummary, Premise
from customer360.record_pages import RecordPage
from customer360.tables import Column, Table, lines, readable

FOUND_ACCOUNT = attrgetter("account")
RESULT_COLUMNS = (
    Column(Account, "display_name", "marked", label="Account name", styles="wrap", record=FOUND_ACCOUNT),
    Column(Account, "account_id", "identifier", label="Account", record=FOUND_ACCOUNT),
    Column(Account, "status", "account_status", record=FOUND_ACCOUNT),
    Column(Account, "account_id", "match", label="Match", styles="full wrap", record=FOUND_ACCOUNT),
    Column(Account, "customer_class_name", styles="opt2 hm", record=FOUND_ACCOUNT),
    Column(
        Premise,
        "address",
        "marked",
        label="Service address",
        styles="opt full wrap",
        record=attrgetter("premise"),
        opens=("premise", "premise_id"),
    ),
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
    found = search.find_accounts(viewer, text, request.GET.get("page"))
    if found.only and found.only.account.account_id.isalnum():
        return redirect("account", found.only.account.account_id)
    table = Table.for_viewer(viewer, f"Accounts that match {text}", RESULT_COLUMNS).add(
        found.accounts,
        currency=lambda row: readable(viewer, row.account, Account, "currency") or "",
        url=lambda row: reverse("account", args=[row.account.account_id]) if row.account.account_id.isalnum() else "",
        is_muted=lambda row: readable(viewer, row.account, Account, "status") == Account.Status.INACTIVE,
    )
    context = {"text": text, "found": found, "table": table, "sources": ("ccb",)}
    return render(request, "customer360/search.html", context)


def _record(request: HttpRequest, page: RecordPage, key: str) -> HttpResponse:
    """The page about one record; not found where there is none that the viewer may have."""
    viewer = request.viewer
    try:
        record = page.read(viewer, key)
    except ObjectDoesNotExist:
        return _nothing_here(request)
    visit = pages.Visit(record, viewer, request.GET.dict())
    panels = pages.draw(page.name, visit)
    context = {
        "title": page.title(visit),
        "trail": page.trail(visit),
        "chips": lines(viewer, record, page.chips),
        "facts": lines(viewer, record, page.facts),
        "links": links.links(viewer, page.name, record),
        "panels": panels,
        "sections": {drawn.panel.name for slot in panels.values() for drawn in slot},
    }
    return render(request, "customer360/record.html", context)


@require_safe
def account(request: HttpRequest, account_id: str) -> HttpResponse:
    """Everything about one account on one screen."""
    return _record(request, record_pages.ACCOUNT, account_id)


@require_safe
def customer(request: HttpRequest, person_id: str) -> HttpResponse:
    """A customer with its accounts in every role."""
    return _record(request, record_pages.CUSTOMER, person_id)


@require_safe
def premise(request: HttpRequest, premise_id: str) -> HttpResponse:
    """A premise with who takes or took service there."""
    return _record(request, record_pages.PREMISE, premise_id)


@require_safe
def service_agreement(request: HttpRequest, service_agreement_id: str) -> HttpResponse:
    """A service agreement with its terms and transactions."""
    return _record(request, record_pages.SERVICE_AGREEMENT, service_agreement_id)


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
