"""What counselling shows on pages of lower apps: entries in the chronology, panels on Today."""


def register() -> None:
    """Called once when the app is ready."""
