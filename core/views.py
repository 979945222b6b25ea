"""Is it alive, is it ready: for load balancers and for people who are woken at night. And what robots may read."""

from datetime import timedelta

import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone

from core.models import Pulse
from core.policies import Audience, open_to

# The dispatcher beats every ten seconds.
PULSE_MAY_BE = timedelta(minutes=1)
# Only what is published: the home page and the stories.
ROBOTS = "User-agent: *\nAllow: /$\nAllow: /stories/\nDisallow: /\n"


@open_to(Audience.ANYONE)
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers. Nothing else is asked."""
    return HttpResponse("ok\n", content_type="text/plain")


@open_to(Audience.ANYONE)
def robots(request: HttpRequest) -> HttpResponse:
    """What search engines may read."""
    return HttpResponse(ROBOTS, content_type="text/plain")


@open_to(Audience.ANYONE)
def readyz(request: HttpRequest) -> HttpResponse:
    """200 when database, Redis (where used) and dispatcher answer; else 503 and which does not."""
    state = {"database": _database_answers(), "redis": _redis_answers()}
    state["dispatcher"] = state["database"] and _dispatcher_lives()
    return JsonResponse(state, status=200 if all(state.values()) else 503)


def _database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


def _redis_answers() -> bool:
    if not settings.REDIS_URL:
        return True
    try:
        with redis.Redis.from_url(settings.REDIS_URL, socket_timeout=2) as client:
            return bool(client.ping())
    except redis.RedisError:
        return False


def _dispatcher_lives() -> bool:
    return Pulse.objects.filter(at__gte=timezone.now() - PULSE_MAY_BE).exists()
