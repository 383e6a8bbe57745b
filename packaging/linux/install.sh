#!/bin/sh
# Installs ChatDesk for the user who runs this, or for all when root does. No other program is needed.
#   ./install.sh              install, or update
#   ./install.sh --uninstall  remove; chats and models stay where they are
set -eu

id=io.github.chatdesk.ChatDesk
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)

if [ "$(id -u)" = 0 ]; then
  app=/opt/chatdesk bin=/usr/local/bin share=/usr/local/share
else
  share=${XDG_DATA_HOME:-$HOME/.local/share}
  app=$HOME/.local/lib/chatdesk bin=$HOME/.local/bin
fi

refresh() {
  if command -v update-desktop-database >/dev/null 2>&1; then update-desktop-database -q "$share/applications" || true; fi
  if command -v update-mime-database >/dev/null 2>&1; then update-mime-database "$share/mime" >/dev/null 2>&1 || true; fi
  if command -v gtk-update-icon-cache >/dev/null 2>&1; then gtk-update-icon-cache -q -t -f "$share/icons/hicolor" || true; fi
}

remove() {
  rm -rf -- "$app"
  rm -f -- "$bin/chatdesk" "$share/applications/$id.desktop" "$share/metainfo/$id.metainfo.xml" "$share/mime/packages/$id.xml"
  for icon in "$share"/icons/hicolor/*/apps/"$id".*; do
    [ -e "$icon" ] && rm -f -- "$icon"
  done
  return 0
}

case "${1:-}" in
  --uninstall)
    remove
    refresh
    echo "ChatDesk is removed. Your chats and models are where they were."
    exit 0 ;;
  "") ;;
  *)
    echo "usage: $0 [--uninstall]" >&2
    exit 2 ;;
esac

[ -x "$here/app/chatdesk" ] || { echo "The folder app is missing beside this script. Unpack the whole archive." >&2; exit 1; }
mkdir -p -- "$(dirname -- "$app")" "$bin" "$share"
# The new one is complete before the old one goes.
rm -rf -- "$app.new"
cp -R -- "$here/app" "$app.new"
remove
mv -- "$app.new" "$app"
ln -s -- "$app/chatdesk" "$bin/chatdesk"
cp -R -- "$here/share/." "$share/"
# A desktop may not look for programs in a user's own folder, so the entry names the whole path. In a desktop entry,
# a path stands in quotes with these escaped, backslashes are doubled once more as in any value, and so is %.
quoted=$(printf '%s' "$app/chatdesk" | sed -e 's/[\\"`$]/\\&/g' -e 's/\\/\\\\/g' -e 's/%/%%/g')
escaped=$(printf '%s' "$quoted" | sed -e 's/[&|\\]/\\&/g')
entry=$share/applications/$id.desktop
sed -e "s|^Exec=.*|Exec=\"$escaped\" %f|" -e '/^TryExec=/d' "$here/share/applications/$id.desktop" > "$entry.new"
mv -- "$entry.new" "$entry"
refresh
echo "ChatDesk is installed. It is among your programs; in a terminal: $bin/chatdesk"
