"""The content room's own due work."""

from datetime import timedelta
from uuid import uuid4

from django.core.management import call_command
from django.utils import timezone
from django_tasks import TaskResultStatus
from django_tasks_db.management.commands.db_worker import Worker
from django_tasks_db.models import DBTaskResult
from django_tasks_db.utils import exclusive_transaction

from cms.actions import take_down_lapsed
from core import dispatch

# The longest of them rebuilds the references of one page.
ABANDONED_AFTER = timedelta(minutes=15)


def publish_scheduled() -> int:
    """Publish and expire what editors have timed. Wagtail keeps the times; nothing else in the house would run it."""
    call_command("publish_scheduled", verbosity=0)
    return 0


def run_background_task() -> int:
    """Run one of Wagtail's own background tasks (indexes of references, files to delete), if one waits.

    Claiming and running as the package's own worker does, which would stop at signals and close our connections.
    """
    if not DBTaskResult.objects.ready().exists():
        return 0
    worker = Worker(
        queue_names=["*"],
        excluded_queue_names=[],
        interval=0,
        batch=True,
        backend_name="default",
        startup_delay=False,
        max_tasks=1,
        worker_id=uuid4().hex,
    )
    with exclusive_transaction():
        task = DBTaskResult.objects.ready().get_locked()
        if task is None:
            return 0
        task.claim(worker.worker_id)
    worker.run_task(task)
    return 1


def put_back_abandoned_tasks() -> int:
    """Let tasks run again that a worker left behind when it died; how many. They may run twice, and may."""
    edge = timezone.now() - ABANDONED_AFTER
    left = DBTaskResult.objects.running().filter(started_at__lt=edge)
    return left.update(status=TaskResultStatus.READY, started_at=None)


dispatch.register("cms.run_background_task", run_background_task)
dispatch.register("cms.put_back_abandoned_tasks", put_back_abandoned_tasks, timedelta(minutes=5))
dispatch.register("cms.publish_scheduled", publish_scheduled, timedelta(minutes=1))
dispatch.register("cms.take_down_lapsed", take_down_lapsed, timedelta(hours=1))
