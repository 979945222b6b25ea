"""The addresses the provider calls."""

import logging
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseForbidden
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from core.policies import Audience, open_to
from sms import webhooks
from sms.models import SendAttempt

logger = logging.getLogger(__name__)

NO_ANSWER = '<?xml version="1.0" encoding="UTF-8"?><Response/>'


@open_to(Audience.PROVIDER)
@csrf_exempt
@require_POST
def inbound(request: HttpRequest) -> HttpResponse:
    """A text came in. The empty answer says: send nothing back by yourself."""
    try:
        webhooks.accept_inbound(request.get_full_path(), request.POST, _signature(request))
    except webhooks.Forged:
        logger.warning("inbound webhook refused: its signature is not the provider's")
        return HttpResponseForbidden()
    except webhooks.Incomplete:
        logger.warning("inbound webhook refused: it names no message or no sender")
        return HttpResponseBadRequest()
    return HttpResponse(NO_ANSWER, content_type="text/xml")


@open_to(Audience.PROVIDER)
@csrf_exempt
@require_POST
def status(request: HttpRequest, attempt_id: UUID) -> HttpResponse:
    """What became of a text."""
    try:
        webhooks.accept_status(attempt_id, request.get_full_path(), request.POST, _signature(request))
    except webhooks.Forged:
        logger.warning("status webhook refused: its signature is not the provider's")
        return HttpResponseForbidden()
    except SendAttempt.DoesNotExist as error:
        raise Http404 from error
    return HttpResponse(status=204)


def _signature(request: HttpRequest) -> str:
    return request.headers.get("X-Twilio-Signature", "")
