"""Tasks of the ground floor."""

from celery import shared_task


@shared_task
def ping(marker: str) -> str:
    """Prove that a worker is listening: the production test and `make run` call it."""
    return marker
