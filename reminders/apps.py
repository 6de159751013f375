from django.apps import AppConfig


class RemindersConfig(AppConfig):
    name = "reminders"

    def ready(self) -> None:
        from accounts import registry
        from reminders import notices

        registry.tell_by(notices.tell)
