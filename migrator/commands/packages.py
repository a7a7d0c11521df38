"""Commands that list what a distribution has installed."""

from __future__ import annotations

from migrator.commands.shell import Command, script


def installed() -> Command:
    """Print `package TAB version` of every installed package, by dpkg or rpm; nothing where there is neither."""
    return script(_INSTALLED)


_INSTALLED = r"""
if command -v dpkg-query > /dev/null 2>&1; then
    dpkg-query --show --showformat='${binary:Package}\t${Version}\n'
elif command -v rpm > /dev/null 2>&1; then
    rpm --query --all --queryformat '%{NAME}.%{ARCH}\t%{VERSION}-%{RELEASE}\n'
fi
"""
