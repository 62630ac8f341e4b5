"""A service that hangs begins anew."""

from pydantic import Field

from bot.api import Risk, SshAction


class RestartService(SshAction):
    """Restart a systemd service, one host after another; it stops at the first host where that fails.

    Requests that are under way are cut off. The user needs: NOPASSWD: /usr/bin/systemctl restart -- NAME
    """

    risk = Risk.MEDIUM
    command = "sudo -n systemctl restart -- {service} && systemctl is-active -- {service}"
    check = "systemctl is-active -- {service}"
    timeout = 90

    service: str = Field(
        title="Service", description="Its name, such as shop-web", pattern=r"^[A-Za-z0-9][\w@.-]*$", max_length=100
    )

    def lock_key(self) -> str:
        return f"service/{self.service}"
