#!/bin/sh
# Assembles every .wat beside it with wabt 1.0.32. Some are invalid on purpose, hence --no-check.
set -eu
cd "$(dirname "$0")"
for wat in *.wat; do
	wat2wasm --no-check --enable-tail-call --enable-threads --enable-exceptions -o "${wat%.wat}.wasm" "$wat"
done
