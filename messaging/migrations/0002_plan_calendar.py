from datetime import UTC

from django.db import migrations, models
from django.db.models.functions import TruncDate


def start_when_set(apps, schema_editor):
    """A plan that is there already has been good since it was set."""
    plans = apps.get_model("messaging", "CheckInPlan").objects
    plans.update(starts_on=TruncDate("set_at", tzinfo=UTC))


class Migration(migrations.Migration):
    dependencies = [
        ("messaging", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="checkinplan",
            name="every_weeks",
            field=models.PositiveSmallIntegerField(default=1),
        ),
        migrations.AddField(
            model_name="checkinplan",
            name="starts_on",
            field=models.DateField(null=True),
        ),
        migrations.RunPython(start_when_set, migrations.RunPython.noop, elidable=True),
        migrations.AlterField(
            model_name="checkinplan",
            name="starts_on",
            field=models.DateField(),
        ),
        migrations.AddField(
            model_name="checkinplan",
            name="ends_on",
            field=models.DateField(null=True),
        ),
        migrations.AddField(
            model_name="checkinplan",
            name="paused_until",
            field=models.DateField(null=True),
        ),
        migrations.AddField(
            model_name="checkinplan",
            name="on_holidays",
            field=models.CharField(choices=[("send", "Send"), ("skip", "Skip")], default="send", max_length=4),
        ),
        migrations.AddConstraint(
            model_name="checkinplan",
            constraint=models.CheckConstraint(condition=models.Q(("every_weeks__gte", 1)), name="plan_weeks_from_one"),
        ),
    ]
