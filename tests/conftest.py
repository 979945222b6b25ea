"""What every test stands on: its database, and settings that only tests need. The people are in cast.py."""

from collections.abc import Iterator

import pytest
from django.conf import settings
from django.test import TransactionTestCase, override_settings
from pytest_django import DjangoDbBlocker

from tests.databases import Scratch

pytest_plugins = ["tests.cast", "tests.standin", "tests.engine"]


@pytest.fixture(scope="session", autouse=True)
def test_settings(django_test_environment: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No hashed static files, which would want collectstatic first; files in a folder of their own; cheap hashes."""
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    with override_settings(
        STORAGES=settings.STORAGES | {"staticfiles": plain},
        STATIC_ROOT=tmp_path_factory.mktemp("static"),
        MEDIA_ROOT=tmp_path_factory.mktemp("media"),
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
    ):
        yield


@pytest.fixture(scope="session")
def scratch(test_settings: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Scratch]:
    with django_db_blocker.unblock():
        scratch = Scratch()
    yield scratch
    with django_db_blocker.unblock():
        scratch.close()


@pytest.fixture(scope="session")
def django_db_setup(scratch: Scratch) -> Iterator[None]:
    """Instead of pytest-django's: a copy of the migrated template.

    A transactional test is followed by a fresh copy. Django would empty every table instead, Wagtail's first
    page and languages with them, and take longer over it.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda self: scratch.renew())
        yield


@pytest.fixture
def database_url(transactional_db: None, scratch: Scratch) -> str:
    """Where another process finds this test's database."""
    return scratch.url
