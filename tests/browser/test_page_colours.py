"""What stands on the page can be read by day and by night: the contrast of every text, measured as WCAG measures it."""

from typing import Literal

import pytest
from playwright.async_api import Page, ViewportSize
from slack_sdk.web.async_client import AsyncWebClient

from tests.browser.gallery import CHARTS, GALLERY
from tests.browser.scenes import ERRORS, card

pytestmark = pytest.mark.asyncio(loop_scope="session")

Scheme = Literal["light", "dark"]
LEAST = 4.5
"""Of text and its ground, for WCAG 2.2 AA."""
PALE = """
least => {
  const parts = text => (text.match(/[\\d.]+/g) || []).map(Number);
  const linear = part => part / 255 <= 0.04045 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4;
  const light = ([r, g, b]) => 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
  const over = ([r, g, b, a = 1], ground) => [r, g, b].map((part, i) => part * a + ground[i] * (1 - a));
  const ground = node => {
    if (!node) return [255, 255, 255];
    const own = parts(getComputedStyle(node).backgroundColor);
    return own.length === 4 && own[3] === 0 ? ground(node.parentElement) : over(own, ground(node.parentElement));
  };
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = walker.currentNode.textContent.trim(), node = walker.currentNode.parentElement;
    if (!text || !node.checkVisibility() || node.closest('.unseen, :disabled, svg, .lock-screen, script, style')) continue;
    const paper = ground(node), ink = over(parts(getComputedStyle(node).color), paper);
    const [more, less] = [light(ink), light(paper)].sort((a, b) => b - a);
    const contrast = (more + 0.05) / (less + 0.05);
    if (contrast < least) found.push(`${text.slice(0, 40)}: ${contrast.toFixed(2)} (${node.className || node.tagName})`);
  }
  return [...new Set(found)];
}
"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390], ids=["desk", "phone"])
async def test_every_text_stands_out_from_its_ground(
    page: Page, client: AsyncWebClient, scheme: Scheme, width: int
) -> None:
    await page.emulate_media(color_scheme=scheme)
    await page.set_viewport_size(ViewportSize(width=width, height=900))
    for blocks in (blocks for blocks in GALLERY if blocks is not CHARTS):
        await client.chat_postMessage(channel=ERRORS, text="gallery", blocks=blocks)
    await card(client)
    await page.get_by_role("button", name="Claim").last.wait_for()
    assert await page.evaluate(PALE, LEAST) == []
