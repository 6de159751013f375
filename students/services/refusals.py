"""What the services of this app refuse, with a message that may be shown."""


class CannotChangeError(Exception):
    """The change breaks a rule of a pupil's record; the message may be shown."""
