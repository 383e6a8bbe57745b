"""The disk image's window, read by dmgbuild (https://dmgbuild.readthedocs.io): the app, and where to drag it."""

application = defines["app"]  # type: ignore[name-defined]  # noqa: F821 - dmgbuild provides it

format = "ULFO"  # noqa: A001 - dmgbuild's name
files = [application]
symlinks = {"Applications": "/Applications"}
icon_locations = {"ChatDesk.app": (140, 160), "Applications": (400, 160)}
window_rect = ((200, 200), (540, 340))
icon_size = 96
