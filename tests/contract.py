"""What Twilio answers, refuses and bills: the part of the stand-in (tests/standin.py) that remembers nothing."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

Message = dict[str, Any]
MAX_BODY = 1600
# GSM 03.38: the first line takes one septet each, the second two.
GSM = set("@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./:;<=>?¡ÄÖÑÜ§¿äöñüà")
GSM |= set("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
GSM_TWICE = set("^{}\\[~]|€\f")


@dataclass(frozen=True)
class Answer:
    status: int
    body: Message | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def error(cls, status: int, code: int, message: str, headers: Mapping[str, str] | None = None) -> Self:
        more_info = f"https://www.twilio.com/docs/errors/{code}"
        body = {"code": code, "message": message, "more_info": more_info, "status": status}
        return cls(status, body, headers or {})


WRONG_LOGIN = Answer.error(401, 20003, "Authenticate")
NOT_FOUND = Answer.error(404, 20404, "The requested resource was not found")


def mistake(params: dict[str, str]) -> Answer | None:
    """What Twilio refuses about the form itself."""
    if not params.get("To"):
        return Answer.error(400, 21604, "A 'To' phone number is required.")
    if not re.fullmatch(r"\+[1-9]\d{6,14}", params["To"]):
        return Answer.error(400, 21211, f"Invalid 'To' Phone Number: {params['To'][:-4]}XXXX")
    if not params.get("From") and not params.get("MessagingServiceSid"):
        return Answer.error(400, 21603, "A 'From' phone number is required.")
    if not params.get("Body"):
        return Answer.error(400, 21602, "Message body is required.")
    if len(params["Body"]) > MAX_BODY:
        return Answer.error(400, 21617, "The concatenated message body exceeds the 1600 character limit.")
    return None


def segments(body: str) -> int:
    """How many texts the carrier bills."""
    if set(body) <= GSM | GSM_TWICE:
        length, single, joined = len(body) + sum(letter in GSM_TWICE for letter in body), 160, 153
    else:
        length, single, joined = len(body.encode("utf-16-be")) // 2, 70, 67
    return 1 if length <= single else -(-length // joined)
