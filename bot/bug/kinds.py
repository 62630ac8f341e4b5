"""Every kind of event by its stored name. A name is for ever: a golden file of one entry a kind must always load."""

from bot.bug import events
from bot.bug.events import Event
from bot.bug.fixes import events as fix_events

KINDS: dict[str, type[Event]] = {
    kind.KIND: kind
    for module in (events, fix_events)
    for kind in vars(module).values()
    if isinstance(kind, type) and issubclass(kind, Event) and kind.KIND
}
