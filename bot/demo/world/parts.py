"""The parts of the world, wired: the shop and its staging copy, tracker, chat, mail, board, till and a production host."""

import asyncio
import shutil
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncssh
from aiohttp import web

from bot.adapters.ports import Stage
from bot.demo.channels.chatwoot import ChatwootFake
from bot.demo.channels.courier import PAUSES, Courier
from bot.demo.channels.smtp import MailServer
from bot.demo.github.fake import GitHubFake
from bot.demo.github.records import Run, Workflow
from bot.demo.host.host import PATH, Host
from bot.demo.till.fake import StripeFake
from bot.demo.trello.fake import TrelloFake
from bot.demo.world.backstage import Backstage
from bot.demo.world.bugsnag import Json
from bot.demo.world.keys import Keys
from bot.demo.world.shop import Shop
from bot.demo.world.story_two import FIXED_IN
from bot.demo.world.tables import BEN, MIA, OTTO, TRIAL_LEFT
from bot.demo.world.tracker import Tracker

SCRIPTS = Path(__file__).parent / "host_scripts"
PLANS = {"trial": 0, "starter": 2900, "pro": 7900}
CHAT = "/world/chat"
REPOSITORY = "acme/shop"
_BEFORE = ("Open the shop (Ben)", "Let customers name their menus (Lee)")
_SINCE = ("Save the first server in one step (Ben)",)
HISTORY = {
    "1.4.0": _BEFORE,
    "1.4.1": (*_BEFORE, *_SINCE),
    "1.4.2": (*_BEFORE, *_SINCE, "Count servers from one, not from zero (Dana)"),
}
"""What each release holds."""
WORKFLOW = Workflow(file="deploy.yml", inputs={"release": False})


class Parts:
    """Everything that stands around the bot. `visitor` names whoever sits at the browser; `changed` hears of every change."""

    def __init__(
        self,
        *,
        data_dir: Path,
        base_url: str,
        bot_url: str,
        keys: Keys,
        visitor: Callable[[], str],
        post: Callable[[Json], None] | None,
        changed: Callable[[], None],
        pauses: tuple[float, ...] = PAUSES,
    ) -> None:
        self.data_dir = data_dir
        hooks = f"{bot_url}/hooks"
        bugsnag = f"{hooks}/bugsnag/{keys.bugsnag_hook}"
        self.tracker = Tracker(hook_url=bugsnag, api_token=keys.bugsnag_api, post=post, pauses=pauses)
        self.host = self._host()
        self.shop, self.staging = self._stages(visitor, changed)
        self.backstage = Backstage(database=self.shop.database, shop=self.shop.base, base_url=base_url, token=keys.app)
        chatwoot = f"{hooks}/chatwoot/{keys.chatwoot_hook}"
        self.chat = ChatwootFake(chatwoot, keys.chatwoot_secret, api_token=keys.chatwoot_api, pauses=pauses)
        self.postmark = Courier(f"{hooks}/email-postmark/{keys.mail_hook}", lambda _body: {}, pauses)
        self.mail = MailServer()
        self.board = _board(keys, f"{base_url}/trello")
        self.github = GitHubFake(token=keys.github, workflows={REPOSITORY: WORKFLOW}, on_end=self._roll_out)
        self.github.base_url = f"{base_url}/github"
        self.github.history = {REPOSITORY: HISTORY}
        self._first_releases()
        self.till = StripeFake(api_key=keys.stripe)
        self.till.seed(plans=PLANS, customers=_customers())
        for part in (self.chat, self.mail, self.board, self.till):
            part.subscribe(changed)

    def _stages(self, visitor: Callable[[], str], changed: Callable[[], None]) -> tuple[Shop, Shop]:
        """Production, whose crashes are tracked, and development, one release ahead."""
        production = Shop(
            file=self.data_dir / "shop.db",
            base="/shop",
            visitor=visitor,
            chat=CHAT,
            files=self.host.directory / "files",
            on_crash=self.tracker.report,
            on_change=changed,
        )
        file = self.data_dir / "shop-dev.db"
        return production, Shop(file=file, base="/shop-dev", visitor=visitor, stage="development", release=FIXED_IN)

    async def start(self) -> None:
        await self.shop.start()
        await self.staging.start()
        await self.mail.start()
        await self.host.start()
        self._furnish()

    async def stop(self) -> None:
        for part in (self.tracker, self.chat, self.postmark, self.board):
            await part.close()
        for service in (self.host, self.mail, self.staging, self.shop):
            await service.stop()

    async def reset(self) -> None:
        """Everything as on the first day; whoever watches the board is told that its cards were deleted."""
        await asyncio.to_thread(shutil.rmtree, self.host.directory / "files", ignore_errors=True)
        await self.shop.reset()
        self._first_releases()
        self.tracker.reset()
        self.mail.clear()
        for card in tuple(self.board.store.cards):
            await self.board.person_deletes(card)
        self.till.store.objects.clear()
        self.till.store.history.clear()
        self.till.seed(plans=PLANS, customers=_customers())

    def routes(self) -> list[web.RouteDef]:
        return [
            *self.shop.routes(),
            *self.backstage.routes(),
            *self.staging.routes(),
            *self.tracker.routes("/bugsnag"),
            *self.chat.routes("/chatwoot"),
            *under("/trello", self.board.routes()),
            *under("/github", self.github.routes()),
            *under("/stripe", self.till.routes()),
            web.get("/trello/{kind:[bc]}/{link:.+}", _to_the_page),
        ]

    def _first_releases(self) -> None:
        """What was live before the demo begins."""
        self.github.deployments.clear()
        for release in ("1.4.0", "1.4.1"):
            self.github.deploy(REPOSITORY, release)

    def _roll_out(self, run: Run) -> None:
        """A deployment that succeeded is what customers have."""
        if run.conclusion == "success":
            release = run.inputs.get("release") or FIXED_IN
            self.shop.roll_out(release)
            self.github.deploy(REPOSITORY, release)

    def _furnish(self) -> None:
        """The host gets the shop's scripts, the bot the line by which it knows the host."""
        folder = self.host.directory / "bin"
        folder.mkdir(exist_ok=True)
        for script in SCRIPTS.iterdir():
            shutil.copyfile(script, folder / script.name)
            (folder / script.name).chmod(0o755)
        (self.data_dir / "known_hosts").write_text(self.host.known_hosts, encoding="utf-8")

    def _host(self) -> Host:
        """A host that knows the demo's key."""
        key = self.data_dir / "web_key"
        if not key.exists():
            self.data_dir.mkdir(parents=True, exist_ok=True)
            key.touch(mode=0o600)
            asyncssh.generate_private_key("ssh-ed25519").write_private_key(key)
        public = asyncssh.read_private_key(key).export_public_key().decode()
        home = self.data_dir.resolve() / "host"
        return Host(home, authorized_keys=public, environment={"PATH": f"{home / 'bin'}:{PATH}"})


def _board(keys: Keys, site: str) -> TrelloFake:
    lists = [stage.value for stage in Stage]
    return TrelloFake(key=keys.trello_key, token=keys.trello_token, secret=keys.trello_secret, lists=lists, site=site)


def under(prefix: str, routes: Iterable[web.RouteDef]) -> list[web.RouteDef]:
    return [web.RouteDef(route.method, prefix + route.path, route.handler, route.kwargs) for route in routes]


def _customers() -> list[dict[str, Any]]:
    """The till and the shop say the same of when a trial ends."""
    ends = datetime.now(UTC) + TRIAL_LEFT
    return [
        {"email": MIA, "name": "Mia Lindqvist", "plan": "trial", "status": "trialing", "period_end": ends},
        {"email": OTTO, "name": "Otto Brandt", "plan": "starter"},
        {"email": BEN, "name": "Ben Okafor", "plan": "starter"},
    ]


async def _to_the_page(_request: web.Request) -> web.Response:
    """The board lives on the demo's page: a card's link leads there."""
    raise web.HTTPFound("/#board")
