"""Every Slack method that our code calls exists in the local Slack, so that no test passes because nobody answered."""

import ast
import inspect
import re
from pathlib import Path

import pytest
from slack_sdk.web.async_client import AsyncWebClient

import bot
from bot.demo.slack.api.registry import METHODS

SOURCES = sorted(Path(bot.__file__).parent.rglob("*.py"))


def called(source: str) -> set[str]:
    """The Web API methods behind the client calls in a piece of code."""
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    named = {method for call in calls if isinstance(call.func, ast.Attribute) for method in behind(call.func.attr)}
    direct = {str(call.args[0].value) for call in calls if is_api_call(call) and isinstance(call.args[0], ast.Constant)}
    return named | direct


def is_api_call(call: ast.Call) -> bool:
    return isinstance(call.func, ast.Attribute) and call.func.attr == "api_call" and bool(call.args)


def behind(name: str) -> set[str]:
    """What a method of the SDK's client asks for, also through other methods of it (files_upload_v2 makes two calls)."""
    function = vars(AsyncWebClient).get(name)
    if not inspect.isfunction(function):
        return set()
    code = inspect.getsource(function)
    through = {method for other in re.findall(r"self\.(\w+)\(", code) if other != name for method in behind(other)}
    return set(re.findall(r"self\.api_call\(\s*\"([\w.]+)\"", code)) | through


def test_the_guard_sees_through_the_sdk() -> None:
    assert called("await self.client.chat_postMessage(channel=c)") == {"chat.postMessage"}
    assert called("await app.client.files_upload_v2(content=c)") == {
        "files.getUploadURLExternal",
        "files.completeUploadExternal",
    }
    assert called("client.api_call('canvases.create')") - METHODS.keys() == {"canvases.create"}


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(SOURCES[0].parent)))
def test_every_method_that_is_called_is_answered(path: Path) -> None:
    assert called(path.read_text(encoding="utf-8")) - METHODS.keys() == set()
