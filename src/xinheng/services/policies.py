"""The policy in force: the seed files of the city's pack, overlaid by what the office has published since."""

from django.conf import settings

from xinheng.core.policy import Policy, load_policy


def policy_in_force() -> Policy:
    """The policy of this installation's city, as it stands now."""
    return load_policy(settings.POLICY_ROOT, city=settings.CITY)
