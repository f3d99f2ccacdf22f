"""Other people's SDKs, each installed from its registry into a folder of its own, once: kept in pytest's cache.

Never beside swfgraph's own dependencies: boto, botocore and the AWS CLI bring versions of theirs.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import venv
from pathlib import Path

import pytest

from tests.once import once

BOTO = "boto==2.49.0"
AWS_CLI = "awscli>=1.40,<2"


def boto_python(cache: Path) -> Path:
    """A Python that has boto 2, the SDK of the tutorial."""
    return once(cache / f"boto-2.49.0-{sys.implementation.cache_tag}", _install_boto) / "bin" / "python"


def aws_cli(cache: Path) -> list[str | Path]:
    """The command `aws`: this machine's, or a version 1 of our own."""
    found = shutil.which("aws")
    if found is not None:
        return [found]
    folder = once(cache / f"awscli-{sys.implementation.cache_tag}", lambda folder: _install(folder, AWS_CLI))
    return [folder / "bin" / "python", "-m", "awscli"]


def node_sdk(cache: Path) -> Path:
    """A folder where node finds @aws-sdk/client-swf, in a version that this machine's node can run."""
    node = shutil.which("node")
    if node is None or shutil.which("npm") is None:
        pytest.skip("node and npm are not installed: apt-get install nodejs npm")
    version = subprocess.run([node, "--version"], check=True, capture_output=True, text=True).stdout.strip()
    major = int(version.removeprefix("v").partition(".")[0])
    if major < 14:
        pytest.skip(f"node {version} is too old for any version 3 of the AWS SDK for JavaScript: 14 or later is needed")
    package = "@aws-sdk/client-swf@" + ("3.1048.0" if major >= 20 else "3.523.0")
    return once(cache / package.replace("/", "-"), lambda folder: _npm_install(folder, package))


def _install(folder: Path, *requirements: str) -> Path:
    """The folder of the modules."""
    venv.create(folder)
    pip = (sys.executable, "-m", "pip", "--python", folder / "bin" / "python", "--disable-pip-version-check")
    _run(*pip, "install", "--quiet", "--no-compile", *requirements, folder=folder)
    (modules,) = folder.glob("lib/python*/site-packages")
    return modules


def _install_boto(folder: Path) -> None:
    """boto 2 is from before Python 3.12, where the module `imp` and the import hooks of the `six` that it carries went away."""
    modules = _install(folder, BOTO, "six>=1.17")
    if sys.version_info >= (3, 12):
        shutil.copy(modules / "six.py", modules / "boto" / "vendored" / "six.py")
        (modules / "imp.py").write_text('"""boto.plugin imports it; only plugins, of which there are none, make it use it."""\n')


def _npm_install(folder: Path, package: str) -> None:
    (folder / "package.json").write_text('{"private": true, "type": "module"}\n', encoding="utf-8")
    _run("npm", "install", "--no-audit", "--no-fund", "--loglevel=error", package, folder=folder)


def _run(*arguments: str | Path, folder: Path) -> None:
    done = subprocess.run(arguments, cwd=folder, capture_output=True, text=True, check=False, timeout=540)
    assert done.returncode == 0, f"{arguments}\n{done.stdout}\n{done.stderr}"
