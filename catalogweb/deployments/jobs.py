"""Looking after what waits."""

from catalogweb.deployments import registry_secrets, truth
from catalogweb.jobs.registry import every


@every(minutes=2)
def offer_again() -> None:
    """A file or a variable with a registry's password may have come, which nobody tells us."""
    registry_secrets.offer_again()


@every(minutes=1)
def compare_images() -> None:
    """Reports and checks come at times of their own."""
    truth.compare_images()
