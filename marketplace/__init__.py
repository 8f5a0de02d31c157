"""The site. Celery's app is made with it, so that whichever process rings a task rings it at the
site's own broker."""

from marketplace.celery import app as celery_app

__all__ = ["celery_app"]
