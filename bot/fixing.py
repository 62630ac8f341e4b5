"""Wires the way of a fix: who asks and approves (where Slack is), and who runs (where the credentials are)."""

from functools import partial
from typing import TYPE_CHECKING

from bot.bug.bug import Bug
from bot.bug.fixes.fix import Fix
from bot.bug.policy import eligible
from bot.ledger.relay.relay import Sink
from bot.production.prober import Prober
from bot.production.targets import Elsewhere
from bot.settings import Settings
from bot.sinks.answers import AskerSink
from bot.sinks.approval import ApprovalSink
from bot.sinks.live import LiveSink
from bot.sinks.production.proof import Proofs
from bot.sinks.production.run import Runner
from bot.sinks.production.sink import ProductionSink
from bot.sinks.vault import Vault
from bot.sinks.watching import RunContext
from bot.slack.outgoing.private import PrivateMessages
from bot.slack.views.forms import filling

if TYPE_CHECKING:
    from bot.app import Bot


def here(settings: Settings) -> bool:
    """Whether this process may reach production: one target without credentials says that another process does."""
    return not any(isinstance(target, Elsewhere) for target in settings.targets.values())


def asking(bot: "Bot") -> tuple[Sink, ...]:
    """What talks to people about fixes."""

    async def able(user: str) -> tuple[str, ...]:
        return eligible(await bot.directory.approvers_now(), user)

    whisper, settings = PrivateMessages(bot.port, bot.slack_http), bot.settings
    by_hand, glass = settings.mode == "propose", settings.policy.break_glass
    return (
        AskerSink(
            whisper=whisper,
            ledger=bot.ledger,
            mode=settings.mode,
            able=able,
            break_glass=glass,
            fill=partial(filling.filled, bot.dispatcher.context),
        ),
        ApprovalSink(whisper=whisper, ledger=bot.ledger, by_hand=by_hand, break_glass=glass),
        LiveSink(bot.port, bot.flags),
    )


def production(bot: "Bot") -> ProductionSink:
    around = RunContext(
        ledger=bot.ledger,
        vault=Vault.at(bot.home / "makegood.key"),
        flags=bot.flags,
        redact=bot.engine.redactor.redact,
    )

    proofs = Proofs(ledger=bot.ledger, policy=bot.settings.policy, catalogue=bot.engine.catalogue)

    async def standing(bug: Bug, fix: Fix) -> str:
        """Approvals without a second factor where one is wanted; approvers who lost their standing since.

        The latter is for Slack to say; where this process has none, the trail's own word has to do.
        """
        unproven = await proofs.wanting(bug, fix)
        if unproven or fix.broken_glass or not fix.approved_by or not bot.me.user:
            return unproven
        able = set(eligible(await bot.directory.approvers_now(), fix.by))
        gone = [person for person in fix.approved_by if person not in able]
        return f"{', '.join(gone)} may not approve any more" if gone else ""

    return ProductionSink(
        engine=bot.engine,
        runner=Runner(engine=bot.engine, around=around, standing=standing, alone=bot.db.sqlite),
        mode=bot.settings.mode,
        probe=Prober(bot.settings.probes, bot.engine, bot.http).check,
        repeats=bot.memory.repeats,
        allowed=bot.reload,
    )
