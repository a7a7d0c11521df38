"""XML: declaration, comments, attribute order and quotes of everything else stay byte by byte."""

from __future__ import annotations

from typing import Any

import pytest

from migrator.configure.edit import edit
from migrator.configure.errors import NotEditable

TEXT = """\
<?xml version='1.0' encoding='utf-8'?>
<!DOCTYPE Server>
<!-- 主配置 -->
<Server port="8005" shutdown='SHUTDOWN'>
  <Service name="a > b">
    <Connector port = "8080" protocol="HTTP/1.1"
               redirectPort="8443" />
    <Connector port="8009" protocol="AJP/1.3"/>
    <Engine/>
  </Service>
  <property><name>x</name><value>1 &amp; 2</value></property>
  <empty></empty>
</Server>
"""


def changed(text: str, changes: dict[str, Any]) -> str:
    return edit(text.encode(), "xml", changes).decode()


@pytest.mark.parametrize(("key", "value", "old", "new"), [
    ("Server/@port", 8006, '"8005"', '"8006"'),
    ("Server/@shutdown", "it's", "'SHUTDOWN'", "'it&apos;s'"),
    ("Server/Service/Connector[1]/@port", "80", 'port = "8080"', 'port = "80"'),
    ("Server/Service/Connector[@protocol='AJP/1.3']/@port", "1", '"8009"', '"1"'),
    ("Server/Service/Connector[2]/@secret", 'a"<b', '"AJP/1.3"', '"AJP/1.3" secret="a&quot;&lt;b"'),
    ("Server/Service/Connector[1]/@x", True, '"8443" />', '"8443" x="true" />'),
    ("Server/property/value", "1 & 2", "", ""),
    ("Server/property/value", "3 < 工", "1 &amp; 2", "3 &lt; &#24037;"),
    ("Server/empty", "full", "<empty></empty>", "<empty>full</empty>"),
    ("Server/Service/Engine", "x", "<Engine/>", "<Engine>x</Engine>"),
    ("Server/Service/Engine/Host/@name", "h", "<Engine/>", '<Engine><Host name="h"></Host></Engine>'),
    ("Server/Service/Listener/@on", "1", "    <Engine/>\n", '    <Engine/>\n    <Listener on="1"></Listener>\n'),
    ("Server/property/note", "n", "</value></property>", "</value><note>n</note></property>"),
    ("Server/empty", None, "  <empty></empty>\n", ""),
    ("Server/property/name", None, "<name>x</name>", ""),
    ("Server/@shutdown", None, " shutdown='SHUTDOWN'", ""),
    ("Server/nothing", None, "", ""),
])
def test_only_the_key_changes(key: str, value: object, old: str, new: str) -> None:
    once = changed(TEXT, {key: value})
    assert once == TEXT.replace(old, new, 1)
    assert changed(once, {key: value}) == once


def test_one_element_must_be_meant() -> None:
    with pytest.raises(NotEditable, match="2 elements"):
        changed(TEXT, {"Server/Service/Connector/@port": 1})
    with pytest.raises(NotEditable, match="other elements"):
        changed(TEXT, {"Server/Service": "text"})
    with pytest.raises(NotEditable, match="at its top"):
        changed(TEXT, {"server/@port": 1})
    with pytest.raises(NotEditable, match="no path"):
        changed(TEXT, {"Server//[": 1})


def test_declared_encodings_stay() -> None:
    latin = '<?xml version="1.0" encoding="iso-8859-1"?><a n="é"><b>ü</b></a>'.encode("latin-1")
    assert edit(latin, "xml", {"a/b": "工"}) == latin.replace("ü".encode("latin-1"), b"&#24037;")


@pytest.mark.parametrize("bad", [
    "", "<a>", "<a></b>", "text",
    '<!DOCTYPE a [<!ENTITY x "y"><!ENTITY z "&x;&x;">]><a>&z;</a>',
    '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
])
def test_what_is_no_xml_or_a_bomb_is_refused(bad: str) -> None:
    with pytest.raises(NotEditable):
        changed(bad, {"a": 1})


def test_utf16_is_refused() -> None:
    with pytest.raises(NotEditable, match="UTF-16"):
        edit("<a/>".encode("utf-16"), "xml", {"a": 1})
