"""`swfgraph completion`: the script that makes a shell complete swfgraph's command lines. The scripts are click's own; `candidates`
says what is offered by name.
"""

from __future__ import annotations

from typing import Final

import click
from click.shell_completion import get_completion_class

from engine.cli.exits import Exit
from engine.cli.options import Common, offline_command
from engine.cli.output import print_json

SHELLS: Final = ("bash", "zsh", "fish")
VARIABLE: Final = "_SWFGRAPH_COMPLETE"
"""What click makes of the command's name; `main` answers when it is set."""


@click.command("completion")
@click.argument("shell", type=click.Choice(SHELLS))
@offline_command
def command(common: Common, shell: str) -> Exit:
    """Write the script that makes a shell complete commands, options, specs and workflowIds.

    \b
    Examples, for one session and for good:
      eval "$(swfgraph completion bash)"
      swfgraph completion bash > ~/.local/share/bash-completion/completions/swfgraph
      swfgraph completion zsh > ~/.zfunc/_swfgraph         (a folder in $fpath)
      swfgraph completion fish > ~/.config/fish/completions/swfgraph.fish
    """
    made = get_completion_class(shell)
    if made is None:
        raise LookupError(f"click knows no {shell}")
    script = made(click.get_current_context().find_root().command, {}, "swfgraph", VARIABLE).source()
    if common.json:
        print_json({"shell": shell, "script": script})
    else:
        click.echo(script)
    return Exit.DONE
