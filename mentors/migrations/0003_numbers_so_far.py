"""Everybody who takes part gets a row for the number they have. Who agreed to a pairing did so from that number, or
signed in with a code that went there: it is known to be theirs since then.
"""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import Max, OuterRef, Subquery

ROWS = 500


def keep_numbers(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    participants = apps.get_model("mentors", "Participant").objects.filter(user__phone__isnull=False)
    contacts = apps.get_model("mentors", "ContactNumber").objects
    people = participants.values_list("pk", "user__phone_id")
    rows = (contacts.model(participant_id=person, number_id=phone) for person, phone in people.iterator())
    contacts.bulk_create(rows, batch_size=ROWS)


def keep_trust(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    numbers = apps.get_model("sms", "PhoneNumber").objects
    inbound = apps.get_model("sms", "InboundText").objects.filter(number=OuterRef("pk")).values("number")
    pairings = apps.get_model("mentors", "Pairing").objects.filter(participant__user__phone=OuterRef("pk"))
    agreed = pairings.values("participant__user__phone").annotate(last=Max("participant_agreed_at"))
    numbers.update(
        heard_at=Subquery(inbound.annotate(last=Max("received_at")).values("last")),
        verified_at=Subquery(agreed.values("last")),
    )


class Migration(migrations.Migration):
    dependencies = [
        ("mentors", "0002_contact_numbers"),
        ("sms", "0003_number_trust"),
    ]

    operations = [
        migrations.RunPython(keep_numbers, migrations.RunPython.noop),
        migrations.RunPython(keep_trust, migrations.RunPython.noop),
    ]
