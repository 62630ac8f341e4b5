"""Only a host whose key is known gets a command; `targets trust` is how a key becomes known."""

from typing import Any

import asyncssh
import pytest

from bot.bug.errors import Unavailable
from bot.production.redaction import Redactor
from bot.production.ssh.runtime import SshRuntime
from bot.production.ssh.trust import read_known, scan, with_keys, write_known
from tests.parts.production_ssh.conftest import RUN, Ear, Echo, Place, both_servers

pytestmark = both_servers


async def test_an_unknown_host_gets_nothing_and_the_way_to_know_it_is_said(place: Place, ear: Ear) -> None:
    place.target.known_hosts.write_text("")
    outcome = await place.run(Echo(word="x"), ear)
    assert outcome.state == "failed"
    assert "is not known yet" in outcome.summary
    assert "makegood targets trust web" in outcome.summary
    assert place.host.commands == []


async def test_a_missing_list_of_hosts_knows_nobody(place: Place, ear: Ear) -> None:
    place.target.known_hosts.unlink()
    assert "is not known yet" in (await place.run(Echo(word="x"), ear)).summary


@pytest.mark.parametrize("algorithm", ["ssh-ed25519", "ecdsa-sha2-nistp256"])
async def test_a_host_with_another_key_than_before_gets_nothing(place: Place, ear: Ear, algorithm: str) -> None:
    other = asyncssh.generate_private_key(algorithm).export_public_key().decode()
    place.target.known_hosts.write_text(f"[127.0.0.1]:{place.host.port} {other}")
    outcome = await place.run(Echo(word="x"), ear)
    assert outcome.state == "failed"
    assert "shows another key than the one in known_hosts" in outcome.summary
    assert place.host.commands == []


async def test_a_key_that_may_not_log_in_is_said_to_be_the_trouble(place: Place, ear: Ear) -> None:
    asyncssh.generate_private_key("ssh-ed25519").write_private_key(place.target.key)
    assert f"did not let {place.host.user} in" in (await place.run(Echo(word="x"), ear)).summary


async def test_a_key_that_cannot_be_read_is_said_to_be_the_trouble(place: Place, ear: Ear) -> None:
    place.target.key.write_text("no key at all")
    outcome = await place.run(Echo(word="x"), ear)
    assert "The key of target web can't be used" in outcome.summary
    assert "Nothing was run." in outcome.summary


async def test_trusting_shows_the_fingerprint_and_lets_commands_through(place: Place, ear: Ear) -> None:
    place.target.known_hosts.unlink()
    (found,) = await scan(place.target)
    assert found.fingerprint == place.host.host_key.get_fingerprint()
    assert found.fingerprint in str(found)
    assert found.state == "new"
    write_known(place.target.known_hosts, with_keys(read_known(place.target.known_hosts), [found]))
    assert (await place.run(Echo(word="x"), ear)).state == "succeeded"
    (again,) = await scan(place.target)
    assert again.state == "known"


async def test_a_changed_key_is_shouted_at_and_replaces_the_old_line_alone(places: Any, ear: Ear) -> None:
    two: Place = await places(2)
    other = asyncssh.generate_private_key("ssh-ed25519").export_public_key().decode()
    two.target.known_hosts.write_text(f"# ours\n[127.0.0.1]:{two.hosts[0].port} {other}{two.hosts[1].known_hosts}")
    first, second = await scan(two.target)
    assert (first.state, second.state) == ("changed", "known")
    assert "NOT the key known so far" in str(first)
    text = with_keys(read_known(two.target.known_hosts), [first, second])
    assert text.startswith("# ours\n")
    assert other.split()[1] not in text
    assert two.hosts[1].known_hosts in text
    write_known(two.target.known_hosts, text)
    assert (await two.run(Echo(word="x"), ear)).state == "succeeded"


async def test_scanning_a_host_that_is_away_says_so(place: Place) -> None:
    await place.host.stop()
    with pytest.raises(Unavailable, match="does not answer as an SSH server"):
        await scan(place.target)


async def test_a_key_with_a_passphrase_works(place: Place, ear: Ear) -> None:
    key = asyncssh.read_private_key(place.target.key)
    key.write_private_key(place.target.key, "pkcs8-pem", passphrase="open sesame")
    target = place.target.model_validate({**place.target.model_dump(), "passphrase": "open sesame"})
    runtime = SshRuntime(target, Redactor())
    preview = await runtime.preview(Echo(word="x"), RUN)
    assert (await runtime.run(Echo(word="x"), preview, RUN, ear)).state == "succeeded"


async def test_a_stranger_is_not_let_in(place: Place) -> None:
    target = place.target.model_copy(update={"user": "stranger"})
    runtime = SshRuntime(target, Redactor())
    outcome = await runtime.run(Echo(word="x"), await runtime.preview(Echo(word="x"), RUN), RUN, Ear())
    assert "did not let stranger in" in outcome.summary
