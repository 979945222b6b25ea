from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        from accounts import tasks  # noqa: F401  (they register themselves)
        from accounts.handsets import describe
        from sms.hooks import describe_handset

        describe_handset.register(describe)
