"""What nobody does to our pages in the admin, whatever their rights."""

from wagtail.models import PagePermissionTester


class StandingPagePermissions(PagePermissionTester):
    """For the front page and the list of stories: links in every page rest on them."""

    def can_delete(self, ignore_bulk: bool = False) -> bool:
        """Never; so they can't be moved either."""
        return False

    def can_unpublish(self) -> bool:
        return False

    def can_copy(self) -> bool:
        return False


class StoryPermissions(PagePermissionTester):
    """A story is not copied: its teller said yes to one."""

    def can_copy(self) -> bool:
        return False
