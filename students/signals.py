"""How an app above learns of what happened to a pupil. Sent inside the service's transaction: a receiver that
fails undoes the change.
"""

from django.dispatch import Signal

# The pupil left the school: student, on (the last day), by.
student_left = Signal()
