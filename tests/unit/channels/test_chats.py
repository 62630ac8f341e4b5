"""What the chats say, in our words."""

import json
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from bot.adapters.channels import chatwoot, crisp, generic, intercom, tawk
from bot.adapters.ports import Hook
from bot.bug.errors import Unreadable
from bot.bug.values import CustomerHint, InboundKind

Deliver = Callable[..., Hook]
MIA = CustomerHint(id="c-204", name="Mia Berger", email="mia@studio.example")


def changed(hook: Hook, **fields: object) -> Hook:
    return hook.model_copy(update={"body": json.dumps({**json.loads(hook.body), **fields}).encode()})


# Chatwoot


def test_a_chatwoot_visitor_is_known_by_the_websites_own_id_and_page(deliver: Deliver) -> None:
    (said,) = chatwoot.parse(
        deliver("chatwoot/message_incoming.json"), {"base_url": "https://chat.quickadmin.example/"}
    )
    assert (said.kind, said.conversation, said.event) == (InboundKind.MESSAGE, "31", "message:4711")
    assert (said.customer, said.trusted) == (MIA, True)
    assert said.text == "I got an error on this page, what can I do?"
    assert said.page == "https://quickadmin.example/cruds/generate"
    assert said.url == "https://chat.quickadmin.example/app/accounts/3/conversations/31"
    assert said.at == datetime(2026, 11, 22, 14, 2, 11, 204000, tzinfo=UTC)


def test_an_agents_answer_and_a_private_note_are_nothing_a_customer_said(deliver: Deliver) -> None:
    (answer,) = chatwoot.parse(deliver("chatwoot/message_outgoing.json"), {})
    (note,) = chatwoot.parse(changed(deliver("chatwoot/message_incoming.json"), private=True), {})
    assert {answer.kind, note.kind} == {InboundKind.OTHER}


def test_an_old_chatwoot_sends_less_and_the_agent_in_it_is_not_taken_for_the_customer(deliver: Deliver) -> None:
    (said,) = chatwoot.parse(deliver("chatwoot/message_old_minimal.json"), {})
    assert said.customer == CustomerHint(name="Jo Visitor")
    assert (said.conversation, said.trusted) == ("12", False)
    assert said.at == datetime(2026, 11, 22, 14, 5, 57, tzinfo=UTC)


def test_a_chat_begins_and_ends_and_typing_means_that_the_visitor_is_there(deliver: Deliver) -> None:
    files = ("conversation_created", "typing_on", "conversation_resolved")
    kinds = [chatwoot.parse(deliver(f"chatwoot/{file}.json"), {})[0].kind for file in files]
    assert kinds == [InboundKind.STARTED, InboundKind.ONLINE, InboundKind.ENDED]


def test_a_typing_agent_and_a_reopened_chat_say_nothing_of_the_visitor(deliver: Deliver) -> None:
    (agent,) = chatwoot.parse(changed(deliver("chatwoot/typing_on.json"), user={"id": 1, "type": "user"}), {})
    (reopened,) = chatwoot.parse(changed(deliver("chatwoot/conversation_resolved.json"), status="open"), {})
    assert {agent.kind, reopened.kind} == {InboundKind.OTHER}


@pytest.mark.parametrize(("word", "kind"), [("online", "online"), ("offline", "offline"), ("busy", "other")])
def test_presence_is_read_where_a_delivery_carries_it(deliver: Deliver, word: str, kind: str) -> None:
    meta = {"sender": {"name": "Mia Berger", "availability_status": word}}
    (seen,) = chatwoot.parse(
        changed(deliver("chatwoot/conversation_created.json"), event="conversation_updated", meta=meta), {}
    )
    assert seen.kind is InboundKind(kind)


def test_a_picture_without_words_is_a_message_with_its_address(deliver: Deliver) -> None:
    files = [{"file_type": "image", "data_url": "https://chat.quickadmin.example/f/1.png"}]
    (said,) = chatwoot.parse(changed(deliver("chatwoot/message_incoming.json"), content=None, attachments=files), {})
    assert said.text == "[image] https://chat.quickadmin.example/f/1.png"


def test_a_chatwoot_message_without_its_conversation_is_unreadable(deliver: Deliver) -> None:
    with pytest.raises(Unreadable, match="The field id is missing"):
        chatwoot.parse(changed(deliver("chatwoot/message_incoming.json"), conversation={}), {})


# Crisp


def test_a_crisp_message_is_keyed_by_its_fingerprint(deliver: Deliver) -> None:
    (said,) = crisp.parse(deliver("crisp/message_send.json"), {})
    assert said.event == f"{said.conversation}:179535613164942"
    assert (said.text, said.customer) == ("The invoice page is empty", CustomerHint(name="visitor204"))
    assert said.at == datetime(2026, 11, 22, 14, 2, 11, 616000, tzinfo=UTC)
    assert said.url.endswith(f"/inbox/{said.conversation}/")


def test_crisp_tells_who_is_there_and_who_has_left(deliver: Deliver) -> None:
    (left,) = crisp.parse(deliver("crisp/availability_offline.json"), {})
    (named,) = crisp.parse(deliver("crisp/set_email.json"), {})
    (operator,) = crisp.parse(deliver("crisp/message_received.json"), {})
    assert [each.kind for each in (left, named, operator)] == [
        InboundKind.OFFLINE,
        InboundKind.ONLINE,
        InboundKind.OTHER,
    ]
    assert named.customer.email == "lee@pottery.example"


def test_a_crisp_file_is_told_by_its_address(deliver: Deliver) -> None:
    data = json.loads(deliver("crisp/message_send.json").body)["data"]
    data |= {"type": "file", "content": {"name": "a.png", "url": "https://files.example/a.png"}}
    (said,) = crisp.parse(changed(deliver("crisp/message_send.json"), data=data), {})
    assert said.text == "[file] https://files.example/a.png"


# Intercom


def test_an_intercom_conversation_starts_with_its_words_as_plain_text(deliver: Deliver) -> None:
    (said,) = intercom.parse(deliver("intercom/user_created.json"), {})
    assert (said.kind, said.conversation, said.event) == (InboundKind.STARTED, "215", "notif_0001")
    assert said.text == "Adding a server fails & I lose an hour.\nCan you help?"
    assert said.customer == CustomerHint(id="c-311", name="Ola Nord", email="ola@nord.example")
    assert said.page == "https://quickadmin.example/servers/new"
    assert said.url == "https://app.intercom.com/a/apps/qa12/conversations/215"


def test_an_intercom_reply_is_the_customers_last_part_and_not_the_bots(deliver: Deliver) -> None:
    (said,) = intercom.parse(deliver("intercom/user_replied.json"), {})
    assert (said.kind, said.text) == (InboundKind.MESSAGE, "Still broken\nsince 9:00")


def test_intercom_closes_and_pings(deliver: Deliver) -> None:
    (closed,) = intercom.parse(deliver("intercom/admin_closed.json"), {})
    (ping,) = intercom.parse(deliver("intercom/ping.json"), {})
    assert (closed.kind, ping.kind) == (InboundKind.ENDED, InboundKind.OTHER)


# tawk.to


def test_a_tawk_chat_starts_with_the_visitors_words(deliver: Deliver) -> None:
    (said,) = tawk.parse(deliver("tawk/chat_start.json"), {})
    assert (said.kind, said.text) == (InboundKind.STARTED, "I got an error on this page")
    assert said.customer == CustomerHint(name="Mia", email="mia@studio.example")
    assert said.url == "https://dashboard.tawk.to/#/inbox/58aa0000b8a7e060cd3b0001/all"


def test_an_agent_who_begins_the_chat_puts_no_words_into_the_customers_mouth(deliver: Deliver) -> None:
    (said,) = tawk.parse(deliver("tawk/chat_start_by_agent.json", {"x-hook-event-id": "evt-1"}), {})
    assert (said.kind, said.text, said.event) == (InboundKind.STARTED, "", "evt-1")


def test_the_transcript_holds_the_visitors_messages_and_the_first_is_the_one_already_told(deliver: Deliver) -> None:
    (start,) = tawk.parse(deliver("tawk/chat_start.json", {"x-hook-event-id": "evt-1"}), {})
    whole = tawk.parse(deliver("tawk/transcript_created.json", {"x-hook-event-id": "evt-9"}), {})
    said = [each for each in whole if each.kind is not InboundKind.OURS]
    assert [each.text for each in said] == ["I got an error on this page", "ok", "ok"]
    assert said[0].event == start.event
    assert len({each.event for each in said}) == 3
    assert {each.page for each in said} == {"https://quickadmin.example/cruds/generate"}
    assert said[2].at == datetime(2026, 11, 22, 14, 9, tzinfo=UTC)


def test_the_transcript_says_which_words_were_ours_and_whose(deliver: Deliver) -> None:
    whole = tawk.parse(deliver("tawk/transcript_created.json", {"x-hook-event-id": "evt-9"}), {})
    ours = [each for each in whole if each.kind is InboundKind.OURS]
    assert [each.text for each in ours] == ["Let me take a look."]
    assert all(each.writer for each in ours)


def test_a_tawk_chat_ends_and_a_ticket_is_a_message_under_tawks_own_event_id(deliver: Deliver) -> None:
    (ended,) = tawk.parse(deliver("tawk/chat_end.json", {"x-hook-event-id": "evt-2"}), {})
    (ticket,) = tawk.parse(deliver("tawk/ticket_create.json", {"x-hook-event-id": "evt-3"}), {})
    assert (ended.kind, ended.event) == (InboundKind.ENDED, "evt-2")
    assert (ticket.kind, ticket.event, ticket.subject) == (InboundKind.MESSAGE, "evt-3", "Servers")
    assert ticket.customer.email == "ola@nord.example"


# Generic


def test_our_own_shape_is_read_as_it_is(deliver: Deliver) -> None:
    (said,) = generic.parse(deliver("generic/message.json"), {})
    assert (said.conversation, said.event, said.text, said.trusted) == (
        "wa-491",
        "wa-491-7",
        "The import is stuck",
        True,
    )


def test_a_kind_of_our_own_shape_that_does_not_exist_is_named(deliver: Deliver) -> None:
    with pytest.raises(Unreadable, match="The kind “shout” is none of message, started"):
        generic.parse(changed(deliver("generic/message.json"), kind="shout"), {})
