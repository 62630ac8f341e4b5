"""Messages with every block that Slack lets into one, each valid by Slack's own rules."""

from typing import Any

Json = dict[str, Any]
Blocks = list[Json]
DOT = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str) -> Json:
    return {"type": "mrkdwn", "text": text}


def button(label: str, action_id: str, **more: Any) -> Json:
    return {"type": "button", "action_id": action_id, "text": plain(label), "value": "BUG-1", **more}


def options(*labels: str) -> Blocks:
    return [{"text": plain(label), "value": label.lower().replace(" ", "-")} for label in labels]


def section(text: str, **more: Any) -> Json:
    return {"type": "section", "text": mrkdwn(text), **more}


def said(text: str, **style: bool) -> Json:
    return {"type": "text", "text": text, **({"style": style} if style else {})}


CARD: Json = {
    "text": "Mia waiting 2 min · BUG-1 Menu page fails",
    "blocks": [
        section("🔴 *BUG-1 Menu page fails* · nobody has it"),
        section('*Mia* (trial) online, 2 min: "what can I do?"'),
        {"type": "context", "elements": [mrkdwn("12× · 3 people · <https://app.bugsnag.com/e/1|Bugsnag> · Trello")]},
        {"type": "context", "elements": [mrkdwn("worked twice: `delete-row` menus 13")]},
        {
            "type": "actions",
            "elements": [
                button("Claim", "claim", style="primary"),
                button("Answer: looking", "answer"),
                {"type": "overflow", "action_id": "more", "options": options("Dismiss", "Mute", "Merge")},
            ],
        },
    ],
}

WORDS: Blocks = [
    {"type": "header", "text": plain("Every block")},
    section(
        "*bold* _slanted_ ~struck~ `code` <https://acme.example|a link> <@U0DEV> <#C0TEAM> <!here> :tada:\n> a quote\n"
        "```if a < b:\n  stop()```",
        accessory={"type": "button", "action_id": "side", "text": plain("Beside"), "value": "1"},
    ),
    {"type": "section", "fields": [mrkdwn("*Told*\n14:09"), mrkdwn("*Credit*\n€5"), mrkdwn("*Owner*\nDana")]},
    {"type": "divider"},
    {"type": "markdown", "text": "## A heading\n- **one**\n- [two](https://acme.example)\n\nand `three`"},
]
RICH: Blocks = [
    {
        "type": "rich_text",
        "elements": [
            {
                "type": "rich_text_section",
                "elements": [
                    said("Rich "),
                    said("bold", bold=True),
                    said(" and "),
                    said("code", code=True),
                    {"type": "emoji", "name": "white_check_mark"},
                    {"type": "user", "user_id": "U0SUP"},
                    {"type": "link", "url": "https://acme.example/rich", "text": "rich link"},
                ],
            },
            {
                "type": "rich_text_list",
                "style": "ordered",
                "elements": [{"type": "rich_text_section", "elements": [said(word)]} for word in ("first", "second")],
            },
            {"type": "rich_text_quote", "elements": [said("a rich quote")]},
            {"type": "rich_text_preformatted", "elements": [said("Traceback:\n  KeyError")]},
        ],
    },
    {
        "type": "table",
        "column_settings": [{"align": "left"}, {"align": "right"}],
        "rows": [
            [{"type": "raw_text", "text": name}, {"type": "raw_text", "text": value}]
            for name, value in (("row", "rows"), ("menus", "1"), ("menu_items", "4"))
        ],
    },
    {
        "type": "container",
        "title": plain("Stack trace"),
        "is_collapsible": True,
        "default_collapsed": True,
        "child_blocks": [section("shop.py:34 generate")],
    },
    {
        "type": "card",
        "title": mrkdwn("A card"),
        "body": mrkdwn("with a body"),
        "actions": [button("Open", "open_card")],
    },
]
CHARTS: Blocks = [
    {
        "type": "data_visualization",
        "title": "Minutes to tell",
        "chart": {
            "type": "bar",
            "series": [
                {"name": "minutes", "data": [{"label": f"W{w}", "value": v} for w, v in ((45, 12), (46, 7), (47, 4))]}
            ],
            "axis_config": {"categories": ["W45", "W46", "W47"]},
        },
    },
    {
        "type": "data_visualization",
        "title": "Where from",
        "chart": {"type": "pie", "segments": [{"label": "chat", "value": 3}, {"label": "mail", "value": 1}]},
    },
]
CONTROLS: Blocks = [
    {
        "type": "actions",
        "elements": [
            button("Danger", "danger", style="danger"),
            {
                "type": "static_select",
                "action_id": "pick",
                "placeholder": plain("Pick"),
                "options": options("Row", "File"),
            },
            {"type": "users_select", "action_id": "who", "placeholder": plain("Hand over to")},
            {"type": "datepicker", "action_id": "day", "initial_date": "2026-11-28"},
            {"type": "checkboxes", "action_id": "ticks", "options": options("Also the board")},
            {"type": "radio_buttons", "action_id": "one_of", "options": options("Now", "Later")},
        ],
    },
    {
        "type": "input",
        "block_id": "why",
        "label": plain("Why"),
        "hint": plain("Kept in the trail"),
        "element": {"type": "plain_text_input", "action_id": "why"},
    },
    {
        "type": "image",
        "image_url": f"https://acme.example/dot.png?{DOT[:8]}",
        "alt_text": "a dot",
        "title": plain("A dot"),
    },
]
GALLERY: list[Blocks] = [WORDS, RICH, CHARTS, CONTROLS]
