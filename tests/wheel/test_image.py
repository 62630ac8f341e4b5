"""The Dockerfile makes a Makegood that runs as somebody who may write one folder."""

import asyncio
import re
from collections.abc import Iterator

import pytest

from tests.wheel.image import Image, image, instructions, refused
from tests.wheel.places import LONGEST, ROOT, answers, local_slack


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Image]:
    if why := refused():
        pytest.skip(why)
    with image(tmp_path_factory.mktemp("image")) as made:
        made.build()
        yield made


def test_its_user_is_not_root_and_writes_in_its_folder_only(built: Image) -> None:
    assert built.run("id", "-un").stdout == "makegood\n"
    assert (built.folder, built.run("stat", "-c", "%U", ".").stdout) == ("/data", "makegood\n")
    assert built.run("touch", "there").returncode == 0
    assert built.run("sh", "-c", "touch /opt/makegood/bin/makegood").returncode != 0


def test_nothing_of_the_source_or_the_demo_is_left(built: Image) -> None:
    assert built.run("ls", "/src").returncode != 0
    said = "import bot.shipped, importlib.util as u; print(bot.shipped.ACTIONS, u.find_spec('aiosmtpd'))"
    assert built.run("/opt/makegood/bin/python", "-c", said).stdout.endswith("/bot/_shipped/actions None\n")


async def test_it_runs_until_it_is_healthy_and_stops_when_told(built: Image) -> None:
    assert built.run(*built.entrypoint, "init", "--yes", "--channel", "C0ERRORS").returncode == 0
    async with local_slack() as slack:
        here = {**slack, "MAKEGOOD_HOST": "127.0.0.1"}
        words = built.words(*built.entrypoint, *built.command, **here)
        process = await asyncio.create_subprocess_exec(*words, stderr=asyncio.subprocess.PIPE)
        try:
            await answers(f"http://127.0.0.1:{slack['MAKEGOOD_PORT']}/ready", process)
            healthy = await asyncio.to_thread(built.run, *built.healthcheck, **here)
            assert (healthy.returncode, healthy.stderr) == (0, "")
            assert built.run("stat", "-c", "%U", "makegood.db").stdout == "makegood\n"
            process.terminate()
            assert await asyncio.wait_for(process.wait(), LONGEST) == 0
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
    assert built.run(*built.healthcheck, **here).returncode != 0


def test_it_is_built_by_the_uv_that_make_sets_up() -> None:
    (ours,) = re.findall(r"^UV_VERSION := (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert [word for _, rest in instructions() for word in re.findall(r"uv==(\S+)", rest)] == [ours]
