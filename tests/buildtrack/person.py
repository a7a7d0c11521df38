"""Somebody who is signed in to 5.1 or to 7.0, and works with its records through REST.

People of both versions speak in the words of 5.1, so that one can be told what the other has done.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

from tests.buildtrack.client import Answer, Client
from tests.buildtrack.words import RECORDS, Names, Record, comparable, in_words_of_51, in_words_of_70


class Refused(Exception):
    """The application has answered that it will not."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(f"{answer.status} {answer.text}")
        self.status = answer.status


@dataclass(frozen=True)
class Person(ABC):
    """Every method raises Refused where the application does."""

    client: Client
    version: ClassVar[str]

    @classmethod
    @abstractmethod
    def signed_in(cls, client: Client, login: str = "admin", password: str = "build-track") -> Person:
        """The person, at work; Refused where the application does not admit them."""

    @abstractmethod
    def add(self, records: str, **fields: Any) -> int:
        """Make a record; its number."""

    @abstractmethod
    def change(self, records: str, key: int, **fields: Any) -> None:
        """Change fields of a record."""

    @abstractmethod
    def delete(self, records: str, key: int) -> None:
        """Delete a record."""

    @abstractmethod
    def see(self, records: str, key: int) -> Record:
        """One record."""

    @abstractmethod
    def all(self, records: str) -> dict[int, Record]:
        """All records of a kind by number."""

    @abstractmethod
    def attach(self, task: int, file_name: str, content: bytes) -> int:
        """Add a file to a task; the attachment's number."""

    @abstractmethod
    def file(self, attachment: int) -> bytes:
        """What an attachment holds."""

    @abstractmethod
    def request_approval(self, contract: int) -> int:
        """Ask for the first agreement to a contract; the approval's number."""

    @abstractmethod
    def agree(self, approval: int) -> None:
        """Agree to what waits for this person."""

    def everything(self) -> dict[str, dict[int, Record]]:
        """All that the system shows."""
        return {records: self.all(records) for records in RECORDS}

    def _ask(self, method: str, path: str, content: Any = None, body: bytes | None = None) -> Any:
        """What the application answers; a deadlock is no answer, as MariaDB itself says, and people try again."""
        client = self.client
        for _again in range(5):
            answer = client.ask(method, path, body) if content is None else client.send(method, path, content)
            if "try restarting transaction" not in answer.text:
                break
        return answer.json if _granted(answer).body else None


class PersonOf51(Person):
    """Works with 5.1."""

    version = "5.1"

    @classmethod
    def signed_in(cls, client: Client, login: str = "admin", password: str = "build-track") -> PersonOf51:
        wish = {"login": login, "password": password}
        return cls(Client(client.address, cls(client)._ask("POST", "/api/login", wish)["token"]))

    def add(self, records: str, **fields: Any) -> int:
        return int(self._ask("POST", f"/api/{records}", fields)["id"])

    def change(self, records: str, key: int, **fields: Any) -> None:
        self._ask("PUT", f"/api/{records}/{key}", fields)

    def delete(self, records: str, key: int) -> None:
        self._ask("DELETE", f"/api/{records}/{key}")

    def see(self, records: str, key: int) -> Record:
        return comparable(self._ask("GET", f"/api/{records}/{key}"))

    def all(self, records: str) -> dict[int, Record]:
        shown = self._ask("GET", f"/api/{records}?limit=1000")
        assert len(shown) < 1000, f"not all {records} are shown"
        return {record["id"]: comparable(record) for record in shown}

    def attach(self, task: int, file_name: str, content: bytes) -> int:
        path = f"/api/attachments?owner_kind=task&owner_id={task}&file_name={file_name}"
        return int(self._ask("POST", path, body=content)["id"])

    def file(self, attachment: int) -> bytes:
        return _granted(self.client.get(f"/api/attachments/{attachment}/content")).body

    def request_approval(self, contract: int) -> int:
        return int(self._ask("POST", f"/api/contracts/{contract}/approval", {})["id"])

    def agree(self, approval: int) -> None:
        self._ask("POST", f"/api/approvals/{approval}/decision", {"agreed": True})


class PersonOf70(Person):
    """Works with 7.0, and makes a partner known who is not yet."""

    version = "7.0"

    @classmethod
    def signed_in(cls, client: Client, login: str = "admin", password: str = "build-track") -> PersonOf70:
        wish = {"data": {"attributes": {"login": login, "password": password}}}
        made = cls(client)._ask("POST", "/api/v2/sessions", wish)
        return cls(Client(client.address, made["data"]["attributes"]["token"]))

    def add(self, records: str, **fields: Any) -> int:
        return int(self._ask("POST", _path(records), self._said(records, fields))["data"]["id"])

    def change(self, records: str, key: int, **fields: Any) -> None:
        self._ask("PATCH", f"{_path(records)}/{key}", self._said(records, fields))

    def delete(self, records: str, key: int) -> None:
        self._ask("DELETE", f"{_path(records)}/{key}")

    def see(self, records: str, key: int) -> Record:
        shown = self._ask("GET", f"{_path(records)}/{key}")["data"]
        return in_words_of_51(records, shown, *self._names(records))

    def all(self, records: str) -> dict[int, Record]:
        names = self._names(records)
        said = (in_words_of_51(records, shown, *names) for shown in self._pages(records))
        return {record["id"]: record for record in said}

    def attach(self, task: int, file_name: str, content: bytes) -> int:
        path = f"/api/v2/work-items/{task}/attachments?file_name={file_name}"
        return int(self._ask("POST", path, body=content)["data"]["id"])

    def file(self, attachment: int) -> bytes:
        return _granted(self.client.get(f"/api/v2/attachments/{attachment}/content")).body

    def request_approval(self, contract: int) -> int:
        return int(self._ask("POST", f"/api/v2/contracts/{contract}/approvals", {})["data"]["id"])

    def agree(self, approval: int) -> None:
        self._ask("POST", f"/api/v2/approvals/{approval}/decision", {"data": {"attributes": {"decision": "approve"}}})

    def partners(self) -> Names:
        """The partners by number: 5.1 has no such records."""
        return {int(shown["id"]): shown["attributes"]["name"] for shown in self._pages("partners")}

    def _roles(self) -> Names:
        return {int(shown["id"]): shown["attributes"]["name"] for shown in self._pages("roles")}

    def _names(self, records: str) -> tuple[Names, Names]:
        return self.partners() if records == "contracts" else {}, self._roles() if records == "users" else {}

    def _said(self, records: str, fields: Record) -> Record:
        if "partner" in fields and fields["partner"] not in self.partners().values():
            self.add("partners", name=fields["partner"])
        return {"data": {"attributes": in_words_of_70(records, fields, *self._names(records))}}

    def _pages(self, records: str) -> Iterator[Record]:
        page, more = 1, True
        while more:
            shown = self._ask("GET", f"{_path(records)}?page={page}&size=500")
            yield from shown["data"]
            page, more = page + 1, page * 500 < shown["meta"]["total"]


def _path(records: str) -> str:
    return "/api/v2/" + {"users": "accounts", "tasks": "work-items"}.get(records, records)


def _granted(answer: Answer) -> Answer:
    if answer.status >= 400:
        raise Refused(answer)
    return answer
