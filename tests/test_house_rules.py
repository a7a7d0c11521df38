"""Rules of the house that a reader would otherwise have to remember: sizes, names, and what is never written."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "migrator"
SOURCES = sorted(PACKAGE.rglob("*.py"))
MOST_LINES = 300
SAYS_NOTHING = {"util", "utils", "helper", "helpers", "common", "manager", "core", "misc"}
ALWAYS_SHELL = {"os.system", "os.popen", "subprocess.getoutput", "subprocess.getstatusoutput"}
RUNS_CODE = {"pickle", "dill", "cloudpickle", "shelve", "marshal"}


def test_files_are_short() -> None:
    long = {_name(path): count for path in SOURCES if (count := len(path.read_text("utf-8").splitlines())) > MOST_LINES}
    assert not long, f"longer than {MOST_LINES} lines; what are the two things in each? {long}"


def test_names_say_what_lives_there() -> None:
    vague = [_name(path) for path in PACKAGE.rglob("*") if path.stem in SAYS_NOTHING]
    assert not vague


def no_shell(node: ast.AST) -> bool:
    """A process started through a shell, or by a function that always uses one."""
    if not isinstance(node, ast.Call):
        return False
    asked = any(keyword.arg == "shell" and ast.unparse(keyword.value) != "False" for keyword in node.keywords)
    return asked or ast.unparse(node.func) in ALWAYS_SHELL


def no_stranger(node: ast.AST) -> bool:
    """A policy that accepts host keys nobody has recorded."""
    names = {"AutoAddPolicy", "WarningPolicy"}
    return (isinstance(node, ast.Attribute) and node.attr in names) or (isinstance(node, ast.Name) and node.id in names)


def no_pickle(node: ast.AST) -> bool:
    """A format whose reading runs code."""
    if isinstance(node, ast.Import):
        modules = [alias.name for alias in node.names]
    else:
        modules = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
    return any(module.partition(".")[0] in RUNS_CODE for module in modules)


def no_loose_shell_text(node: ast.AST) -> bool:
    """Shell text that was not made by the quoting of migrator.commands, or a script with values put into its text."""
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name | ast.Attribute):
        return False
    called = node.func.id if isinstance(node.func, ast.Name) else node.func.attr
    return called == "Command" or (called == "script" and bool(node.args) and _formatted(node.args[0]))


def _formatted(node: ast.expr) -> bool:
    if isinstance(node, ast.Call):
        return isinstance(node.func, ast.Attribute) and node.func.attr in {"format", "join", "replace", "substitute"}
    if isinstance(node, ast.BinOp):
        return True
    return isinstance(node, ast.JoinedStr)


NEVER = {no_shell: "", no_stranger: "", no_pickle: "", no_loose_shell_text: "commands"}
"""What is never written, and the package that may."""


@pytest.mark.parametrize("forbidden", NEVER)
def test_never_written(forbidden: Callable[[ast.AST], bool]) -> None:
    allowed_in = PACKAGE / (NEVER[forbidden] or "nowhere")
    found = [place for path in SOURCES if not path.is_relative_to(allowed_in)
             for place in places(forbidden, path.read_text("utf-8"), _name(path))]
    assert not found, f"{forbidden.__doc__} {found}"


@pytest.mark.parametrize(("forbidden", "source"), [
    (no_shell, "subprocess.run(text, shell=True)"),
    (no_shell, "os.system(text)"),
    (no_stranger, "client.set_missing_host_key_policy(paramiko.AutoAddPolicy())"),
    (no_pickle, "def late():\n    from pickle import loads"),
    (no_loose_shell_text, "Command(f'rm {path}')"),
    (no_loose_shell_text, "shell.Command('rm ' + path)"),
    (no_loose_shell_text, "script('rm {}'.format(path))"),
    (no_loose_shell_text, "script('rm %s' % path)"),
])
def test_what_is_forbidden_is_seen(forbidden: Callable[[ast.AST], bool], source: str) -> None:
    assert len(list(places(forbidden, source, "here"))) == 1


@pytest.mark.parametrize(("forbidden", "source"), [
    (no_shell, "subprocess.run(['true'], shell=False)"),
    (no_loose_shell_text, "script('rm \"$1\"', path)"),
    (no_loose_shell_text, "words('rm', f'{folder}/{name}')"),
])
def test_what_is_right_is_left_alone(forbidden: Callable[[ast.AST], bool], source: str) -> None:
    assert not list(places(forbidden, source, "here"))


def places(forbidden: Callable[[ast.AST], bool], source: str, name: str) -> Iterator[str]:
    """Where the source does what is forbidden."""
    return (f"{name}:{node.lineno}" for node in ast.walk(ast.parse(source))  # type: ignore[attr-defined]
            if forbidden(node))


def _name(path: Path) -> str:
    return str(path.relative_to(PACKAGE.parent))
