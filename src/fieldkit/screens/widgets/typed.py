"""The text typed into a picker's box, and its cursor."""

from __future__ import annotations

from dataclasses import dataclass

from rich.cells import cell_len

from fieldkit.plain_text import shown

LONGEST = 300


@dataclass(slots=True)
class Typed:
    """The text of a box and its cursor; each key it knows changes one of them."""

    text: str = ""
    cursor: int = 0

    def put(self, text: str) -> None:
        """Replace the text; the cursor goes to its end."""
        self.text = text
        self.cursor = len(text)

    def insert(self, piece: str) -> None:
        """Type or paste ``piece`` at the cursor; line ends become spaces."""
        piece = shown(" ".join(piece.split("\n")))[: LONGEST - len(self.text)]
        self.text = self.text[: self.cursor] + piece + self.text[self.cursor :]
        self.cursor += len(piece)

    def key(self, key: str, character: str | None) -> bool:
        """Apply one key; say whether it is a key for a line of text."""
        before, after = self.text[: self.cursor], self.text[self.cursor :]
        match key:
            case "left":
                self.cursor = max(self.cursor - 1, 0)
            case "right":
                self.cursor = min(self.cursor + 1, len(self.text))
            case "home" if self.text:
                self.cursor = 0
            case "end" if self.text:
                self.cursor = len(self.text)
            case "backspace" | "ctrl+h":
                self.text, self.cursor = before[:-1] + after, max(self.cursor - 1, 0)
            case "delete":
                self.text = before + after[1:]
            case "ctrl+u":
                self.put("")
            case _ if character and character.isprintable():
                self.insert(character)
            case _:
                return False
        return True

    def window(self, width: int) -> tuple[str, int]:
        """Return the text from the first visible character, and the cursor's cell in it."""
        start = 0
        while cell_len(self.text[start : self.cursor]) > width - 1:
            start += 1
        return self.text[start:], cell_len(self.text[start : self.cursor])
