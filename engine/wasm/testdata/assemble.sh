#!/bin/sh
# Assembles every .wat beside it with wabt 1.0.32. The contract wants some of them refused, hence --enable-multi-memory.
set -eu
cd "$(dirname "$0")"
for wat in *.wat; do
	wat2wasm --enable-multi-memory -o "${wat%.wat}.wasm" "$wat"
done
