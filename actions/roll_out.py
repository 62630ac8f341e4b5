"""The proper fix reaches production."""

from pydantic import Field

from bot.api import Risk, WorkflowRun


class RollOut(WorkflowRun):
    """Roll out a release by the GitHub workflow deploy.yml, and follow it to its end.

    To go back, roll out the release from before.
    """

    risk = Risk.MEDIUM
    target = "github"
    proper = True
    repository = "acme/shop"
    workflow = "deploy.yml"

    release: str = Field(
        title="Release", description="Tag or version, such as 1.4.2", pattern=r"^\w[\w./-]*$", max_length=100
    )

    def inputs(self) -> dict[str, str]:
        return {"release": self.release}
