"""How every command behaves: common flags, one clear error, a fixed exit code."""

from __future__ import annotations

import contextlib
import functools
import inspect
import json
import logging
import os
import sys
from collections.abc import Callable, Mapping
from typing import Any, NoReturn, cast

from invoke.context import Context
from invoke.exceptions import Exit as Ending
from invoke.tasks import Task, task

from migrator import text
from migrator.app import App
from migrator.errors import Exit, FileRefused, MigratorError, WrongUse
from migrator.secret import scrub
from migrator.tasks import streams
from migrator.text import _

COMMON = {
    "inventory": "the inventory file (default: inventory.yaml, or MIGRATOR_INVENTORY)",
    "home": "folder of journal and runs (default: .migrator, or MIGRATOR_HOME)",
    "lang": "language of all output: en or zh (default: the environment's)",
    "json": "print JSON instead of text, one event a line",
}
PLAYBOOK = "folder of the playbook, or its name under playbooks/"


class Call:
    """One typed command: the app, how to show things, and whether only to look."""

    def __init__(self, app: App, *, json: bool, dry: bool) -> None:
        self.app = app
        self.json = json
        self.dry = dry

    def show(self, text: str, data: Any = None) -> None:
        """Print the text, or the data instead when JSON was asked for."""
        if not self.json:
            print(scrub(text))
        elif data is not None:
            print(scrub(json.dumps(data, ensure_ascii=False, default=str)))

    def leave(self, code: int) -> NoReturn:
        """End the process at once: a run that waits keeps its threads, and needs none of them."""
        with contextlib.suppress(OSError):
            streams.flush()
        os._exit(code)


def command(**help: str) -> Callable[[Callable[..., int | None]], Task[Any]]:
    """Make an Invoke task of a function `(call, flags...) -> exit code`; `help` says what each flag is for."""

    def made(body: Callable[..., int | None]) -> Task[Any]:
        @functools.wraps(body)
        def typed(context: Context, /, **flags: Any) -> None:
            streams.forgive()
            language = flags.pop("lang")
            call = Call(App(flags.pop("home"), flags.pop("inventory")), json=flags.pop("json"),
                        dry=bool(context.config.run.dry))
            streams.Details.kept_in(call.app.home)
            code = _outcome(call, functools.partial(_spoken, language, functools.partial(body, call, **flags)))
            if code:
                raise Ending(code=code)

        typed.__signature__ = _signature(body)  # type: ignore[attr-defined]
        flags = {name.rstrip("_"): said for name, said in {**help, **COMMON}.items()}
        return cast("Task[Any]", task(typed, positional=[], auto_shortflags=False, help=flags))

    return made


def _spoken(language: str | None, act: Callable[[], int | None]) -> int | None:
    """Act in this language; raises WrongUse for one that we do not speak."""
    if language and language.partition("_")[0].lower() not in ("en", "zh"):
        raise WrongUse(_("we do not speak {language}").format(language=language), hint="--lang en, --lang zh")
    text.choose(language)
    return act()


def _outcome(call: Call, act: Callable[[], int | None]) -> int:
    try:
        code = act() or Exit.DONE
        streams.flush()
        return code
    except MigratorError as error:
        _complain(call, error)
        return error.code
    except KeyboardInterrupt:
        print(_("cancelled"), file=sys.stderr)
        return Exit.CANCELLED
    except BrokenPipeError:
        streams.reader_left()
        return Exit.DONE
    except OSError as error:
        if error.filename is None:
            return _unexpected(call, error)
        _complain(call, FileRefused(
            _("this file or folder cannot be used: {why}").format(why=error.strerror), where=str(error.filename),
            hint=_("see its owner, its rights and the free space there, or name another")))
        return Exit.WRONG_USE
    except Exception as error:
        return _unexpected(call, error)


def _complain(call: Call, error: MigratorError) -> None:
    from migrator.screen.failure import of_error, show_failure

    if call.json:
        call.show("", {"error": error.message, "where": str(error.where or ""), "hint": error.hint or "",
                       "code": int(error.code)})
    else:
        print(show_failure(of_error(error)), file=sys.stderr)


def _unexpected(call: Call, error: Exception) -> int:
    """What nobody foresaw: one sentence for the user, the trace for whoever mends it."""
    path = streams.Details.kept_in(call.app.home)
    logging.getLogger(__name__).exception("unexpected")
    what = f"{type(error).__name__}: {error}".partition("\n")[0]
    if call.json:
        call.show("", {"error": what, "where": str(path), "hint": "", "code": int(Exit.UNEXPECTED)})
    print(scrub(_("✗ unexpected: {what}; the details are in {path}").format(what=what, path=path)), file=sys.stderr)
    return Exit.UNEXPECTED


def _signature(body: Callable[..., Any]) -> inspect.Signature:
    own = list(inspect.signature(body).parameters.values())[1:]
    context = inspect.Parameter("context", inspect.Parameter.POSITIONAL_OR_KEYWORD)
    common = [inspect.Parameter(name, context.kind, default=False if name == "json" else None) for name in COMMON]
    return inspect.Signature([context, *[p.replace(annotation=inspect.Parameter.empty) for p in own], *common])


def needed(flags: Mapping[str, Any]) -> None:
    """Raise WrongUse for the first flag that was left out: `needed({"plan": plan})`."""
    for name, value in flags.items():
        if value is None:
            raise WrongUse(_("--{flag} is missing").format(flag=name), hint=_("inv --help COMMAND shows all flags"))
