"""What a browser would post of a page's fields."""

from html.parser import HTMLParser

from django.http import QueryDict


class Fields(HTMLParser):
    """Collects names and values; a select without a selected option posts its first."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, str]] = []
        self.options: list[tuple[str, bool]] | None = None
        self.name, self.text = "", None

    def handle_starttag(self, tag: str, attrs: list) -> None:
        has = dict(attrs)
        if tag == "input" and has.get("name"):
            self.found.append((has["name"], has.get("value") or ""))
        elif tag in ("select", "textarea"):
            self.name, self.options, self.text = has["name"], [], ""
        elif tag == "option":
            self.options.append((has.get("value"), "selected" in has))
            self.text = ""

    def handle_data(self, data: str) -> None:
        if self.text is not None:
            self.text += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "option" and self.options[-1][0] is None:
            self.options[-1] = (self.text.strip(), self.options[-1][1])
        elif tag == "textarea":
            self.found.append((self.name, self.text.removeprefix("\n").replace("\n", "\r\n")))
            self.text = None
        elif tag == "select":
            chosen = [value for value, selected in self.options if selected] or [value for value, _ in self.options]
            self.found.append((self.name, chosen[0]))


def posted(html: str) -> QueryDict:
    data, parser = QueryDict(mutable=True), Fields()
    parser.feed(html)
    for name, value in parser.found:
        data.appendlist(name, value)
    return data
