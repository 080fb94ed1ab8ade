#!/bin/sh
# What pgBackRest's storage in Azure sends, one command after the other; for Debian's pgbackrest.
# Usage: scenario.sh FOLDER PORT CA-FILE [MANY]: FOLDER for its files, PORT of a recorder on localhost that speaks TLS,
# MANY a container with more than 5,000 blobs below /repo. The container "box" must be there.
set -eu
folder=$1 port=$2 ca=$3 many=${4:-}
export PGBACKREST_REPO1_TYPE=azure PGBACKREST_REPO1_PATH=/repo PGBACKREST_REPO1_AZURE_ACCOUNT=devstoreaccount1 \
  PGBACKREST_REPO1_AZURE_KEY="$AZURE_STORAGE_KEY" PGBACKREST_REPO1_AZURE_CONTAINER=box PGBACKREST_REPO1_AZURE_URI_STYLE=path \
  PGBACKREST_REPO1_STORAGE_HOST=localhost PGBACKREST_REPO1_STORAGE_PORT="$port" PGBACKREST_REPO1_STORAGE_CA_FILE="$ca" \
  PGBACKREST_REPO1_STORAGE_UPLOAD_CHUNK_SIZE=4MiB PGBACKREST_CONFIG="$folder/none.conf" PGBACKREST_LOCK_PATH="$folder/lock" \
  PGBACKREST_LOG_LEVEL_FILE=off PGBACKREST_LOG_LEVEL_CONSOLE=warn
: >"$folder/none.conf"
: >"$folder/empty.bin"
echo hello >"$folder/small.txt"
head -c 9000000 /dev/urandom >"$folder/large.bin"
for f in empty.bin small.txt large.bin; do pgbackrest repo-put "$f" <"$folder/$f"; done
pgbackrest repo-put deep/er/small.txt <"$folder/small.txt"
pgbackrest repo-ls
pgbackrest repo-ls --recurse
pgbackrest repo-ls deep
pgbackrest repo-ls --filter='^sma.*'
pgbackrest repo-ls --output=json small.txt
for f in empty.bin small.txt large.bin; do pgbackrest repo-get "$f" >"$folder/$f.back"; cmp "$folder/$f" "$folder/$f.back"; done
if pgbackrest repo-get missing.txt; then exit 1; fi
pgbackrest repo-get --ignore-missing missing.txt || true
pgbackrest repo-rm small.txt
pgbackrest repo-rm --recurse deep
pgbackrest repo-rm --recurse /repo || true
if [ -n "$many" ]; then
  export PGBACKREST_REPO1_AZURE_CONTAINER="$many"
  pgbackrest repo-ls --recurse | tail -n 1
fi
