"""What goes to one person: the preview to who asked, a look's rows, the request to approvers. Shown again it does no harm."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from bot.domain import fix_events as f
from bot.domain.bug import Bug, Fix, RunState
from bot.domain.decide.fixes import said
from bot.domain.events import HandedOver, TakenOver
from bot.domain.words import foreign, who
from bot.ledger.ledger import Entry, Ledger
from bot.ledger.queue import Interest
from bot.ledger.reading import entries_after
from bot.ledger.relay import Served, Work
from bot.slack import fix_modals, kit
from bot.slack.client import SlackPort, SlackRefused
from bot.slack.marks import mark
from bot.slack.modals import note

ENDED = (f.FixApproved, f.FixRejected, f.FixCancelled, f.FixLapsed, f.FixEnded)
CLOSED_VIEW = frozenset({"not_found", "view_not_found", "invalid_arguments", "hash_conflict"})


@dataclass(frozen=True)
class AskerSink:
    port: SlackPort
    ledger: Ledger
    mode: str
    name: ClassVar[str] = "asker"
    slots: ClassVar[int] = 6
    interest: ClassVar[Interest] = Interest(
        kinds=frozenset({f.FixPreviewed, f.FixRefused, f.FixConfirmed, f.Looked, HandedOver, TakenOver, *ENDED})
    )

    async def serve(self, work: Work) -> Served:
        entry = work.entry
        match entry and entry.event:
            case f.FixPreviewed(run=run):
                await self._preview(work.bug, work.bug.fix(run))
            case f.FixRefused(run=run, why=why):
                await self._refused(work.bug, work.bug.fix(run), why)
            case f.Looked() as looked:
                await self._rows(work.bug, looked)
            case f.FixConfirmed(run=run):
                return Served(external=await self._request(work, work.bug.fix(run)))
            case HandedOver(owner=owner):
                await self._direct(owner, f"{_by(entry)} handed you {work.bug.ref}: {_title(work.bug)}")
            case TakenOver(previous=previous):
                await self._direct(previous, f"{_by(entry)} took {work.bug.ref} over from you: {_title(work.bug)}")
            case (
                f.FixApproved(run=run)
                | f.FixRejected(run=run)
                | f.FixCancelled(run=run)
                | f.FixLapsed(run=run)
                | f.FixEnded(run=run)
            ):
                await self._settled(work, work.bug.fix(run))
        return Served()

    async def _preview(self, bug: Bug, fix: Fix | None) -> None:
        if fix is None or fix.state is not RunState.PREVIEWED:
            return
        if not await self._update(fix.view, fix_modals.preview(bug, fix, mode=self.mode)):
            run = kit.button(
                fix_modals.run_label(fix, self.mode),
                "run",
                mark(bug.ref.number, bug.seq, run=fix.run, digest=fix.digest),
                "primary",
            )
            blocks = kit.render([*fix_modals.preview_blocks(fix), *kit.actions([run], "run")])
            await self._privately(bug, fix.by, f"Preview for {bug.ref}: {fix.summary}", blocks)

    async def _refused(self, bug: Bug, fix: Fix | None, why: str) -> None:
        text = f":no_entry: There is no preview of `{foreign(fix.name if fix else '', 100)}`: {foreign(why, 1500)}"
        if fix and not await self._update(fix.view, note(f"Fix {bug.ref}", text)):
            await self._privately(bug, fix.by, text)

    async def _rows(self, bug: Bug, looked: f.Looked) -> None:
        asked = next((x for x in await entries_after(self.ledger, bug.ref.number, looked.asked - 1, 1)), None)
        if asked is None or not isinstance(asked.event, f.LookAsked):
            return
        view = fix_modals.rows(bug, looked.look, looked.rows, looked.why)
        if not await self._update(asked.event.view, view):
            await self._privately(bug, asked.by.id, f"`{foreign(looked.look, 60)}` on {bug.ref}", view["blocks"])

    async def _update(self, view_id: str, view: Mapping[str, Any]) -> bool:
        """False where there is no form (any more): then it comes as a message."""
        if not view_id:
            return False
        try:
            await self.port.call("views.update", view_id=view_id, view=view)
        except SlackRefused as error:
            if error.code not in CLOSED_VIEW:
                raise
            return False
        return True

    async def _privately(
        self, bug: Bug, user: str, text: str, blocks: Sequence[Mapping[str, Any]] | None = None
    ) -> None:
        """In the bug's thread for their eyes only; by direct message where that can't be."""
        try:
            if bug.card:
                await self.port.call(
                    "chat.postEphemeral",
                    channel=bug.card.channel,
                    user=user,
                    thread_ts=bug.card.ts,
                    text=text,
                    blocks=blocks,
                )
                return
        except SlackRefused as error:
            if error.code != "user_not_in_channel":
                raise
        await self._direct(user, text, blocks)

    async def _direct(self, user: str, text: str, blocks: Sequence[Mapping[str, Any]] | None = None) -> tuple[str, str]:
        opened = await self.port.call("conversations.open", users=user)
        channel = str(opened["channel"]["id"])
        return channel, await self.port.post(channel, text=text, blocks=blocks)

    async def _request(self, work: Work, fix: Fix | None) -> dict[str, Any]:
        """The whole preview and two buttons, to each who is asked."""
        sent: dict[str, Any] = dict(work.external)
        if fix is None or fix.state is not RunState.WAITING:
            return sent
        for user in fix.asked:
            place = f"{fix.run}:{user}"
            if place not in sent:
                sent[place] = await self._direct(user, _request_text(work.bug, fix), request_blocks(work.bug, fix))
        return sent

    async def _settled(self, work: Work, fix: Fix | None) -> None:
        """The requests in the direct messages lose their buttons once they are decided."""
        if fix is None or fix.state is RunState.WAITING:
            return
        for place, (channel, ts) in work.external.items():
            if place.startswith(f"{fix.run}:"):
                text = f"{_request_text(work.bug, fix)} — {said(fix)}"
                await self.port.update(channel, ts, text=text, blocks=kit.render([kit.section(text, "done")]))


def _request_text(bug: Bug, fix: Fix) -> str:
    return f"{who(fix.by)} wants to run {foreign(fix.name, 100, one_line=True)} for {bug.ref}: {foreign(fix.summary, 300, one_line=True)}"


def request_blocks(bug: Bug, fix: Fix) -> kit.Blocks:
    value = mark(bug.ref.number, bug.seq, run=fix.run, digest=fix.digest)
    buttons = [kit.button("Approve", "approve", value, "primary"), kit.button("Reject…", "reject", value, "danger")]
    about = kit.section(f"{_request_text(bug, fix)}\n{bug.ref} {_title(bug)}", "about")
    return kit.render([about, *fix_modals.preview_blocks(fix), *kit.actions(buttons, "decide")])


def _title(bug: Bug) -> str:
    return foreign(bug.title, 120, one_line=True)


def _by(entry: Entry | None) -> str:
    return who(str(entry.by)) if entry else "somebody"
