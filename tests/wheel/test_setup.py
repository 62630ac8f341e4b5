"""`make setup` reaches a registry whose certificate stands only in the system's store, with nothing set to say so."""

import hashlib
import shutil
from pathlib import Path

import pytest

from tests.wheel.image import image, refused
from tests.wheel.places import ROOT, UV
from tests.wheel.registry import registry, wheel

PROJECT = """
[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]
[project]
name = "small"
version = "1"
"""
BACKEND = """
import pathlib, shutil
def build_editable(folder, config_settings=None, metadata_directory=None):
    return pathlib.Path(shutil.copy("small-1-py3-none-any.whl", folder)).name
"""
STORE = "/usr/local/share/ca-certificates/registry.crt"


def _version() -> str:
    (found,) = (line.split()[-1] for line in (ROOT / "Makefile").read_text().splitlines() if "UV_VERSION :=" in line)
    return found


@pytest.mark.long
@pytest.mark.skipif(not shutil.which("update-ca-certificates"), reason="the system's store is another one here")
def test_the_certificate_in_the_system_s_store_is_enough(tmp_path: Path) -> None:
    if why := refused():
        pytest.skip(why)
    version = _version()
    real_uv = wheel("uv", version, {f"uv-{version}.data/scripts/uv": UV.read_bytes()})
    tiny, small = wheel("tiny", "1", {"tiny.py": b""}), wheel("small", "1", {})
    (tmp_path / "root").mkdir()
    with registry(tmp_path, dict([real_uv, tiny])) as index, image(tmp_path / "root") as machine:
        here = {"HOME": "/root", "PIP_CONFIG_FILE": "/dev/null", "UV_NO_CONFIG": "1", "UV_NO_CACHE": "1"}
        here |= {"PIP_INDEX_URL": index.url, "UV_DEFAULT_INDEX": index.url}
        machine.write(
            "/project",
            {
                "Makefile": (ROOT / "Makefile").read_bytes(),
                "pyproject.toml": PROJECT.encode(),
                "backend.py": BACKEND.encode(),
                small[0]: small[1],
                "requirements.lock": f"tiny==1 --hash=sha256:{hashlib.sha256(tiny[1]).hexdigest()}\n".encode(),
            },
        )
        machine.folder = "/project"
        stranger = machine.run("make", "setup", **here)
        assert "certificate verify failed" in stranger.stderr.lower()
        assert stranger.returncode != 0
        machine.write("/", {STORE: index.authority})
        assert machine.run("update-ca-certificates").returncode == 0
        known = machine.run("make", "setup", **here)
        assert known.returncode == 0, known.stderr
        assert machine.run(".venv/bin/python", "-c", "import tiny").returncode == 0
        again = (".venv/bin/uv", "pip", "install", "--python", ".venv", "--reinstall", "tiny")
        assert machine.run(*again, **here, UV_SYSTEM_CERTS="1").returncode == 0
        assert "--system-certs" in machine.run(*again, **here, UV_SYSTEM_CERTS="0").stderr
