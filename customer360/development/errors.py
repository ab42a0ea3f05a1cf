"""The one error of this package."""


class DevelopmentError(Exception):
    """Something a person must know or do before Customer360 can run here; its text is one clear sentence."""
