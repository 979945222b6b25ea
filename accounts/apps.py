from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        from accounts.handsets import describe
        from sms.hooks import describe_handset

        describe_handset.register(describe)
