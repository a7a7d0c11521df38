"""Upgrade business applications on servers, and come back when it fails."""

from __future__ import annotations

__version__ = "0.1.0"
