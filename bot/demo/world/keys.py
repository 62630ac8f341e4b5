"""The secrets that the sandbox and the demo's bot share. They open nothing outside this process."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Keys:
    """One per door of the sandbox."""

    bugsnag_hook: str = "bugsnag-hook-of-the-demo"
    bugsnag_api: str = "bugsnag-api-of-the-demo"
    chatwoot_hook: str = "chatwoot-hook-of-the-demo"
    chatwoot_secret: str = "chatwoot-secret-of-the-demo"  # noqa: S105  # invented, for loopback
    chatwoot_api: str = "chatwoot-api-of-the-demo"
    tawk_hook: str = "tawk-hook-of-the-demo"
    mail_hook: str = "mail-hook-of-the-demo"
    trello_hook: str = "trello-hook-of-the-demo"
    trello_key: str = "trello-key-of-the-demo"
    trello_token: str = "trello-token-of-the-demo"  # noqa: S105  # invented, for loopback
    trello_secret: str = "trello-secret-of-the-demo"  # noqa: S105  # invented, for loopback
    stripe: str = "sk_test_of_the_demo"
    github: str = "github-token-of-the-demo"
    app: str = "app-token-of-the-demo"
