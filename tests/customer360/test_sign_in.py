"""The brake on guessed passwords: a name at an address is locked and says so; time or an administrator unlock it."""

from datetime import timedelta

import pytest
from axes.models import AccessAttempt
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from customer360.models import User
from customer360.sign_in import address_of
from tests.factories import make_user

pytestmark = pytest.mark.django_db

PASSWORD = "correct horse battery staple"
SENTENCE = "Too many wrong passwords for this name. Nothing is lost: wait 15 minutes, or ask your administrator"


@pytest.fixture
def dana() -> User:
    """Somebody who may sign in."""
    user = make_user(role="rep", username="dana")
    user.set_password(PASSWORD)
    user.save()
    return user


WRONG = "wrong"


def sign_in(client: Client, password: str = WRONG, *, name: str = "dana", address: str = "10.0.0.1", **headers: str):
    return client.post(reverse("sign-in"), {"username": name, "password": password}, REMOTE_ADDR=address, **headers)


def fail(client: Client, times: int, **options: str) -> int:
    """Wrong passwords; the status of the last answer."""
    return [sign_in(client, **options).status_code for _ in range(times)][-1]


def test_the_right_password_is_taken_until_the_limit(client: Client, dana: User) -> None:
    assert fail(client, 5) == 200
    assert sign_in(client, PASSWORD).status_code == 302
    assert not AccessAttempt.objects.exists(), "a sign-in forgets the failures before it"


def test_too_many_wrong_passwords_lock_the_name_and_say_so(client: Client, dana: User) -> None:
    assert fail(client, 6) == 429
    answer = sign_in(client, PASSWORD)
    assert answer.status_code == 429
    assert SENTENCE in answer.content.decode()
    assert "_auth_user_id" not in client.session


def test_a_name_that_does_not_exist_is_locked_in_the_same_words(client: Client, dana: User) -> None:
    fail(client, 6), fail(client, 6, name="nobody")
    (known, unknown) = (sign_in(client, PASSWORD, name=name) for name in ("dana", "nobody"))
    assert unknown.status_code == known.status_code == 429
    assert SENTENCE in unknown.content.decode()


def test_another_browser_gets_no_new_tries(client: Client, dana: User) -> None:
    for number in range(6):
        sign_in(client, HTTP_USER_AGENT=f"browser {number}")
    assert sign_in(client, PASSWORD, HTTP_USER_AGENT="yet another").status_code == 429


def test_neither_another_address_nor_another_name_is_locked(client: Client, dana: User) -> None:
    fail(client, 6)
    other = make_user(role="rep", username="lee")
    other.set_password(PASSWORD)
    other.save()
    assert sign_in(Client(), PASSWORD, name="lee").status_code == 302
    assert sign_in(Client(), PASSWORD, address="10.0.0.2").status_code == 302


def test_the_lock_ends_by_itself(client: Client, dana: User) -> None:
    fail(client, 6)
    fail(client, 3)
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=16))
    assert sign_in(client, PASSWORD).status_code == 302


def test_an_administrator_unlocks_a_name_and_sees_no_password(client: Client, dana: User) -> None:
    fail(client, 6)
    admin = Client()
    boss = make_user(role="administrator", is_staff=True)
    admin.force_login(boss, backend="django.contrib.auth.backends.ModelBackend")
    address = reverse("admin:axes_accessattempt_changelist")
    assert "dana" in admin.get(address).content.decode()
    attempt = AccessAttempt.objects.get()
    assert "wrong" not in admin.get(reverse("admin:axes_accessattempt_change", args=[attempt.pk])).content.decode()
    assert "wrong" not in attempt.post_data
    told = admin.post(address, {"action": "unlock", "_selected_action": [attempt.pk]}, follow=True).content.decode()
    assert "Unlocked: dana. They may sign in at once." in told
    assert sign_in(client, PASSWORD).status_code == 302


def test_the_admin_sign_in_is_braked_as_well(client: Client, dana: User) -> None:
    for _ in range(6):
        answer = client.post(reverse("admin:login"), {"username": "dana", "password": "wrong"})
    assert (answer.status_code, SENTENCE in answer.content.decode()) == (429, True)


@pytest.mark.parametrize(
    ("proxies", "heard", "address"),
    [
        (0, "1.1.1.1", "10.0.0.9"),
        (1, "", "10.0.0.9"),
        (1, "6.6.6.6, 7.7.7.7", "7.7.7.7"),
        (2, "6.6.6.6, 7.7.7.7, 10.0.0.8", "7.7.7.7"),
        (2, "7.7.7.7", "10.0.0.9"),
    ],
)
def test_an_address_that_a_client_makes_up_counts_for_nothing(
    settings: Settings, proxies: int, heard: str, address: str
) -> None:
    settings.PROXIES = proxies
    request = RequestFactory().post("/sign-in", REMOTE_ADDR="10.0.0.9", HTTP_X_FORWARDED_FOR=heard)
    assert address_of(request) == address
