"""The command line. Each command imports only what it needs: `suluh web` never loads Rasa."""

from __future__ import annotations

import os
import resource
import sys
from typing import IO, TYPE_CHECKING, Any

import click

from bot import settings as settings_module
from bot.errors import OperatorError
from bot.settings import PROJECT_ROOT, Settings
from suluh import audit_cli, desk_cli, logs
from suluh.supervisor import CRASH_LIMIT

if TYPE_CHECKING:
    from suluh.wiring import House


class Group(click.Group):
    """Turns the errors that an operator can mend into one sentence."""

    def invoke(self, context: click.Context) -> Any:
        try:
            return super().invoke(context)
        except OperatorError as error:
            raise click.ClickException(str(error)) from error


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Suluh: a messaging assistant against human trafficking."""


def _settings(process: str) -> Settings:
    # Whatever is written from here on is for this user only.
    os.umask(0o077)
    # Words and keys are in memory: a process that dies leaves no picture of it on the disk.
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    settings = settings_module.load()
    logs.configure(process, as_json=settings.log_json)
    # prometheus_client reads this when it is imported.
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(settings.metrics_dir)
    settings.metrics_dir.mkdir(parents=True, exist_ok=True)
    return settings


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8080, show_default=True)
@click.option("--operations-port", default=None, type=int, help="Default: port + 1.")
@click.option("--workers", default=1, show_default=True, type=click.IntRange(1, 32))
@click.option("--crash-limit", default=CRASH_LIMIT, hidden=True)
def run(host: str, port: int, operations_port: int | None, workers: int, crash_limit: int) -> None:
    """Web and workers on this machine; starts again what dies."""
    from suluh import launch

    settings = _settings("suluh")
    launch.run(
        settings,
        host=host,
        port=port,
        operations_port=operations_port or port + 1,
        workers=workers,
        crash_limit=crash_limit,
    )


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8080, show_default=True)
@click.option("--operations-port", default=None, type=int)
def web(host: str, port: int, operations_port: int | None) -> None:
    """Only the web process."""
    settings = _settings("web")
    from suluh import supervisor
    from suluh.web import serve
    from suluh.wiring import House

    supervisor.watch_lifeline()
    house = House.open(settings)
    serve(house, host=host, port=port, operations_port=operations_port)


@main.command()
@click.option("--name", default="worker", hidden=True)
def worker(name: str) -> None:
    """Only a worker."""
    settings = _settings(name)
    from suluh import supervisor
    from suluh.wiring import House
    from suluh.worker import work

    supervisor.watch_lifeline()
    house = House.open(settings)
    work(house)


@main.command()
@click.option(
    "--channel",
    type=click.Choice(["web", "whatsapp", "sms", "telegram"]),
    default="web",
    show_default=True,
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def chat(channel: str, as_json: bool) -> None:
    """One turn a line from standard input, in a conversation of its own."""
    settings = _settings("chat")
    from channels.terminal.chat import converse
    from suluh.wiring import load_assistant

    converse(load_assistant(settings), channel=channel, as_json=as_json)


@main.command()
@click.option("--why", is_flag=True, help="Also the words that make a text grave.")
def nlu(why: bool) -> None:
    """Texts from standard input, one a line; what each was understood to mean as JSON lines."""
    settings = _settings("nlu")
    from channels.terminal.understand import understand_lines
    from suluh.wiring import load_assistant

    understand_lines(load_assistant(settings), sys.stdin.buffer, sys.stdout, why=why)


@main.command()
@click.option("--force", is_flag=True, help="Also when nothing changed.")
def train(force: bool) -> None:
    """Trains the model if its inputs changed."""
    settings = _settings("train")
    from bot.engine import training

    trained = training.train(settings.model_dir, force=force)
    click.echo("Model trained." if trained else "The model is up to date.", err=True)


@main.command()
@click.option("--quiet", is_flag=True)
def migrate(quiet: bool) -> None:
    """Brings the database to the newest revision."""
    settings = _settings("migrate")
    from suluh.wiring import House

    House.prepare(settings)
    if not quiet:
        click.echo("The database is up to date.", err=True)


@main.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def unanswered(as_json: bool) -> None:
    """Questions that found no answer, without anything that leads to a person."""
    settings = _settings("unanswered")
    from suluh import lists
    from suluh.wiring import House

    lists.show_unanswered(House.open(settings), as_json=as_json)


@main.command()
def quiz() -> None:
    """What was learned: answers before and after lessons, by month."""
    settings = _settings("quiz")
    from suluh import lists
    from suluh.wiring import House

    lists.show_quiz(House.open(settings))


@main.command()
def purge() -> None:
    """Deletes what is over now, and prints how much of each class."""
    settings = _settings("purge")
    from bot.clock import now_ms
    from bot.privacy import retention
    from suluh.counting import count_days
    from suluh.wiring import House

    database = House.open(settings).database
    count_days(database)
    for name, count in retention.purge(database, now_ms()).items():
        click.echo(f"{count:>7}  {name}")


@main.command()
def doctor() -> None:
    """Says what is missing and what works."""
    settings = _settings("doctor")
    from suluh.doctor import examine

    findings = examine(settings)
    for finding in findings:
        click.echo(f"{'ok  ' if finding.good else 'MEND'}  {finding.what}: {finding.detail}")
    if not all(finding.good for finding in findings):
        sys.exit(1)


@main.group()
def channels() -> None:
    """The channels beside the web chat: Telegram, WhatsApp, SMS."""


@channels.command("setup")
def channels_setup() -> None:
    """Registers webhooks, commands and templates with the providers."""
    settings = _settings("channels")
    from suluh import channel_setup
    from suluh.wiring import House

    failed = False
    for line in channel_setup.set_up(House.open(settings)):
        failed = failed or not line.good
        click.echo(f"{'ok  ' if line.good else 'MEND'}  {line.what}: {line.detail}")
    if failed:
        sys.exit(1)


@main.group()
def staff() -> None:
    """Who works at the desk and may read what was reported.

    Passwords are asked for without showing them. Where there is no terminal they are read
    from standard input, one a line, in the order that the command's own help tells.
    """


@staff.command("add")
@click.argument("name")
@click.option("--role", required=True, type=click.Choice(["admin", "officer", "viewer"]))
@click.option("--by", metavar="ADMIN", help="Who adds; not for the first member.")
def staff_add(name: str, role: str, by: str | None) -> None:
    """Adds a member. The first one must be an admin, and is shown the recovery key.

    Standard input: the password of ADMIN if --by is given, the password of NAME.
    """
    settings = _settings("staff")
    from suluh import staff_commands
    from suluh.wiring import House

    staff_commands.add(House.open(settings), name, role, by=by)


@staff.command("passwd")
@click.argument("name")
@click.option("--by", metavar="ADMIN", help="Who gives NAME a new password after a loss.")
@click.option("--recovery", is_flag=True, help="With the recovery key, when no admin can log in.")
def staff_passwd(name: str, by: str | None, recovery: bool) -> None:
    """Changes one's own password, or gives NAME a new one.

    Standard input: the present password of NAME, or the password of ADMIN if --by is given,
    or the recovery key if --recovery is; then the new password of NAME.
    """
    if by and recovery:
        raise click.UsageError("Either --by or --recovery.")
    settings = _settings("staff")
    from suluh import staff_commands
    from suluh.wiring import House

    staff_commands.change_password(House.open(settings), name, by=by, recovery=recovery)


@staff.command("disable")
@click.argument("name")
def staff_disable(name: str) -> None:
    """Takes all keys from NAME, for good, and makes a new key of the desk."""
    settings = _settings("staff")
    from suluh import staff_commands
    from suluh.wiring import House

    staff_commands.disable(House.open(settings), name)


@staff.command("list")
def staff_list() -> None:
    """Everybody who works or worked at the desk."""
    settings = _settings("staff")
    from suluh import staff_commands
    from suluh.wiring import House

    staff_commands.show(House.open(settings))


@staff.command("rotate")
def staff_rotate() -> None:
    """Makes a new key of the desk for what is reported from now on."""
    settings = _settings("staff")
    from suluh import staff_commands
    from suluh.wiring import House

    staff_commands.rotate(House.open(settings))


@staff.command("recovery")
@click.option("--by", metavar="ADMIN", required=True)
def staff_recovery(by: str) -> None:
    """Makes a new recovery key; the one before is worth nothing any more.

    Standard input: the password of ADMIN.
    """
    settings = _settings("staff")
    from suluh import staff_commands
    from suluh.wiring import House

    staff_commands.renew_recovery(House.open(settings), by=by)


@main.group()
def tip() -> None:
    """What was reported. Only a member of staff with a password can open it."""


@tip.command("list")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def tip_list(as_json: bool) -> None:
    """Every report by level and time, unopened."""
    settings = _settings("tip")
    from suluh import tip_commands
    from suluh.wiring import House

    tip_commands.show_all(House.open(settings), as_json=as_json)


@tip.command("figures")
def tip_figures() -> None:
    """How many reports by month and kind."""
    settings = _settings("tip")
    from suluh import tip_commands
    from suluh.wiring import House

    tip_commands.show_figures(House.open(settings))


@tip.command("show")
@click.argument("tip_id", metavar="TIP")
@click.option("--by", required=True, metavar="NAME", help="Who reads.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def tip_show(tip_id: str, by: str, as_json: bool) -> None:
    """Opens a report. Standard input: the password of NAME."""
    settings = _settings("tip")
    from suluh import tip_commands
    from suluh.wiring import House

    tip_commands.show(House.open(settings), tip_id, by=by, as_json=as_json)


@tip.command("file")
@click.argument("tip_id", metavar="TIP")
@click.argument("number", type=int)
@click.argument("target", type=click.File("wb"))
@click.option("--by", required=True, metavar="NAME", help="Who reads.")
def tip_file(tip_id: str, number: int, target: IO[bytes], by: str) -> None:
    """Writes file NUMBER of a report, opened, to TARGET. Standard input: the password of NAME."""
    settings = _settings("tip")
    from suluh import tip_commands
    from suluh.wiring import House

    tip_commands.save_file(House.open(settings), tip_id, number, target, by=by)


@tip.command("say")
@click.argument("tip_id", metavar="TIP")
@click.option("--by", required=True, metavar="NAME", help="Who writes.")
def tip_say(tip_id: str, by: str) -> None:
    """Writes to the reporter. Standard input: the password of NAME, then the message."""
    settings = _settings("tip")
    from suluh import tip_commands
    from suluh.wiring import House

    tip_commands.say(House.open(settings), tip_id, by=by)


@tip.command("state")
@click.argument("tip_id", metavar="TIP")
@click.argument("state", type=click.Choice(["read", "working", "referred", "closed"]))
def tip_state(tip_id: str, state: str) -> None:
    """Moves a report on; its reporter is told in plain words."""
    settings = _settings("tip")
    from suluh import tip_commands
    from suluh.wiring import House

    tip_commands.move(House.open(settings), tip_id, state)


@tip.command("hold")
@click.argument("tip_id", metavar="TIP")
@click.option("--release", is_flag=True, help="Lets it go again.")
def tip_hold(tip_id: str, release: bool) -> None:
    """Keeps a report while an investigation needs it, whatever its time."""
    settings = _settings("tip")
    from suluh import tip_commands
    from suluh.wiring import House

    tip_commands.hold(House.open(settings), tip_id, held=not release)


def _house(process: str) -> House:
    settings = _settings(process)
    from suluh.wiring import House

    return House.open(settings)


desk_cli.add_to(main, _house)
audit_cli.add_to(main, _house)


@main.command(
    context_settings={"ignore_unknown_options": True, "help_option_names": []},
    add_help_option=False,
)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def rasa(arguments: tuple[str, ...]) -> None:
    """Rasa's own commands on this project: train, shell, test, data validate."""
    os.chdir(PROJECT_ROOT)
    from suluh import rasa_tools

    rasa_tools.run(list(arguments))
