"""Who somebody is to the site, and the codes they sign in with."""

import uuid
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models

from sms.models import PhoneNumber


class UserManager(BaseUserManager["User"]):
    """Makes people. The command line's createsuperuser comes through here."""

    def create_participant(self, *, phone: PhoneNumber, **fields: Any) -> "User":
        """Somebody who signs in with a texted code and has no password."""
        user = self.model(phone=phone, sign_in=User.SignIn.CODE, **fields)
        user.set_unusable_password()
        user.save(using=self._db)
        return user

    def create_staff(self, *, email: str, password: str | None, **fields: Any) -> "User":
        """A champion, lead or other member of staff: password and a second factor."""
        user = self.model(email=self.normalize_email(email), sign_in=User.SignIn.TWO_FACTORS, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_staff(email=email, password=password, is_superuser=True, **fields)


class User(AbstractBaseUser, PermissionsMixin):
    """A person who may sign in. First names only: a surname has no use here."""

    class SignIn(models.TextChoices):
        CODE = "code"
        TWO_FACTORS = "two factors"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.EmailField(unique=True, null=True, blank=True)
    name = models.CharField("first name", max_length=60)
    phone = models.OneToOneField(PhoneNumber, on_delete=models.PROTECT, null=True, blank=True)
    sign_in = models.CharField(max_length=12, choices=SignIn.choices, default=SignIn.TWO_FACTORS)
    language = models.CharField(max_length=8, default="en-gb")
    time_zone = models.CharField(max_length=40, default="Europe/London")
    country = models.CharField(max_length=2, default="GB")
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]
    objects: ClassVar[UserManager] = UserManager()

    def __str__(self) -> str:
        return self.name

    @property
    def actor(self) -> str:
        """How the audit trail names this person."""
        return f"user:{self.id}"

    # Wagtail's admin calls these two by Django's old names.
    @property
    def is_staff(self) -> bool:
        return self.is_superuser

    def get_full_name(self) -> str:
        return self.name


class SignInCode(models.Model):
    """A code that was asked for. Also made for a number nobody has, so that both look the same. The digits are
    in no column: they follow from the id and the key ring (accounts.actions).
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, null=True)
    expires_at = models.DateTimeField()
    texted_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["expires_at"], name="code_expires")]

    def __str__(self) -> str:
        return f"code {self.id}"
