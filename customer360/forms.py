"""Forms of the core pages."""

from django.contrib.auth.forms import AuthenticationForm


class SignInForm(AuthenticationForm):
    """Name and password. One message for every failure, so that it tells nobody which names exist."""

    error_messages = {
        "invalid_login": "That name and password do not match an active user. Check both, or ask your administrator.",
        "inactive": "That name and password do not match an active user. Check both, or ask your administrator.",
    }

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].label = "Name"
        for field in self.fields.values():
            field.widget.attrs["class"] = "form-control"
            if self.errors:
                field.widget.attrs |= {"aria-invalid": "true", "aria-describedby": "sign-in-error"}
