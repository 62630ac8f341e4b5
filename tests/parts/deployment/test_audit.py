"""`make audit` never passes for want of an answer."""

import os
import subprocess

from tests.unit.docs.pages import ROOT

NOBODY = "http://127.0.0.1:9"


def test_without_the_internet_the_audit_says_so_and_fails() -> None:
    away = dict.fromkeys(("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"), NOBODY)
    done = subprocess.run(
        ["make", "audit"],  # noqa: S607 - the one of this machine
        cwd=ROOT,
        env={**os.environ, **away, "NO_PROXY": "", "no_proxy": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    assert "then nothing was audited" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr
