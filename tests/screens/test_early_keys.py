"""A key before the records are loaded waits for them: it neither fails nor loads them itself."""

import subprocess
import sys
from pathlib import Path
from textwrap import dedent

EARLY = dedent("""
    import asyncio, sys
    from pathlib import Path
    from fieldkit.app import FieldkitApp

    class Late(FieldkitApp):
        def __init__(self, home):
            super().__init__(home)
            self.loading = asyncio.Event()

        async def open_store(self):
            await self.loading.wait()
            await super().open_store()

    async def look():
        app = Late(Path(sys.argv[1]))
        async with app.run_test(size=(80, 24)) as pilot:
            app.post_message(key("ctrl+n"))
            for _ in range(20):
                await asyncio.sleep(0.02)
            assert "fieldkit.records" not in sys.modules, "the key loaded the records"
            app.loading.set()
            await app.opened()
            await app.keys_handled()
            await app.workers.wait_for_complete()
            await pilot.pause()
            print(app.export_screenshot().replace("&#160;", " "))

    def key(name):
        from textual.events import Key
        return Key(name, None)

    asyncio.run(look())
""")


def test_ctrl_n_before_the_records_are_loaded_opens_the_form(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "fieldkit", "init", "--name", "Asha", "--district", "2"],
        env={"FIELDKIT_HOME": str(tmp_path), "PATH": ""},
        check=True,
        timeout=60,
    )
    done = subprocess.run(
        [sys.executable, "-c", EARLY, str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert "New artisan" in done.stdout
    assert "Name as on Aadhaar" in done.stdout
