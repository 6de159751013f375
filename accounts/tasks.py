"""Doors for the worker."""

from celery import shared_task

from accounts import services


@shared_task
def send_password_reset(user_id: int) -> None:
    """0 stands for an address that is nobody's: then nothing happens, and asking took as long."""
    services.send_password_reset(user_id=user_id)
