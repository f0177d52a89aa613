"""The peers: HAProxy and nginx from Debian. Those that only proxy have no token, no rule and no user to look after."""
from programs import SECRET, Program, free_port, write

HAPROXY_CHECKS = """
    http-request set-var(txn.token) http_auth_bearer
    http-request deny deny_status 401 unless { var(txn.token),jwt_header_query('$.alg') -m str HS256 }
    http-request deny deny_status 401 unless { var(txn.token),jwt_verify("HS256","%s") -m int 1 }
    http-request deny deny_status 403 unless { var(txn.token),jwt_payload_query('$.role') -m str admin }
    http-request del-header X-User-Id
    http-request set-header X-User-Id %%[var(txn.token),jwt_payload_query('$.sub')]
"""


def haproxy(folder, upstream_port, cores, checks=False, threads=1, name=None, wrapper=(), tls=None):
    """`tls` is the file of certificate and key, for HTTP/2 and HTTP/1.1; `wrapper` what runs the program, such as valgrind."""
    port, name = free_port(), name or ("haproxy-jwt" if checks else "haproxy")
    path = write(folder, name + ".cfg", """
global
    nbthread %d
    maxconn 8000
defaults
    mode http
    timeout client 60s
    timeout server 60s
    timeout connect 5s
    http-reuse always
frontend front
    bind 127.0.0.1:%d%s
%s    default_backend back
backend back
    server app 127.0.0.1:%d
""" % (threads, port, " ssl crt %s alpn h2,http/1.1" % tls if tls else "", HAPROXY_CHECKS % SECRET if checks else "", upstream_port))
    return Program(name, [*wrapper, "haproxy", "-db", "-f", path], port, cores, folder)


def nginx(folder, upstream_port, cores, threads=1):
    port = free_port()
    path = write(folder, "nginx.conf", """
worker_processes %d; daemon off; pid %s/nginx.pid; error_log stderr;
events { worker_connections 16384; }
http { access_log off; keepalive_requests 1000000000; client_max_body_size 0; client_body_temp_path %s/nginx-body;
       proxy_temp_path %s/nginx-proxy;
       upstream app { server 127.0.0.1:%d; keepalive 256; keepalive_requests 1000000000; }
       server { listen 127.0.0.1:%d; location / { proxy_pass http://app; proxy_http_version 1.1;
                proxy_set_header Connection ""; proxy_set_header Host $host; } } }
""" % (threads, folder, folder, folder, upstream_port, port))
    return Program("nginx", ["nginx", "-p", folder, "-c", path], port, cores, folder)
