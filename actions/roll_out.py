"""The proper fix reaches production."""

from pydantic import Field

from bot.api import Deployment, Risk


class RollOut(Deployment):
    """Roll out a release of the target's repository, and follow it to its end.

    Its preview lists the commits that go out. To go back, use roll-back.
    """

    risk = Risk.MEDIUM
    proper = True

    release: str = Field(
        title="Release", description="Tag or version, such as 1.4.2", pattern=r"^\w[\w./-]*$", max_length=100
    )
