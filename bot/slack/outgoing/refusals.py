"""Says what Slack's refusals mean: wait, let somebody mend it, our own mistake, or the thing is gone.

The codes are those of Slack's reference for the methods that we call (https://docs.slack.dev/reference/methods).
"""

from bot.bug.errors import Mendable, Outside, Rejected

UNSURE = frozenset({"internal_error", "fatal_error", "request_timeout"})
"""Slack's own words: "it's possible some aspect of the operation succeeded"."""
PASSES = frozenset(
    {
        "accesslimited",
        "connection_error",
        "file_upload_in_progress",
        "rate_limited",
        "service_unavailable",
        "team_added_to_org",
        "upgrade_in_progress",
    }
)
"""Nothing happened, and nobody has to do anything."""
BUSY = frozenset({"ratelimited", "message_limit_exceeded"})

_INVITE = "Invite the bot into the channel: `/invite @makegood`."
_INSTALL = "Install the app again with the scopes of app_manifest.yml."
_RENEW = "The bot's token is not valid (any more): copy the present one into SLACK_BOT_TOKEN and start again."
_ARCHIVED = "The channel is archived: unarchive it, or name another one under [slack] error_channels."
_POSTING = "Whoever manages the channel or the workspace has to let the app post there."
_ADMIN = "A workspace admin has to approve the app again."
_PLAN = "A workspace admin has to lift a limit of the workspace."
MENDED = {
    "not_in_channel": _INVITE,
    "channel_not_found": f"Is the channel's id right? A private channel knows the bot only as a member. {_INVITE}",
    "is_archived": _ARCHIVED,
    "channel_is_archived": _ARCHIVED,
    "cannot_find_channel": _INVITE,
    "invalid_channel": "Write the channel's id (C…) under [slack] error_channels.",
    "restricted_action": _POSTING,
    "restricted_action_read_only_channel": _POSTING,
    "restricted_action_thread_only_channel": _POSTING,
    "restricted_action_thread_locked": _POSTING,
    "restricted_action_non_threadable_channel": _POSTING,
    "posting_to_general_channel_denied": _POSTING,
    "post_to_channel_denied": _POSTING,
    "access_denied": _POSTING,
    "as_user_not_supported": _INSTALL,
    "not_allowed_token_type": _RENEW,
    "missing_scope": _INSTALL,
    "no_permission": _INSTALL,
    "not_allowed": _ADMIN,
    "invalid_auth": _RENEW,
    "not_authed": _RENEW,
    "account_inactive": _RENEW,
    "token_revoked": _RENEW,
    "token_expired": _RENEW,
    "app_missing_action_url": "Set a Request URL in the Slack app, or turn Socket Mode on.",
    "two_factor_setup_required": _ADMIN,
    "team_access_not_granted": _ADMIN,
    "team_not_found": _ADMIN,
    "ekm_access_denied": "Enterprise Key Management has closed the channel to the app: a workspace admin opens it.",
    "enterprise_is_restricted": _ADMIN,
    "org_login_required": "The workspace is being moved: an admin has to finish that.",
    "edit_window_closed": "The workspace lets nobody change older messages: an admin changes that.",
    "external_channel_migrating": "The channel is being moved; it opens again by itself.",
    "storage_limit_reached": _PLAN,
    "file_uploads_disabled": _PLAN,
    "file_uploads_except_images_disabled": _PLAN,
    "slack_connect_file_upload_sharing_blocked": _PLAN,
    "slack_connect_blocked_file_type": _PLAN,
    "not_enabled": "Turn the Home tab on in the Slack app (“App Home”).",
    "messages_tab_disabled": "Turn the Messages tab on in the Slack app (“App Home”).",
}
"""Somebody can mend it: what to do. Until then it is tried again, ever more rarely."""

OURS = frozenset(
    {
        "blocked_by_validation",
        "cannot_parse_attachment",
        "invalid_arg_name",
        "invalid_arguments",
        "invalid_array_arg",
        "invalid_attachments",
        "invalid_blocks",
        "invalid_blocks_format",
        "invalid_charset",
        "invalid_form_data",
        "invalid_json",
        "invalid_metadata",
        "invalid_metadata_filter_keys",
        "invalid_metadata_format",
        "invalid_metadata_schema",
        "invalid_post_type",
        "json_not_object",
        "markdown_text_conflict",
        "message_payload_too_large",
        "metadata_must_be_sent_from_app",
        "metadata_too_large",
        "missing_post_type",
        "msg_blocks_too_long",
        "msg_too_long",
        "no_dual_broadcast_content_update",
        "no_text",
        "too_many_attachments",
        "too_many_contact_cards",
        "attachment_payload_limit_exceeded",
        "external_shared_invalid_blocks",
        "duplicate_channel_not_found",
        "duplicate_message_not_found",
        "view_too_large",
        "invalid_view",
    }
)
"""We wrote what Slack does not take: it goes out in plain words, and the log keeps what it was."""

MESSAGE_GONE = frozenset({"message_not_found", "cant_update_message"})
"""The message was deleted; one with a thread leaves a stone in its place that nobody can change."""
THREAD_GONE = MESSAGE_GONE | {"thread_not_found", "cannot_reply_to_message", "invalid_thread_ts"}
"""There is no such thread any more."""
PLACE_GONE = MESSAGE_GONE | {"channel_not_found", "is_archived", "not_in_channel"}
"""A direct message with somebody who has left: nobody reads it any more."""


class SlackRefused(Rejected):
    """Slack's own error code, for whoever can act on it."""

    def __init__(self, method: str, code: str) -> None:
        super().__init__(f"Slack refused {method}: {code}.")
        self.code = code

    @property
    def ours(self) -> bool:
        return self.code in OURS


class SlackClosed(Mendable):
    """Slack does not let us, until somebody opens it."""

    def __init__(self, method: str, code: str, needed: str = "") -> None:
        scope = f" ({needed})" if needed else ""
        super().__init__(f"Slack refused {method}: {code}{scope}. {MENDED[code]}")
        self.code = code


SAID_NO = (SlackRefused, SlackClosed)
"""Whatever Slack refused, with its code."""


def refusal(method: str, code: str, needed: str = "") -> Outside:
    """What a code stands for."""
    return SlackClosed(method, code, needed) if code in MENDED else SlackRefused(method, code)
