"""Ids and tokens as Slack writes them; whatever people write instead is refused with what to write."""

from collections.abc import Callable

import pytest

from bot.bug import ids

RIGHT: list[tuple[Callable[[str], str], str]] = [
    (ids.channel, "C0123456789"),
    (ids.person_or_group, "U0123456789"),
    (ids.person_or_group, "S0123456789"),
    (ids.approver, "W0123456789"),
    (ids.approver, "S0123456789"),
    (ids.approver, "lead@example.com"),
    (ids.public_address, "https://makegood.example.com"),
    (ids.public_address, "http://localhost:3000"),
    (ids.mail_address, "audit@example.com"),
    (ids.bot_token, "xoxb-1"),
    (ids.bot_token, "xoxe.xoxb-1"),
    (ids.app_token, "xapp-1"),
    (ids.signing_secret, "0123456789abcdef"),
    (ids.webhook_secret, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"),
    (ids.webhook_secret, "whsec_" + "QUJD" * 21 + "QQ"),
]
WRONG: list[tuple[Callable[[str], str], str, str]] = [
    (ids.channel, "#errors", "C0123456789"),
    (ids.person_or_group, "menus", "U0123456789"),
    (ids.approver, "menus", "e-mail address"),
    (ids.public_address, "makegood.example.com", "https://makegood.example.com"),
    (ids.mail_address, "Audit <audit@example.com>", "audit@example.com"),
    (ids.public_address, "http://makegood.example.com", "write https://"),
    (ids.bot_token, "xapp-1", "SLACK_APP_TOKEN"),
    (ids.bot_token, "secret", "xoxb-"),
    (ids.app_token, "xoxb-1", "SLACK_BOT_TOKEN"),
    (ids.app_token, "secret", "xapp-"),
    (ids.signing_secret, "xoxb-1", "Signing Secret"),
    (ids.webhook_secret, "a-secret-of-ours", "openssl rand"),
    (ids.webhook_secret, "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_"),
    (ids.webhook_secret, "whsec_MfKQ9r8G", "24 to 64"),
    (ids.webhook_secret, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw MfKQ", "base64"),
]


@pytest.mark.parametrize(("check", "text"), RIGHT)
def test_what_slack_gave_is_taken(check: Callable[[str], str], text: str) -> None:
    assert check(text) == text


@pytest.mark.parametrize(("check", "text", "says"), WRONG)
def test_anything_else_says_what_to_write(check: Callable[[str], str], text: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        check(text)
