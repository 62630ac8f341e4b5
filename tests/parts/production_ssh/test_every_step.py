"""The wire to a host is cut at every piece that goes over it: what is said afterwards is what is so, and nothing runs twice."""

from pathlib import Path

from bot.production.redaction import Redactor
from bot.production.ssh.runtime import SshRuntime
from bot.production.targets import SshTarget
from tests.parts.production_ssh.conftest import RUN, Ear, Echo, Place, both_servers, group_of, group_to_be_gone
from tests.parts.production_ssh.wire import Wire, wire_to

ACTION = Echo(word="x")


def over(wire: Wire, place: Place, folder: Path) -> SshTarget:
    """The same host, behind the wire."""
    key = place.host.host_key.export_public_key().decode().strip()
    known = folder / "known_over_the_wire"
    known.write_text(f"[127.0.0.1]:{wire.port} {key}\n")
    return place.target.model_copy(update={"hosts": (f"127.0.0.1:{wire.port}",), "known_hosts": known})


async def expect_true(place: Place, wire: Wire, runtime: SshRuntime, ear: Ear) -> str:
    """The state of one run, once production agrees with it; a look with the wire whole settles what nobody knew."""
    preview = await runtime.preview(ACTION, RUN)
    outcome = await runtime.run(ACTION, preview, RUN, ear)
    if ear.kept:
        await group_to_be_gone(group_of(ear))
    ran = place.heard() is not None
    assert place.heard("count") == ("." if ran else None), outcome
    if outcome.state != "unknown":
        assert (outcome.state == "succeeded") is ran, outcome
        assert ran or "Nothing was run." in outcome.summary
        return outcome.state
    wire.cut_at = 0
    seen = await runtime.investigate(ACTION, preview, outcome.image, RUN, Ear())
    told = {"succeeded" if ran else "failed"} | (set() if ear.kept and b'"before":{"' in ear.kept[0] else {"unknown"})
    assert seen.state in told, (outcome, seen)
    return outcome.state


@both_servers
async def test_wherever_the_wire_is_cut_the_outcome_is_true_and_nothing_ran_twice(place: Place, tmp_path: Path) -> None:
    seen: list[str] = []
    async with wire_to(place.host.port) as wire:
        wire.pieces = wire.cut_at = 1
        runtime = SshRuntime(over(wire, place, tmp_path), Redactor())
        while wire.pieces >= wire.cut_at:
            for name in ("heard", "count"):
                (place.host.directory / name).unlink(missing_ok=True)
            wire.pieces, wire.cut_at = 0, len(seen) + 1
            seen.append(await expect_true(place, wire, runtime, Ear()))
    assert seen[-1] == "succeeded", "nothing was cut any more"
    assert set(seen) == {"failed", "unknown", "succeeded"}
    assert len(seen) > 10
