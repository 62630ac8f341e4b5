"""What people and other apps say: messages, edits, deletions, reactions, files, and looking at the app's Home."""

from bot.demo.slack.api.files import file_json
from bot.demo.slack.api.users import user_json
from bot.demo.slack.pins import pin
from bot.demo.slack.reactions import react
from bot.demo.slack.records import STRANGERS, Act, ActError, Channel, Json, Person, SlackError, StoredFile
from bot.demo.slack.wire import wire
from bot.demo.slack.world import World

SHAPES = ("bot_message", "app")


class Speech:
    def __init__(self, world: World) -> None:
        self._world = world

    async def post(
        self,
        user: str,
        channel: str,
        text: str,
        thread_ts: str | None = None,
        blocks: list[Json] | None = None,
        files: list[Json] | None = None,
    ) -> str:
        """`files` are {"name": …, "content": text or bytes}. Returns the message's ts."""
        self.place(user, channel)
        ts, team = self._world.new_ts(), self._team_of(user)
        message: Json = {"type": "message", "user": user, "text": wire(text), "ts": ts, "team": team}
        if team != self._world.team:
            message |= {"user_team": team, "source_team": team}
        message["client_msg_id"] = self._world.new_id("msg")
        if thread_ts:
            parent = self.message(channel, thread_ts)
            message |= {"thread_ts": thread_ts, "parent_user_id": parent.get("user")}
        if blocks:
            message["blocks"] = blocks
        if files:
            message |= {"subtype": "file_share", "files": [self._store(user, channel, file) for file in files]}
        return str(self._world.add_message(channel, message)["ts"])

    async def edit(self, user: str, channel: str, ts: str, text: str) -> Act:
        old = self._own(user, channel, ts)
        edited = {"text": wire(text), "edited": {"user": user, "ts": self._world.new_ts()}}
        self._world.change_message(channel, old | edited)
        return Act()

    async def delete(self, user: str, channel: str, ts: str) -> Act:
        self._own(user, channel, ts)
        self._world.remove_message(channel, ts)
        return Act()

    async def react(self, user: str, channel: str, ts: str, name: str) -> Act:
        """A second time takes the reaction away, as in Slack."""
        self.place(user, channel)
        name, message = name.strip(":"), self.message(channel, ts)
        there = any(entry["name"] == name and user in entry["users"] for entry in message.get("reactions", []))
        react(self._world, channel, ts, name, user, add=not there)
        return Act()

    async def pin(self, user: str, channel: str, ts: str) -> Act:
        """A second time takes the pin away, whoever pinned it."""
        self.place(user, channel)
        pin(self._world, channel, ts, user, add="pinned_to" not in self.message(channel, ts))
        return Act()

    async def open_home(self, user: str) -> Act:
        world, dm = self._world, self._world.dm(self._world.person(user).id)
        event: Json = {
            "type": "app_home_opened",
            "user": user,
            "channel": dm.id,
            "tab": "home",
            "event_ts": world.new_ts(),
        }
        current = world.views.get(world.homes.get(user, ""))
        world.announce()
        world.emit(event | ({"view": current} if current else {}))
        return Act(view_id=current["id"] if current else None)

    async def post_as_app(self, channel: str, message: Json, app: str = "Bugsnag", shape: str = "bot_message") -> str:
        """Another app's message, in the old shape (`bot_message`) or in that of today's apps (`app`)."""
        if shape not in SHAPES:
            raise ActError(f"messages of apps come as {' or '.join(SHAPES)}, not as {shape!r}")
        self._place_of(channel)
        author = self._old_author(app, message) if shape == "bot_message" else self._author(app)
        said = {
            key: message[key] for key in ("attachments", "blocks", "thread_ts", "metadata", "icons") if key in message
        }
        text = {"type": "message", "text": message.get("text", ""), "ts": self._world.new_ts()}
        return str(self._world.add_message(channel, text | author | said)["ts"])

    def join(self, who: str, channel: str) -> None:
        """A person, or the app by its user id, comes into a channel."""
        self._world.join(self._place_of(channel).id, who)

    def leave(self, who: str, channel: str) -> None:
        self._world.leave(self._place_of(channel).id, who)

    def change_person(self, person: Person) -> None:
        """Somebody new, or somebody who changed: became a guest, left, got another address."""
        new = person.id not in self._world.people
        self._world.people[person.id] = person
        self._world.announce()
        kind = "team_join" if new else "user_change"
        self._world.emit({"type": kind, "user": user_json(self._world, person), "event_ts": self._world.new_ts()})

    def place(self, user: str, channel: str) -> Channel:
        """The channel, if this person is in it."""
        self._world.person(user)
        found = self._place_of(channel)
        if user not in found.members:
            raise ActError(f"{user} is not in {channel} ({found.name}); its members are {sorted(found.members)}")
        return found

    def message(self, channel: str, ts: str) -> Json:
        try:
            return self._world.message(channel, ts)
        except SlackError:
            raise ActError(f"there is no message {ts} in {channel}") from None

    def _place_of(self, channel: str) -> Channel:
        if channel not in self._world.channels:
            raise ActError(f"there is no channel {channel}; there are {sorted(self._world.channels)}")
        return self._world.channels[channel]

    def _team_of(self, user: str) -> str:
        return STRANGERS if self._world.people[user].stranger else self._world.team

    def _own(self, user: str, channel: str, ts: str) -> Json:
        message = self.message(channel, ts)
        if message.get("user") != user:
            raise ActError(f"{user} did not write message {ts}")
        return message

    def _store(self, user: str, channel: str, file: Json) -> Json:
        content = file["content"] if isinstance(file["content"], bytes) else str(file["content"]).encode()
        kept = StoredFile(
            id=self._world.new_id("F"),
            name=file["name"],
            title=file["name"],
            size=len(content),
            user=user,
            content=content,
            shared_in=(channel,),
        )
        self._world.files[kept.id] = kept
        return file_json(self._world, kept)

    def _bot(self, app: str) -> Json:
        word = app.upper().replace(" ", "")
        made: Json = {"id": f"B0{word}", "app_id": f"A0{word}", "name": app, "user_id": f"U0{word}BOT"}
        return self._world.bots.setdefault(made["id"], made)

    def _old_author(self, app: str, message: Json) -> Json:
        return {"subtype": "bot_message", "bot_id": self._bot(app)["id"], "username": message.get("username") or app}

    def _author(self, app: str) -> Json:
        bot = self._bot(app)
        profile: Json = {
            "id": bot["id"],
            "app_id": bot["app_id"],
            "name": app,
            "deleted": False,
            "team_id": self._world.team,
        }
        ids: Json = {"user": bot["user_id"], "bot_id": bot["id"], "app_id": bot["app_id"], "team": self._world.team}
        return ids | {"bot_profile": profile}
