"""Pages for what went wrong, in plain words."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form was too old, or came from somewhere else. What was typed stays one step back."""
    return render(request, "403_csrf.html", status=403)
