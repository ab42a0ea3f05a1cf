"""Admin in a real browser, under the portal's content security policy: no page breaks it, and what it does works."""

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group
from django.urls import reverse
from django.utils import timezone
from django_celery_beat.models import (
    ClockedSchedule,
    CrontabSchedule,
    IntervalSchedule,
    PeriodicTask,
    SolarSchedule,
)

from customer360.models import User
from sync.models import Bookmark, CcbConnection, RejectedRow, SyncRun
from sync.simulators.ccb.server import Simulator
from tests.browser.waiting import wait_until
from tests.factories import TODAY

APPS = {"auth", "customer360", "django_celery_beat", "sync"}
WATCH = """
    window.broken = [];
    document.addEventListener('securitypolicyviolation', event => {
        window.broken.push(`${event.effectiveDirective}: ${event.blockedURI} ${event.sample}`);
    });
"""


@pytest.fixture
def superuser(portal):
    """The portal as somebody who may open every page of admin and see every field."""
    from customer360.roles import install_roles

    signed_in = portal("administrator")
    install_roles()
    user = User.objects.get(username="administrator")
    user.groups.add(Group.objects.get(name="full access"))
    User.objects.filter(pk=user.pk).update(is_superuser=True)
    return signed_in


@pytest.fixture
def everything(superuser):
    """A record of every model that the story has none of."""
    ClockedSchedule.objects.create(clocked_time=timezone.now())
    IntervalSchedule.objects.create(every=10, period="minutes")
    SolarSchedule.objects.create(event="sunrise", latitude=43, longitude=-70)
    run = SyncRun.objects.create(stream="ccb.bills", mode="full", business_date=TODAY, held=3, gone=1, read=2)
    Bookmark.objects.create(stream="ccb.bills", last_run=run)
    CcbConnection.from_environment().save()
    RejectedRow.objects.create(
        stream="ccb.bills", record_key="1", reason="no key", detail="It has no key.", raw={"bill_id": None},
        fingerprint="1", first_run=run.pk, first_seen_at=timezone.now(),
    )  # fmt: skip


def addresses() -> list[str]:
    """Every page of admin about the models used here: lists, forms, deletion, history; and those around them."""
    found = [reverse("admin:index"), reverse("admin:password_change")]
    found += [reverse("admin:app_list", args=[app]) for app in sorted(APPS)]
    for model in admin.site._registry:
        if model._meta.app_label not in APPS:
            continue
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        record = model._default_manager.first()
        found += [reverse(f"{name}_changelist"), reverse(f"{name}_add")]
        if record is not None:
            found += [reverse(f"{name}_{action}", args=[record.pk]) for action in ("change", "delete", "history")]
    user = User.objects.first()
    return [*found, reverse("admin:auth_user_password_change", args=[user.pk])]


def test_no_admin_page_breaks_the_content_security_policy(superuser, everything):
    page = superuser.open("/admin/")
    page.add_init_script(WATCH)
    opened, broken = set(), []
    for address in addresses():
        answer = page.goto(superuser.url + address)
        if answer.status == 200:
            opened.add(address)
        broken += [f"{address}: {violation}" for violation in page.evaluate("window.broken")]
    # Some may be added to, changed or deleted by nobody, which a browser reports as a problem.
    superuser.problems[:] = [problem for problem in superuser.problems if "403 (Forbidden)" not in problem]
    assert broken == []
    pages = {address for address in opened if any(f"/{app}/" in address for app in APPS)}
    assert len(pages) >= 45, sorted(pages)
    for model in (PeriodicTask, CrontabSchedule, SolarSchedule, SyncRun, RejectedRow, CcbConnection, User):
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}_change"
        assert reverse(name, args=[model.objects.first().pk]) in opened, name


def test_a_forbidden_script_would_be_noticed(superuser):
    page = superuser.open("/admin/")
    page.evaluate(WATCH)
    page.evaluate("""() => {
        const script = document.createElement('script');
        script.textContent = 'window.ran = true';
        document.body.append(script);
    }""")
    wait_until(page, "window.broken.length === 1")
    assert page.evaluate("window.ran") is None
    superuser.problems.clear()


def test_the_form_of_a_schedule_says_in_words_when_it_runs(superuser):
    nightly = PeriodicTask.objects.get(name="CC&B nightly")
    page = superuser.open(reverse("admin:django_celery_beat_periodictask_change", args=[nightly.pk]))
    words = page.locator("#crontab-in-words")
    assert words.inner_text() == "Runs: At 02:00 AM America/New_York"
    weekly = PeriodicTask.objects.get(name="CC&B weekly full compare")
    page.select_option("#id_crontab", str(weekly.crontab_id))
    assert words.inner_text() == "Runs: At 04:00 AM, only on Sunday America/New_York"
    page.select_option("#id_crontab", "")
    assert words.inner_text() == ""


def test_a_schedule_is_paused_by_its_switch_and_run_now_by_the_action(superuser):
    nightly = PeriodicTask.objects.get(name="CC&B nightly")
    page = superuser.open(reverse("admin:django_celery_beat_periodictask_change", args=[nightly.pk]))
    page.uncheck("#id_enabled")
    page.click("[name=_save]")
    page.wait_for_url("**/periodictask/")
    nightly.refresh_from_db()
    assert not nightly.enabled
    page.goto(superuser.url + "/sync")
    assert page.locator("tr", has_text="CC&B nightly").locator("text=Paused").is_visible()
    page.goto(superuser.url + reverse("admin:django_celery_beat_periodictask_changelist"))
    page.check(f"input[name=_selected_action][value='{nightly.pk}']")
    page.select_option("select[name=action]", "run_tasks")
    page.click("button[name=index]")
    assert page.locator(".messagelist li").inner_text() == "1 task was successfully run"


def test_the_connection_is_saved_and_tried_by_its_button(superuser, settings, tmp_path):
    with Simulator(tmp_path / "ccb.sqlite3") as simulator:
        settings.CCB = settings.CCB | {"dsn": simulator.dsn}
        page = superuser.open(reverse("admin:sync_ccbconnection_changelist"))
        page.add_init_script(WATCH)
        page.click("[name=_continue]")
        page.wait_for_url("**/ccbconnection/1/change/")
        page.click("input[value='Test connection']")
        page.wait_for_url("**/ccbconnection/test/")
        assert page.locator(".messagelist .success").inner_text() == "Everything that the streams read can be read."
        assert page.evaluate("window.broken") == []
    page.click("input[value='Test again']")
    assert "Check that CC&B is running" in page.locator(".errornote").inner_text()
