"""The baseline of every screen: the smallest Textual application that takes keys, one Input."""

from textual.app import App, ComposeResult
from textual.widgets import Input


class BareApp(App[None]):
    """One Input and nothing else."""

    def compose_request(self) -> ComposeResult:
        """Lay out the box."""
        yield Input(placeholder="bare box")


if __name__ == "__main__":
    BareApp().run()
