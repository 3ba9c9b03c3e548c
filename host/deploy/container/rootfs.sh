#!/bin/sh
# Puts together everything that an image holds, and nothing else: no shell, no package manager, no other program.
#
#   rootfs.sh OUT BIN           the program, and its plugins that are WebAssembly modules or YAML files; BIN is a folder that make has built
#   rootfs.sh OUT BIN --local   the provider "local" as well, with its models and the C libraries that it needs
#
# The Dockerfile runs it, and it makes a folder for chroot just as well.
set -eu
out=$1 bin=$2 local=${3:-}

umask 022
mkdir -p "$out/ocrmux/plugins" "$out/etc/ocrmux" "$out/etc/ssl/certs" "$out/usr/share" "$out/dev" "$out/proc" "$out/tmp"
chmod 1777 "$out/tmp"
cp "$bin/ocrmux" "$out/ocrmux/"
cp "$bin"/plugins/*.wasm "$out/ocrmux/plugins/"
find "$bin/plugins" -maxdepth 1 -name '*.provider.yaml' -exec cp {} "$out/ocrmux/plugins/" \;
echo 'nonroot:x:65532:65532:nonroot:/:/none' >"$out/etc/passwd"
echo 'nonroot:x:65532:' >"$out/etc/group"

# Authorities of certificates, and the time zones of budgets.
cp /etc/ssl/certs/ca-certificates.crt "$out/etc/ssl/certs/"
cp "$(go env GOROOT)/lib/time/zoneinfo.zip" "$out/usr/share/"

if [ "$local" = --local ]; then
  cp "$bin/plugins/local" "$bin/plugins/local.manifest.json" "$out/ocrmux/plugins/"
  cp -R "$bin/plugins/local.d" "$out/ocrmux/plugins/"
  # The loader and every library, at the paths where the loader looks.
  for file in "$bin/plugins/local" "$bin"/plugins/local.d/libonnxruntime.so*; do
    ldd "$file" | awk '$2 == "=>" {print $3} $1 ~ /^\// {print $1}'
  done | sort -u | while read -r library; do
    mkdir -p "$out$(dirname "$library")"
    cp -L "$library" "$out$library"
  done
fi

# What is in the image was built from the same source, so it is approved.
"$out/ocrmux/ocrmux" plugin lock --yes "$out/ocrmux/plugins"

# What a running gateway writes: the state, and compiled plugins.
mkdir -p "$out/var/lib/ocrmux" "$out/var/cache/ocrmux"
[ "$(id -u)" != 0 ] || chown 65532:65532 "$out/var/lib/ocrmux" "$out/var/cache/ocrmux"
chmod 700 "$out/var/lib/ocrmux" "$out/var/cache/ocrmux"
