#!/bin/bash
# Installs what the tests need and this machine lacks: a PostgreSQL server, a
# Chromium and a font with Chinese characters. Says what it does; on a system
# other than Debian, or without root, it says what to install by hand.
set -euo pipefail

need=()
if ! compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null && ! command -v initdb >/dev/null; then
	need+=(postgresql)
fi
if ! command -v chromium >/dev/null && ! command -v chromium-browser >/dev/null && ! command -v google-chrome >/dev/null; then
	need+=(chromium)
fi
if ! command -v fc-list >/dev/null; then
	need+=(fontconfig fonts-noto-cjk)
elif [ -z "$(fc-list :lang=zh family)" ]; then
	need+=(fonts-noto-cjk)
fi

if [ ${#need[@]} -eq 0 ]; then
	echo "test-deps: PostgreSQL, Chromium and a Chinese font are here."
	exit 0
fi

root=()
if [ "$(id -u)" -ne 0 ]; then
	if ! command -v sudo >/dev/null || ! sudo -n true 2>/dev/null; then
		echo "test-deps: the tests need: ${need[*]}" >&2
		echo "test-deps: please install them, on Debian: sudo apt-get install ${need[*]}" >&2
		exit 1
	fi
	root=(sudo)
fi
if ! command -v apt-get >/dev/null; then
	echo "test-deps: the tests need: ${need[*]} (Debian's names); please install them." >&2
	exit 1
fi

echo "test-deps: installing from Debian: ${need[*]}"
"${root[@]}" apt-get update -qq
"${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${need[@]}"
