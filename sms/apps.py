from django.apps import AppConfig


class SmsConfig(AppConfig):
    name = "sms"

    def ready(self) -> None:
        from django.conf import settings

        from sms import checks, phones, tasks  # noqa: F401  (checks and tasks register themselves)

        if settings.PHONES:
            phones.listen()
