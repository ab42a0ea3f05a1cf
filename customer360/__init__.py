"""Customer360: wiring, the customer's own data, and the rules about seeing it."""

from customer360.celery import app as celery_app

__all__ = ["celery_app"]
