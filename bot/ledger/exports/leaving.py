"""Which private fields of entries may leave the trail. Pure.

Everybody who may export reads what stands here: words that people wrote for the team, and what the card or the thread shows. All other
private fields stay: rows and images of production, secrets, codes, forms, receipts. A new kind's fields stay until they are named here.
"""

from collections.abc import Mapping
from typing import Any

from bot.bug.event import Fact
from bot.ledger.codec import private_fields

_WHY = frozenset({"why"})
_REASON = frozenset({"reason"})
_TEXT = frozenset({"text"})
_BY = frozenset({"by"})

MAY_LEAVE: Mapping[str, frozenset[str]] = {
    "answered": _TEXT,
    "board_card_commented": _BY | _TEXT,
    "board_card_gone": _BY,
    "board_card_moved": _BY,
    "brought": _TEXT | {"to"},
    "checked_after": _WHY,
    "customer_joined": frozenset({"hint"}),
    "customer_wrote": _TEXT | {"subject"},
    "delayed": _WHY,
    "delivered": frozenset({"to"}),
    "dismissed": _REASON,
    "enriched": frozenset({"message", "page", "title"}),
    "fix_approved": _REASON,
    "fix_asked": _REASON | {"params"},
    "fix_confirmed": _REASON,
    "fix_handed_on": _REASON,
    "fix_refused": _WHY,
    "fix_rejected": _REASON,
    "fix_sent_back": _REASON,
    "fix_settled": frozenset({"word"}),
    "gave_up": _WHY,
    "grant_kept": _WHY,
    "grant_undo_asked": _WHY,
    "how_we_did_written": _TEXT,
    "lesson_written": _TEXT,
    "looked": _WHY,
    "not_delivered": _WHY,
    "not_granted": _WHY,
    "opened": frozenset({"message", "page", "title"}),
    "owed_again": _WHY,
    "page_named": frozenset({"page"}),
    "paid": frozenset({"how", "url"}),
    "pinned": _TEXT | {"files"},
    "pull_checked": frozenset({"failing"}),
    "pull_seen": _BY | {"author", "title"},
    "reopened": _REASON,
    "reproduced": frozenset({"said"}),
    "retro_task_added": frozenset({"what"}),
    "retro_task_card_gone": _BY,
    "retro_task_changed": frozenset({"what"}),
    "retro_task_moved": _BY,
    "retro_task_settled": _WHY,
    "said": _TEXT | {"files"},
    "said_edited": _TEXT,
    "seriousness_said": _WHY,
    "tell_asked": _TEXT,
    "tell_dropped": _WHY,
    "tell_planned": _TEXT | {"thanks"},
    "tell_refused": _REASON,
    "told": _TEXT | {"thanks"},
    "tracker_said": _TEXT,
    "waived": _REASON,
    "wrote_outside": _TEXT | {"writer"},
    "action_allowed": _WHY,
    "backup_restored": _WHY,
    "customer_erased": _WHY,
    "production_frozen": _WHY,
    "production_thawed": _WHY,
    "settings_changed": frozenset({"changed"}),
    "trail_exported": frozenset({"whose"}),
}
"""By kind. A kind that is not here lets nothing private out."""


def shown(event: Fact) -> Mapping[str, Any]:
    """The event's fields that may leave, as JSON has them."""
    stays = private_fields(type(event)) - MAY_LEAVE.get(event.KIND, frozenset())
    return event.model_dump(mode="json", exclude=set(stays))
