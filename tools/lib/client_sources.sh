#!/usr/bin/env bash
# Fetches the sources of the C and C++ clients that the analyser is tried on, from the machine's own package sources:
# FOLDER/pgbackrest, FOLDER/gdal, FOLDER/headers (of libraries that they include) and FOLDER/VERSIONS. /etc is left alone
# and nothing is installed. Usage: client_sources.sh FOLDER
set -euo pipefail
folder=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/parts" "$work/lists/partial" "$work/cache/archives/partial"
# The same sources as binaries come from, asked for source packages.
for file in /etc/apt/sources.list.d/*.sources; do
  [ ! -f "$file" ] || sed 's/^Types:.*/Types: deb deb-src/' "$file" >"$work/parts/${file##*/}"
done
for file in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
  [ ! -f "$file" ] || sed -n 's/^deb \(.*\)/deb \1\ndeb-src \1/p' "$file" >"$work/parts/$(basename "$file" .list).list"
done
options=(-q -o Dir::Etc::sourcelist=/dev/null -o Dir::Etc::sourceparts="$work/parts" -o Dir::State::lists="$work/lists"
  -o Dir::Cache="$work/cache" -o APT::Sandbox::User=root)
apt-get "${options[@]}" update
cd "$work"
apt-get "${options[@]}" source --download-only pgbackrest gdal
mkdir -p "$folder/pgbackrest" "$folder/gdal" "$folder/headers"
tar xf pgbackrest_*.orig.tar.* -C "$folder/pgbackrest" --strip-components=1
# Of GDAL, what the handlers of /vsi*/ include.
tar xf gdal_*.orig.tar.* -C "$folder/gdal" --strip-components=1 --wildcards '*/port/*' '*/gcore/*.h'
apt-get "${options[@]}" download libgdal-dev libjson-c-dev libcurl4-openssl-dev
for package in *.deb; do
  dpkg-deb --fsys-tarfile "$package" | tar x -C "$folder/headers" --wildcards './usr/include/gdal/cpl_config*' \
    './usr/include/json-c/*' './usr/include/*/curl/*' 2>/dev/null || true
done
# What configure would write, as far as the compiler needs it.
cat >"$folder/pgbackrest/build.auto.h" <<'HEADER'
#include "version.h"
#define CFGOPTDEF_CONFIG_PATH "/etc/pgbackrest"
#define FN_NO_RETURN __attribute__((__noreturn__))
#define FN_INLINE_ALWAYS __attribute__((always_inline)) static inline
#define FN_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))
#define FN_EXTERN extern
#define VR_EXTERN_DECLARE extern
#define VR_EXTERN_DEFINE
HEADER
for file in *.dsc; do sed -n 's/^Source: //p; s/^Version: //p' "$file" | paste -sd' '; done >"$folder/VERSIONS"
[ -f "$folder/headers/usr/include/gdal/cpl_config.h" ] && [ -f "$folder/gdal/port/cpl_vsil_az.cpp" ]
