"""The baseline of all screens: the smallest Textual application that accepts keys, one Input."""

from textual.app import App, ComposeResult
from textual.widgets import Input


class BareApp(App[None]):
    """One Input and nothing else."""

    def compose(self) -> ComposeResult:
        """Yield the input."""
        yield Input(placeholder="bare box")


if __name__ == "__main__":
    BareApp().run()
