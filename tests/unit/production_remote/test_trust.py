"""How known_hosts is read and written."""

import asyncssh
import pytest

from bot.bug.errors import Misconfigured
from bot.production.ssh.trust import Scanned, pattern, split, state_of, with_keys

KEY = asyncssh.generate_private_key("ssh-ed25519").convert_to_public()
OTHER = asyncssh.generate_private_key("ssh-ed25519").convert_to_public()


def text_of(key: asyncssh.SSHKey) -> str:
    return key.export_public_key().decode().strip()


def scanned(known: str) -> Scanned:
    return Scanned(
        host="web1",
        port=22,
        key=text_of(KEY),
        fingerprint=KEY.get_fingerprint(),
        state=state_of(KEY, known, "web1", 22),
    )


@pytest.mark.parametrize(
    ("host", "parts"),
    [
        ("web1", ("web1", 22)),
        ("web1:2222", ("web1", 2222)),
        ("[::1]:2222", ("::1", 2222)),
        ("[::1]", ("::1", 22)),
        ("2001:db8::1", ("2001:db8::1", 22)),
    ],
)
def test_a_host_is_a_name_and_a_port(host: str, parts: tuple[str, int]) -> None:
    assert split(host) == parts


@pytest.mark.parametrize("host", ["web1:ssh", "web1 rm", "[::1", "", "web1:"])
def test_what_is_no_host_is_said_to_be_the_trouble(host: str) -> None:
    with pytest.raises(Misconfigured, match="is no host"):
        split(host)


def test_a_port_of_its_own_is_part_of_a_hosts_name() -> None:
    assert (pattern("web1", 22), pattern("web1", 2222)) == ("web1", "[web1]:2222")


def test_a_new_host_is_added_at_the_end() -> None:
    known = f"web2 {text_of(OTHER)}"
    assert with_keys(known, [scanned(known)]) == f"web2 {text_of(OTHER)}\nweb1 {text_of(KEY)}\n"


def test_a_known_host_changes_nothing() -> None:
    known = f"web1 {text_of(KEY)}\n"
    assert scanned(known).state == "known"
    assert with_keys(known, [scanned(known)]) == known


def test_a_changed_host_loses_its_old_key() -> None:
    known = f"# ours\nweb1 {text_of(OTHER)}\nweb2 {text_of(OTHER)}\n"
    assert scanned(known).state == "changed"
    assert with_keys(known, [scanned(known)]) == f"# ours\nweb2 {text_of(OTHER)}\nweb1 {text_of(KEY)}\n"
