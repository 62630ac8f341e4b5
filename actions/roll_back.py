"""The last release was wrong; the one before it was not."""

from pydantic import Field

from bot.api import Deployment, Risk


class RollBack(Deployment):
    """Go back to the release before the one that is live, and follow it to its end.

    Its preview lists the commits that go away. What a release did to data stays done.
    """

    risk = Risk.MEDIUM
    back = True

    release: str = Field(
        default="",
        title="Release",
        description="Left out: the one before, as GitHub or GitLab knows it",
        pattern=r"^$|^\w[\w./-]*$",
        max_length=100,
    )
