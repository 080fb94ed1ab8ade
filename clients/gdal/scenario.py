"""What GDAL's /vsiaz/ sends, one VSI call after the other; for Debian's python3-gdal.

Usage: scenario.py FOLDER [only-many]; AZURE_STORAGE_CONNECTION_STRING says where. With "only-many" it makes the container
"box", and "many" with 5,001 blobs, which is more than one page of a listing, and nothing else.
"""
import os
import sys
from concurrent.futures import ThreadPoolExecutor

from osgeo import gdal

gdal.UseExceptions()
folder = sys.argv[1]
gdal.SetConfigOption("GDAL_HTTP_MAX_RETRY", "0")
gdal.SetConfigOption("CPL_VSIL_CURL_NON_CACHED", "/vsiaz/")


def write(name, data, mode="wb"):
    f = gdal.VSIFOpenL(name, mode)
    if data:
        gdal.VSIFWriteL(data, 1, len(data), f)
    gdal.VSIFCloseL(f)


def fails(call):
    try:
        return call()
    except RuntimeError as error:
        print("as expected:", error)


if "only-many" in sys.argv[2:]:
    for container in ("box", "many"):
        fails(lambda: gdal.Mkdir("/vsiaz/" + container, 0o755))
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda number: write("/vsiaz/many/repo/%04d" % number, b"x"), range(5001)))
    sys.exit(0)
fails(lambda: gdal.Mkdir("/vsiaz/box", 0o755))
write("/vsiaz/box/small.txt", b"hello")
write("/vsiaz/box/empty.txt", b"")
# Beyond the buffer: an append blob, made empty and appended to.
gdal.SetConfigOption("VSIAZ_CHUNK_SIZE_BYTES", "65536")
write("/vsiaz/box/large.bin", bytes(200000))
gdal.SetConfigOption("VSIAZ_CHUNK_SIZE_BYTES", None)
gdal.VSIStatL("/vsiaz/box/small.txt")
gdal.VSIStatL("/vsiaz/box/missing.txt")
f = gdal.VSIFOpenL("/vsiaz/box/large.bin", "rb")
gdal.VSIFSeekL(f, 1000, 0)
gdal.VSIFReadL(1, 100, f)
gdal.VSIFCloseL(f)
gdal.SetFileMetadata("/vsiaz/box/small.txt", {"x-ms-blob-content-type": "text/plain"}, "PROPERTIES")
gdal.SetFileMetadata("/vsiaz/box/small.txt", {"x-ms-meta-colour": "blue"}, "METADATA")
fails(lambda: gdal.SetFileMetadata("/vsiaz/box/small.txt", {"colour": "blue"}, "TAGS"))
gdal.GetFileMetadata("/vsiaz/box/small.txt", "HEADERS")
gdal.GetFileMetadata("/vsiaz/box/small.txt", "METADATA")
fails(lambda: gdal.GetFileMetadata("/vsiaz/box/small.txt", "TAGS"))
gdal.Rename("/vsiaz/box/small.txt", "/vsiaz/box/renamed.txt")
# Blocks, two at a time (8 MiB is the least), and the list of them.
local = os.path.join(folder, "blocks.bin")
with open(local, "wb") as out:
    out.write(os.urandom(20 << 20))
gdal.Sync(local, "/vsiaz/box/blocks.bin", options=["NUM_THREADS=2", "CHUNK_SIZE=8388608"])
gdal.Sync("/vsiaz/box/blocks.bin", os.path.join(folder, "back.bin"), options=["NUM_THREADS=2", "CHUNK_SIZE=8388608"])
gdal.ReadDir("/vsiaz/")
gdal.ReadDir("/vsiaz/box")
gdal.ReadDirRecursive("/vsiaz/box")
gdal.Mkdir("/vsiaz/box/sub", 0o755)
write("/vsiaz/box/sub/a.txt", b"a")
gdal.ReadDir("/vsiaz/box/sub")
# Pages of two.
gdal.SetConfigOption("AZURE_MAX_RESULTS", "2")
gdal.ReadDirRecursive("/vsiaz/box")
gdal.ReadDir("/vsiaz/box")
gdal.ReadDir("/vsiaz/")
gdal.SetConfigOption("AZURE_MAX_RESULTS", None)
gdal.Unlink("/vsiaz/box/empty.txt")
gdal.RmdirRecursive("/vsiaz/box/sub")
for name in gdal.ReadDirRecursive("/vsiaz/box") or []:
    if not name.endswith("/"):
        gdal.Unlink("/vsiaz/box/" + name)
gdal.Rmdir("/vsiaz/box")
