"""Hands on the demo's page: the team's in Slack, counted; the customer's in their browser."""

from dataclasses import dataclass
from typing import Literal

from playwright.async_api import FrameLocator, Locator, Page, ViewportSize, expect

COUNTING = """
if (window === window.top) {
  window.acts = { clicks: 0, presses: 0, keys: 0, typed: [] };
  const stage = '[data-testid^="as-"], [role="tab"]';
  addEventListener('click', event => {
    if (!event.isTrusted) return;
    window.acts.clicks += 1;
    if (!event.target.closest(stage)) window.acts.presses += 1;
  }, true);
  addEventListener('keydown', event => { if (event.isTrusted) window.acts.keys += 1 }, true);
  addEventListener('change', event => {
    const ticked = ["checkbox", "radio"].includes(event.target.type);
    if (event.target.tagName === "SELECT") { window.acts.presses += 2; return }   // one opens it, one chooses
    if (event.isTrusted && event.target.value && !ticked) window.acts.typed.push(event.target.value);
  }, true);
}
"""
"""What happens in the customer's browser is a frame of its own, and not counted. Who acts, and which side of the page is seen,
is the stage's: it is no press of a person in Slack.
"""
SLOW_MS = 25_000
"""Longer than Slack's own pace keeps any message back."""


@dataclass(frozen=True)
class Hands:
    page: Page

    @property
    def shop(self) -> FrameLocator:
        return self.page.frame_locator("iframe.shop")

    @property
    def form(self) -> Locator:
        return self.page.get_by_role("dialog").last

    @property
    def card(self) -> Locator:
        """The newest card in the channel."""
        cards = self.page.get_by_test_id("messages").get_by_test_id("message")
        return cards.filter(has=self.page.locator("[data-action-id=more], [data-action-id=retro]")).last

    async def types(self, label: str, text: str) -> None:
        """In place of what stands there, key by key."""
        field = self.form.get_by_label(label)
        await field.click()
        await field.press("ControlOrMeta+a")
        await field.press_sequentially(text)

    async def looks_at(self, side: Literal["slack", "customer"], size: ViewportSize) -> None:
        """On a phone one side of the page is shown at a time."""
        await self.page.set_viewport_size(size)
        tab = self.page.get_by_role("tab", name={"slack": "Slack", "customer": "The customer"}[side], exact=True)
        if await tab.is_visible():
            await tab.click()

    async def press(self, verb: str) -> None:
        await self.page.locator(f'[data-action-id="{verb}"]').last.click()

    async def choose(self, label: str) -> None:
        """Behind the “…” of the card."""
        await self.card.locator('[data-action-id="more"]').click()
        await self.page.get_by_role("menuitem", name=label).click()

    async def submit(self, label: str) -> None:
        await self.form.get_by_role("button", name=label, exact=True).click()

    async def customer_meets_the_bug(self) -> None:
        await self.shop.get_by_test_id("generate").click()
        await expect(self.shop.get_by_test_id("error-page")).to_be_visible()

    async def customer_writes(self, text: str) -> None:
        await self.shop.locator(".chat form input, .chat form textarea").fill(text)
        await self.shop.locator(".chat form button").click()

    async def customer_tries_again(self) -> None:
        await self.shop.get_by_test_id("back").click()
        await self.shop.get_by_test_id("generate").click()

    async def expect_card(self, text: str) -> None:
        await expect(self.card).to_contain_text(text, timeout=SLOW_MS)

    async def expect_step(self, title: str) -> None:
        """Of the tour, to be done now."""
        await expect(self.page.get_by_test_id("now")).to_contain_text(title, timeout=SLOW_MS)

    async def acts_as(self, person: str) -> None:
        await self.page.get_by_test_id(f"as-{person}").click()
        await expect(self.page.get_by_test_id(f"as-{person}")).to_have_attribute("aria-pressed", "true")

    async def writes(self, text: str) -> None:
        await self.page.get_by_test_id("composer").fill(text)
        await self.page.get_by_test_id("composer").press("Enter")

    async def clicks(self) -> int:
        return int(await self.page.evaluate("window.acts.clicks"))

    async def presses(self) -> int:
        """Of people in Slack: clicks, taps, and choices in a menu."""
        return int(await self.page.evaluate("window.acts.presses"))

    async def keys(self) -> int:
        """Key strokes, outside the customer's browser."""
        return int(await self.page.evaluate("window.acts.keys"))

    async def typed(self) -> list[str]:
        return list(await self.page.evaluate("window.acts.typed"))
