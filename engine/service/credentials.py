"""The access keys that `serve --credentials FILE` knows, read from the file format that the AWS SDKs and the AWS CLI read theirs from.

    [profile]
    aws_access_key_id = AKIDEXAMPLE
    aws_secret_access_key = ...

So one file will do for both sides: clients name it in AWS_SHARED_CREDENTIALS_FILE. The profiles' names mean nothing here, and neither do
settings beside those two (region, output). Never: checking a signature (signature). Imports errors.
"""

from __future__ import annotations

import configparser
import os
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from engine.errors import UsageError

_ID: Final = "aws_access_key_id"
_SECRET: Final = "aws_secret_access_key"  # noqa: S105  the name of a setting
_TOKEN: Final = "aws_session_token"  # noqa: S105  the name of a setting
_FORM: Final = f"write a line [default], and below it {_ID} = ... and {_SECRET} = ..."
_OPEN_TO_OTHERS: Final = stat.S_IROTH | stat.S_IWOTH | stat.S_IWGRP


def read_credentials(path: Path) -> Mapping[str, str]:
    """Access key id -> secret access key; at least one.

    Raises: UsageError (it can't be read, others may read or change it, a profile is not complete, a key stands there twice).
    """
    parser = configparser.ConfigParser(interpolation=None, default_section="")
    try:
        _refuse_open_file(path)
        parser.read_string(path.read_text(encoding="utf-8"), source=path.name)
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: {error}") from None
    except configparser.Error as error:
        raise UsageError(f"{path}: {_complaint(error)}; {_FORM}") from None
    keys: dict[str, str] = {}
    for profile in parser.sections():
        key, secret = _read_profile(path, profile, parser[profile])
        if key in keys:
            raise UsageError(f"{path}: the access key {key} of [{profile}] stands in another profile too; leave one of them")
        keys[key] = secret
    if not keys:
        raise UsageError(f"{path}: there is no access key in it; {_FORM}")
    return keys


def _complaint(error: configparser.Error) -> str:
    """Without the line itself, which may hold a secret."""
    match error:
        case configparser.MissingSectionHeaderError(lineno=line):
            return f"line {line} stands before any [profile]"
        case configparser.ParsingError(errors=[(line, _), *_]):
            return f"line {line} is no setting"
        case _:
            return " ".join(str(error).split())


def _refuse_open_file(path: Path) -> None:
    if os.name == "posix" and path.stat().st_mode & _OPEN_TO_OTHERS:
        mode = stat.S_IMODE(path.stat().st_mode)
        raise UsageError(f"{path}: other users may read or change it (its mode is {mode:03o}), and it holds secrets: chmod 600 {path}")


def _read_profile(path: Path, profile: str, settings: Mapping[str, str]) -> tuple[str, str]:
    for name in (_ID, _SECRET):
        if not settings.get(name):
            raise UsageError(f"{path}: [{profile}] has no {name}; a profile has {_ID} and {_SECRET}")
    if _TOKEN in settings:
        message = f"{path}: [{profile}] has an {_TOKEN}: those are temporary credentials of AWS; make up an id and a secret of your own"
        raise UsageError(message)
    return settings[_ID], settings[_SECRET]
