#!/bin/sh
# Makes the files of a release: an archive for each system, an SBOM of each program, licences and checksums.
#
#   archives.sh OUT TARGETS [VERSION]
#
# OUT must not exist yet. TARGETS are systems, such as "linux/amd64 windows/arm64". VERSION is the
# tag, such as v1.2.3; without it the files are called "snapshot", and the program prints what the Go toolchain knows of the
# commit. `make snapshot` and `make release` run it, on Linux, after `make build`.
# The archives hold the program and the WebAssembly plugins. The plugin "local" has an archive for this machine's processor.
set -eu
cd "$(dirname "$0")/../../.."
out=$1 targets=$2 version=${3:-}
cyclonedx=github.com/CycloneDX/cyclonedx-gomod/cmd/cyclonedx-gomod@v1.10.0
label=${version#v} label=${label:-snapshot}

mkdir "$out"
out=$(cd "$out" && pwd)
stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT

# Files get the date of the commit, so that the same commit makes the same archives.
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}
export SOURCE_DATE_EPOCH TZ=UTC

# pack NAME FORMAT makes an archive of the folder NAME in the stage.
pack() {
  find "$stage/$1" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
  if [ "$2" = zip ]; then
    (cd "$stage" && find "$1" | LC_ALL=C sort | zip -q -X "$out/$1.zip" -@)
  else
    tar -C "$stage" --sort=name --owner=0 --group=0 --numeric-owner -cf - "$1" | gzip -9n >"$out/$1.tar.gz"
  fi
}

# licences prints the licence of every module that is linked into the packages.
licences() {
  for target in $targets; do
    GOOS=${target%/*} GOARCH=${target#*/} CGO_ENABLED=0 \
      go list -deps -f '{{with .Module}}{{if not .Main}}{{.Path}} {{.Version}} {{.Dir}}{{end}}{{end}}' "$@"
  done | sort -u | while read -r path v dir; do
    for file in "$dir"/LICENSE* "$dir"/LICENCE* "$dir"/COPYING* "$dir"/NOTICE*; do
      [ ! -f "$file" ] || { printf '\n==== %s %s: %s\n\n' "$path" "$v" "$(basename "$file")"; cat "$file"; }
    done
  done
  printf '\n==== Go %s: LICENSE\n\n' "$(go env GOVERSION)"
  cat "$(go env GOROOT)/LICENSE"
}

# The plugins run on every system, and so are approved once.
mkdir "$stage/plugins"
cp bin/plugins/*.wasm "$stage/plugins/"
bin/ocrmux plugin lock --yes "$stage/plugins" >/dev/null
licences ./host/cmd/ocrmux $(ls plugins/*/manifest.json | xargs -n1 dirname | sed 's,^,./,') >"$stage/THIRD_PARTY_LICENSES"

for target in $targets; do
  os=${target%/*} arch=${target#*/} exe=
  [ "$os" != windows ] || exe=.exe
  name=ocrmux_${label}_${os}_$arch
  echo "$name"
  mkdir "$stage/$name"
  GOOS=$os GOARCH=$arch make -s program VERSION="$version" PROGRAM="$stage/$name/ocrmux$exe"
  go run "$cyclonedx" bin -json -noserial ${version:+-version "$version"} -output "$out/$name.cdx.json" "$stage/$name/ocrmux$exe"
  cp -R "$stage/plugins" LICENSE README.md CHANGELOG.md "$stage/THIRD_PARTY_LICENSES" "$stage/$name/"
  if [ "$os" = windows ]; then pack "$name" zip; else pack "$name" tar.gz; fi
done

if [ -e bin/plugins/local ]; then
  name=ocrmux-local_${label}_linux_$(go env GOARCH)
  echo "$name"
  mkdir "$stage/$name"
  cp -R bin/plugins/local bin/plugins/local.manifest.json bin/plugins/local.d LICENSE plugins/local/NOTICE "$stage/$name/"
  pack "$name" tar.gz
fi

# A wrong path in the linker's flags is silent, so ask the program.
if [ -n "$version" ]; then
  own=ocrmux_${label}_linux_$(go env GOHOSTARCH)
  printed=$("$stage/$own/ocrmux" version)
  case $printed in
  "ocrmux $version,"*) ;;
  *) echo "the program says \"$printed\", not $version" >&2 && exit 1 ;;
  esac
fi
(cd "$out" && sha256sum -- * >"$stage/checksums.txt" && mv "$stage/checksums.txt" .)
