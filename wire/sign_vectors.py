"""Prints signing vectors computed by releases of the PyPI package azure-storage-blob, an implementation independent of ours.

One venv per release, because a release signs with one service version only; then run this once with each:
  python3 -m venv old/12.31.1 && old/12.31.1/bin/pip install azure-storage-blob==12.31.1   # and the releases below
  for v in 1.5.0 2.1.0 12.8.1 12.14.1 12.25.1 12.26.0 12.28.0 12.29.0 12.31.1; do
    old/$v/bin/python wire/sign_vectors.py; done > wire/sign_vectors.txt
A line is JSON: what was signed, the string to sign, the signature. The key is the bytes 0 to 63: no secret.
"""
import base64
import json
import sys

KEY = base64.b64encode(bytes(range(64))).decode()
ACCOUNT = "vectors"
START, EXPIRY = "2020-01-02T03:04:05Z", "2099-12-31T23:59:59Z"
SNAPSHOT = "2026-01-22T21:30:30.5251273Z"


def out(kind, text, **rest):
    print(json.dumps({"kind": kind, **rest, "text": text}, sort_keys=True, ensure_ascii=True))


def old_service(module, helper_class, version, before_path):
    """Releases 1.x and 2.x: signing through the helper itself, which keeps no hook."""
    for resource, path, stamp in (("c", "box", None), ("b", "box/dir/a b%+é", None), ("bs", "box/x", SNAPSHOT)):
        if resource == "bs" and version < "2018-11-09":
            continue
        helper = helper_class()
        helper.add_base("rw", EXPIRY, START, "10.0.0.1-10.0.0.9", "https", version)
        helper.add_id("policy")
        helper.add_resource(resource)
        if resource == "bs":
            helper.add_timestamp(stamp)
        helper.add_override_response_headers("no-store", "inline", "gzip", "en", "text/plain")
        seen = []
        original = module._sign_string
        module._sign_string = lambda key, text: (seen.append(text), original(key, text))[1]
        helper.add_resource_signature(ACCOUNT, KEY, *before_path, path)
        module._sign_string = original
        out("service", seen[0], path=path, stamp=stamp or "", token=helper.get_token())


def new_service(blob, version):
    from azure.storage.blob import _shared_access_signature as module
    common = dict(permission="rw", expiry=EXPIRY, start=START, ip="10.0.0.1-10.0.0.9", protocol="https",
                  cache_control="no-store", content_disposition="inline", content_encoding="gzip",
                  content_language="en", content_type="text/plain")
    if version >= "2020-12-06":
        common["encryption_scope"] = "scope"

    def capture(make, kind, path, stamp=""):
        seen = []
        original = module.sign_string
        module.sign_string = lambda key, text: (seen.append(text), original(key, text))[1]
        token = make()
        module.sign_string = original
        out(kind, seen[0], path=path, stamp=stamp, token=token)

    factory = module.BlobSharedAccessSignature(ACCOUNT, KEY)
    capture(lambda: factory.generate_container("box", policy_id="policy", **common), "service", "box")
    capture(lambda: factory.generate_blob("box", "dir/a b%+é", policy_id="policy", **common), "service", "box/dir/a b%+é")
    capture(lambda: factory.generate_blob("box", "x", snapshot=SNAPSHOT, **common), "service", "box/x", SNAPSHOT)
    capture(lambda: factory.generate_blob("box", "x", version_id=SNAPSHOT, **common), "service", "box/x", SNAPSHOT)
    key = blob.UserDelegationKey()
    key.signed_oid, key.signed_tid = "11111111-1111-1111-1111-111111111111", "22222222-2222-2222-2222-222222222222"
    key.signed_start, key.signed_expiry, key.signed_service, key.signed_version = START, EXPIRY, "b", version
    key.value = KEY
    key.signed_delegated_user_tid = "33333333-3333-3333-3333-333333333333" if version >= "2025-07-05" else None
    factory = module.BlobSharedAccessSignature(ACCOUNT, user_delegation_key=key)
    agent = dict(preauthorized_agent_object_id="44444444-4444-4444-4444-444444444444", correlation_id="55555555-5555-5555-5555-555555555555")
    if version >= "2025-07-05":
        agent["user_delegation_oid"] = "66666666-6666-6666-6666-666666666666"
    capture(lambda: factory.generate_blob("box", "x", **common, **agent), "delegation", "box/x")
    if version >= "2026-04-06":
        asked = dict(request_headers={"x-ms-one": "1", "Two": "2 2"}, request_query_params={"q": "a b", "r": "1"})
        capture(lambda: factory.generate_blob("box", "x", **common, **agent, **asked), "delegation", "box/x")


def account(blob, version):
    try:
        from azure.storage.blob._shared import shared_access_signature as module
    except ImportError:
        from azure.storage.common import sharedaccesssignature as module
    name = "sign_string" if hasattr(module, "sign_string") else "_sign_string"
    seen = []
    original = getattr(module, name)
    setattr(module, name, lambda key, text: (seen.append(text), original(key, text))[1])
    try:
        token = module.SharedAccessSignature(ACCOUNT, KEY, version).generate_account(
            services="b", resource_types="sco", permission="rwdl", expiry=EXPIRY, start=START, ip="10.0.0.1", protocol="https,http")
    except TypeError:
        token = module.SharedAccessSignature(ACCOUNT, KEY).generate_account(
            services="b", resource_types="sco", permission="rwdl", expiry=EXPIRY, start=START, ip="10.0.0.1", protocol="https,http")
    setattr(module, name, original)
    out("account", seen[0], token=token)


def shared_key():
    from azure.core.pipeline import PipelineContext, PipelineRequest
    from azure.core.pipeline.transport import HttpRequest
    from azure.storage.blob._shared.authentication import SharedKeyCredentialPolicy
    cases = [
        ("PUT", "https://vectors.blob.core.windows.net/box/dir/a%20b%2B?comp=block&blockid=AAAA%2B%3D%3D",
         {"Content-Length": "0", "x-ms-version": "2026-02-06", "x-ms-date": "Thu, 01 Jan 2026 00:00:00 GMT", "Content-Type": "text/plain",
          "Content-MD5": "1B2M2Y8AsgTpgAmY7PhCfg==", "If-Match": '"0x1"', "x-ms-meta-b_c": "1", "x-ms-meta-bc": "2", "x-ms-meta-b": "3", "X-Other": "no"}),
        ("GET", "http://127.0.0.1:10000/vectors/box?restype=container&comp=list&prefix=a%2Fb%20c&include=metadata%2Csnapshots",
         {"x-ms-version": "2019-12-12", "x-ms-date": "Thu, 01 Jan 2026 00:00:00 GMT", "x-ms-client-request-id": "abc"}),
        ("PUT", "https://vectors.blob.core.windows.net/box/x",
         {"Content-Length": "17", "x-ms-version": "2015-04-05", "x-ms-date": "Thu, 01 Jan 2026 00:00:00 GMT", "x-ms-blob-type": "BlockBlob",
          "If-None-Match": "*", "Content-Encoding": "gzip", "Content-Language": "en", "x-ms-meta-z": "a  b"}),
    ]
    for method, url, headers in cases:
        request = HttpRequest(method, url, headers=headers)
        seen = []
        policy = SharedKeyCredentialPolicy(ACCOUNT, KEY)
        original = policy._add_authorization_header
        policy._add_authorization_header = lambda r, text: (seen.append(text), original(r, text))[1]
        policy.on_request(PipelineRequest(request, PipelineContext(None)))
        out("shared-key", seen[0], method=method, url=url, headers=[[k, v] for k, v in headers.items()],
            authorization=request.headers["Authorization"])


def main():
    import azure.storage.blob as blob
    try:
        from azure.storage.blob._shared_access_signature import X_MS_VERSION as version
    except ImportError:
        from azure.storage.blob import sharedaccesssignature
        from azure.storage.blob._constants import X_MS_VERSION as version
        from azure.storage.common import sharedaccesssignature as common
        account(blob, version)
        helper = getattr(sharedaccesssignature, "_BlobSharedAccessHelper", None)
        if helper:
            old_service(sharedaccesssignature, helper, version, ())
        else:
            old_service(common, common._SharedAccessHelper, version, ("blob",))
        return
    account(blob, version)
    new_service(blob, version)
    if blob.__version__ == "12.31.1":
        shared_key()


main()
