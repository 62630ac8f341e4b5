"""A production host for the demo and the tests: a real SSH server that runs real commands in a scratch directory."""

from bot.demo.host.faults import Fault, Faults
from bot.demo.host.host import Host

__all__ = ["Fault", "Faults", "Host"]
