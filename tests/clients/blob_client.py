# What a program that stands on azure-storage-blob does in a day: blob_client.py UP DOWN, the container's URL and the
# account's key in the environment.
import os
import sys
from pathlib import Path

from azure.storage.blob import ContainerClient

up, down = Path(sys.argv[1]), Path(sys.argv[2])
container = ContainerClient.from_container_url(
    os.environ["CONTAINER_URL"],
    credential={"account_name": os.environ["ACCOUNT"], "account_key": os.environ["KEY"]},
    max_single_put_size=4 << 20, max_block_size=4 << 20, max_single_get_size=4 << 20, max_chunk_get_size=4 << 20)
container.create_container()
for path in sorted(p for p in up.rglob("*") if p.is_file()):
    with path.open("rb") as data:
        container.upload_blob(str(path.relative_to(up)), data, metadata={"made": "here"})
for blob in container.list_blobs(include=["metadata"]):
    path = down / blob.name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(container.download_blob(blob.name).readall())
first = container.get_blob_client(next(container.list_blob_names()))
first.set_http_headers()
first.delete_blob()
