"""The inventory: which systems a company has, where they are, and how they are started."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from migrator.playbook.moments import Day, Zone

Name = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_.-]*$", max_length=64)]
Words = list[str]
Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]


class Strict(BaseModel):
    """A record that knows all its keys."""

    # A plain 7 where text is meant is the text "7": the loader makes integers only of what is spelt that very way.
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True, coerce_numbers_to_str=True)


class Host(Strict):
    """A machine, reached over ssh or this one (`local`)."""

    connect: Literal["ssh", "local"] = "ssh"
    address: str | None = Field(None, description="host name, address or alias of ssh_config; else the host's name")
    port: int | None = None
    user: str | None = None
    key: str | None = Field(None, description="private key file; ssh_config and the agent are asked if left out")
    password: str | None = Field(None, description="secret by name: env:NAME, file:PATH, keyring:SERVICE/USER")
    jump: str | None = Field(None, description="name of the host of this environment to go through (ProxyJump)")
    known_hosts: str | None = Field(None, description="file with the recorded host keys; else ~/.ssh/known_hosts")
    sudo_password: str | None = Field(None, description="secret by name; left out where sudo asks for none")
    work: str = Field("~/.migrator", description="our one folder on this host: jobs, scratch, lock")


class Database(Strict):
    """A database of the application, by SQLAlchemy URL without a password."""

    url: str
    at: Name = Field(description="host from which the URL is meant; its loopback is reached by a tunnel")
    password: str | None = Field(None, description="secret by name")
    admin_url: str | None = Field(None, description="URL of a role that may create databases, for restore and clone")
    admin_password: str | None = Field(None, description="secret by name")
    logs: bool = Field(False, description="back up its log of changes too, so that it can be restored to any time; "
                                          "daily sets hold the log alone then")


class Tree(Strict):
    """A folder of files that belongs to the application."""

    path: str
    at: Name
    exclude: list[str] = Field(default_factory=list, description="patterns below the path that are no data (caches)")
    owner: str | None = Field(None, description="user of the host that owns the files; needed to restore as that user")
    made_by: Words | None = Field(None, description="command on the host that writes these files anew before each "
                                                    "backup: the export tool of the application's vendor")
    proves: int = Field(default=4, ge=0, le=4, description="the highest proof level of a set with this tree: lower "
                                                           "where only a vendor's tool can tell if it is good")


class Service(Strict):
    """A program that is started and stopped: a systemd unit, or commands."""

    at: Name
    systemd: str | None = None
    start: Words | None = None
    stop: Words | None = None
    status: Words | None = Field(None, description="exit code 0 when it runs")
    user: str | None = None


class Backups(Strict):
    """How the backups of an environment are kept: for whose key, how many of them, and where else."""

    sealed_for: list[str] = Field(default_factory=list, description="age recipients (age1...) who alone can open the "
                                                                    "sets; left out: the sets are not encrypted")
    key: str | None = Field(default=None, description="secret by name: the age identity (AGE-SECRET-KEY-1...), which "
                                                      "proving and restoring needs; it is never on a target")
    full_on: Weekday = Field(default="sunday", description="the day of the week whose set is whole; on others, "
                                                           "changes only")
    daily: int = Field(default=14, ge=1, description="for how many days each day's newest set is kept")
    weekly: int = Field(default=8, ge=0, description="for how many weeks each week's newest whole set is kept")
    monthly: int = Field(default=12, ge=0)
    yearly: int = Field(default=3, ge=0)
    copies: list[str] = Field(default_factory=list, description="where every set is copied to: a folder of this "
                                                                "machine, or HOST:PATH with a host of this environment")


class Calendar(Strict):
    """When the people of a site work, and when nothing may be changed there."""

    time_zone: Zone
    country: str | None = None
    """Whose public holidays and make-up days hold: CN, or DE-BY."""
    holidays: list[Day] = Field(default_factory=list, description="days off beside those of the country")
    workdays: list[Day] = Field(default_factory=list, description="make-up days and others on which people work")
    freeze: list[str] = Field(default_factory=list, description="iCalendar files, relative to the inventory file, "
                                                                "whose events forbid every change")


class Environment(Strict):
    """One installed system: hosts, databases, file trees, services and values that checks and look-ups use."""

    title: str = ""
    hosts: dict[Name, Host]
    roles: dict[Name, list[Name]] = Field(default_factory=dict)
    databases: dict[Name, Database] = Field(default_factory=dict)
    trees: dict[Name, Tree] = Field(default_factory=dict)
    services: dict[Name, Service] = Field(default_factory=dict)
    values: dict[Name, str] = Field(default_factory=dict)
    secrets: dict[Name, str] = Field(default_factory=dict, description="secrets by name, for steps and checks")
    disposable: bool = Field(False, description="a copy: a clone may replace all of it; never true of a live system")
    vault: str = Field("vault", description="folder of this machine for backups; relative to the inventory file")
    backups: Backups = Backups()
    product: str | None = Field(None, description="folder of the product's files (attachments.yaml, masking.yaml, "
                                                  "neutralise.yaml, records.yaml); relative to the inventory file")
    calendar: Calendar | None = Field(None, description="left out: the inventory's")

    def secret_names(self) -> list[str]:
        """Every reference to a secret that stands in it."""
        found = [*self.secrets.values(), self.backups.key or ""]
        for host in self.hosts.values():
            found += [host.password or "", host.sudo_password or ""]
        for database in self.databases.values():
            found += [database.password or "", database.admin_password or ""]
        return [name for name in found if name]


class Sites(Strict):
    """Many systems that are alike: one environment written once, and what is different of each."""

    like: dict[str, Any] = Field(description="an environment; ${site.name} and ${site.KEY} stand for a site's own")
    each: dict[Name, dict[Name, str]] = Field(description="the sites, each with its own values: {address: 10.0.0.7}")


class Inventory(Strict):
    """All environments that this machine may work on; once read, `environments` holds those of `sites` too."""

    format: Literal[1]
    environments: dict[Name, Environment] = Field(default_factory=dict)
    calendar: Calendar | None = Field(None, description="of every environment that has none of its own")
    sites: dict[Name, Sites] = Field(default_factory=dict, description="groups of many sites that are alike")
    allowed_signers: str | None = Field(
        None, description="OpenSSH file of approvers and their keys, relative to this file; then approvals are signed")
