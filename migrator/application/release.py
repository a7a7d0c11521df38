"""A release: one folder on a host, made whole under another name and then put in place at once."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from migrator.application.packages import Package
from migrator.commands import archive, files
from migrator.commands.shell import Command, chain
from migrator.transport.base import Transport

MARK = ".migrator-release"
"""File in a release folder that says which packages it was made of."""


@dataclass(frozen=True)
class Release:
    """Where a release lies, what it is made of, and who owns it.

    With `requirements` it is a Python environment installed from the packages; without, they are unpacked in order.
    """

    host: Transport
    folder: str
    packages: Sequence[Package]
    work: str
    """Our folder on the host; packages are brought there."""
    strip: int = 0
    requirements: Sequence[str] = ()
    python: str = "python3"
    user: str | None = None

    @property
    def mark(self) -> str:
        """A digest of all that decides what the folder will hold."""
        recipe = [p.sha256 for p in self.packages] + [str(self.strip), *self.requirements]
        return hashlib.sha256("\n".join(recipe).encode()).hexdigest()

    @property
    def _unfinished(self) -> str:
        return f"making {self.mark}"

    def found(self) -> str:
        """`missing`, `ours` (this very release), or `foreign`."""
        said = self.host.read(archive.mark_of(self.folder, MARK).as_user(self.user)).text.strip()
        if said in ("missing", self._unfinished):
            return "missing"
        return "ours" if said == self.mark else "foreign"

    def bring(self, progress: Callable[[float, float | None, str], None]) -> None:
        """Bring the packages to the host; those that are there with the right checksum are not sent again."""
        total = sum(p.path.stat().st_size for p in self.packages)
        sent = 0
        for package in self.packages:
            path = self.place(package)
            if self.host.read(archive.has(path, package.sha256).as_user(self.user), check=False).exit_code:
                with package.path.open("rb") as file:
                    self.host.stream_in(archive.receive(path, package.sha256).as_user(self.user), file)
            sent += package.path.stat().st_size
            progress(sent, total, "bytes")

    @property
    def waiting(self) -> str:
        """The folder that holds the packages until the release is made; its user must be able to read it."""
        if self.user:
            return f"{self.folder}.migrator-packages"
        return f"{self.host.expand(self.work)}/packages/{self.mark[:16]}"

    @property
    def beside(self) -> tuple[str, ...]:
        """What making it may leave beside its folder, as a person may type it without asking the host."""
        packages = f"{self.folder}.migrator-packages" if self.user else f"{self.work}/packages/{self.mark[:16]}"
        return f"{self.folder}.migrator-new", packages

    def place(self, package: Package) -> str:
        """Where a package is brought to: all of one release lie side by side, under their own names."""
        return f"{self.waiting}/{package.path.name}"

    def build(self) -> Command:
        """Make the release beside its place and put it there; what an interrupted try left is thrown away first.

        A Python environment holds its own path, so it is made in place, marked as unfinished until it is complete.
        """
        new = self.folder if self.requirements else f"{self.folder}.migrator-new"
        steps = [archive.fresh_folder(new)]
        if self.requirements:
            steps.append(files.write_line(f"{new}/{MARK}", self._unfinished))
            steps.append(archive.python_release(new, self.waiting, self.requirements, self.python))
            steps.append(files.write_line(f"{new}/{MARK}", self.mark))
        else:
            steps += [archive.unpack(self.place(p), new, self.strip) for p in self.packages]
            steps.append(archive.put_in_place(new, self.folder, MARK, self.mark))
        return chain(*steps, files.remove_tree(self.waiting)).as_user(self.user)

    def remove(self) -> Command:
        """Take the release and what belongs to making it away again."""
        return chain(*map(files.remove_tree, (self.folder, f"{self.folder}.migrator-new", self.waiting))).as_user(
            self.user)
