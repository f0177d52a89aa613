"""Envoy, from PyPI: as a proxy alone, and with tokens (its cache of them on) and the role."""
import base64
import glob
import json
import os
import re
import subprocess

from programs import SECRET, Program, free_port, write

VENV = os.path.join(".build", "envoy")
TYPE = "type.googleapis.com/envoy."
FILTERS = "extensions.filters.http."


def binary():
    found = glob.glob(os.path.join(VENV, "lib/python*/site-packages/envoy/_bin/envoy"))
    if not found:
        raise SystemExit("Envoy is not there; `make bench PEERS=envoy` installs it")
    return os.path.abspath(found[0])


def typed(kind, **fields):
    return {"@type": TYPE + kind, **fields}


def extension(name, kind, **fields):
    return {"name": "envoy.filters.http." + name, "typed_config": typed(FILTERS + kind, **fields)}


def base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def key_set(public_key):
    """A JWK set of the secret, or of the RSA key of the file."""
    if public_key is None:
        return {"keys": [{"kty": "oct", "alg": "HS256", "k": base64url(SECRET.encode())}]}
    text = subprocess.run(["openssl", "rsa", "-pubin", "-in", public_key, "-noout", "-text", "-modulus"],
                          capture_output=True, text=True, check=True).stdout
    modulus = bytes.fromhex(re.search(r"Modulus=([0-9A-F]+)", text).group(1))
    exponent = int(re.search(r"Exponent: (\d+)", text).group(1)).to_bytes(3, "big")
    return {"keys": [{"kty": "RSA", "alg": "RS256", "n": base64url(modulus), "e": base64url(exponent)}]}


def checks(public_key):
    provider = {
        "issuer": "https://gateway.example", "audiences": ["app"], "forward": True, "require_expiration": True,
        "local_jwks": {"inline_string": json.dumps(key_set(public_key))}, "payload_in_metadata": "claims",
        "claim_to_headers": [{"header_name": "x-user-id", "claim_name": "sub"}],
        "jwt_cache_config": {"jwt_cache_size": 20000, "jwt_max_token_size": 4096}}
    admin = {"metadata": {
        "filter": "envoy.filters.http.jwt_authn", "path": [{"key": "claims"}, {"key": "role"}],
        "value": {"string_match": {"exact": "admin"}}}}
    return [
        extension("jwt_authn", "jwt_authn.v3.JwtAuthentication", providers={"p": provider},
                  rules=[{"match": {"prefix": "/"}, "requires": {"provider_name": "p"}}]),
        extension("rbac", "rbac.v3.RBAC", rules={"action": "ALLOW", "policies": {
            "admin": {"permissions": [{"any": True}], "principals": [admin]}}})]


def endpoint(port):
    return {"socket_address": {"address": "127.0.0.1", "port_value": port}}


def configuration(port, upstream_port, filters):
    route = {"match": {"prefix": "/"}, "route": {"cluster": "app", "timeout": "0s"}}
    manager = typed(
        "extensions.filters.network.http_connection_manager.v3.HttpConnectionManager", stat_prefix="in", codec_type="HTTP1",
        generate_request_id=False, use_remote_address=True,
        route_config={"name": "r", "virtual_hosts": [{"name": "v", "domains": ["*"], "routes": [route]}]},
        http_filters=[*filters, extension("router", "router.v3.Router", suppress_envoy_headers=True)])
    # Without these its circuit breakers would answer 503 to what the others let wait.
    unlimited = {"max_connections": 20000, "max_pending_requests": 20000, "max_requests": 20000}
    cluster = {
        "name": "app", "type": "STATIC", "connect_timeout": "5s", "circuit_breakers": {"thresholds": [unlimited]},
        "load_assignment": {"cluster_name": "app", "endpoints": [
            {"lb_endpoints": [{"endpoint": {"address": endpoint(upstream_port)}}]}]}}
    listener = {"name": "l", "address": endpoint(port), "filter_chains": [{"filters": [
        {"name": "envoy.filters.network.http_connection_manager", "typed_config": manager}]}]}
    return {"static_resources": {"listeners": [listener], "clusters": [cluster]}}


def envoy(folder, upstream_port, cores, checking=False, public_key=None):
    port, name = free_port(), "envoy-jwt" if checking else "envoy"
    filters = checks(public_key) if checking else []
    path = write(folder, name + ".json", json.dumps(configuration(port, upstream_port, filters)))
    command = [binary(), "-c", path, "--concurrency", "1", "--disable-hot-restart", "-l", "error"]
    return Program(name, command, port, cores, folder)
