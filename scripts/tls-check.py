#!/usr/bin/env python3
"""make tls-check: what testssl.sh finds at the gateway's TLS.

  tls-check.py GATEWAY        starts an application and the gateway, with a certificate of an authority made for it
  tls-check.py --of PORT      whatever listens at that port of 127.0.0.1

Fails where anything is found of medium severity or above, but for what a certificate for loopback can't have: a way to ask
whether it was revoked, and a CAA record.
"""
import http.server
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import threading

import least_user

# Without a public name and a public authority these can't be otherwise.
OF_LOOPBACK = {"cert_revocation", "OCSP_stapling", "DNS_CAArecord", "cert_ocspURL", "cert_crlDistributionPoints"}
# What testssl says of the openssl that it uses, and not of the gateway.
OF_TESTSSL = {"engine_problem"}
HARMLESS = {"OK", "INFO", "LOW", "DEBUG"}

CONFIGURATION = """
listen    127.0.0.1:0 {
    certificate  file:one.pem file:one.key
    hsts         365d
}
upstream  app  http://127.0.0.1:%d
log       off
*  /**  public  -> app
"""


class Application(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", "2")
        # What a page says to browsers is the application's affair.
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("X-Frame-Options", "DENY")
        self.send_header("Content-Security-Policy", "default-src 'none'")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, *_):
        pass


def certificate(folder):
    """`one.pem` and `one.key`, signed by `ca.pem`; valid as long as browsers accept."""
    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    (folder / "one.ext").write_text("subjectAltName=DNS:localhost,IP:127.0.0.1\nextendedKeyUsage=serverAuth\n")
    for command in (
        ["req", "-x509", *key, "-days", "90", "-subj", "/CN=authority", "-keyout", "ca.key", "-out", "ca.pem"],
        ["req", *key, "-subj", "/CN=localhost", "-keyout", "one.key", "-out", "one.csr"],
        ["x509", "-req", "-in", "one.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "90",
         "-extfile", "one.ext", "-out", "one.pem"],
    ):
        subprocess.run(["openssl", *command], cwd=folder, check=True, capture_output=True)


def findings(port, folder):
    out = folder / "findings.json"
    command = ["testssl", "--quiet", "--color", "0", "--warnings", "off", "--jsonfile", str(out)]
    if (folder / "ca.pem").exists():
        command += ["--add-ca", str(folder / "ca.pem")]
    done = subprocess.run(command + ["https://localhost:%d" % port], capture_output=True, text=True, timeout=900)
    if not out.exists():
        raise SystemExit("testssl gave no findings:\n" + done.stdout + done.stderr)
    return json.loads(out.read_text())


def judge(found):
    rated = [one for one in found if one["id"] == "overall_grade"]
    bad = [one for one in found if one["severity"] not in HARMLESS and one["id"] not in OF_LOOPBACK | OF_TESTSSL]
    protocols = {one["id"]: one["finding"] for one in found if one["id"] in ("TLS1_2", "TLS1_3")}
    if not all("offered" in protocols.get(name, "") for name in ("TLS1_2", "TLS1_3")):
        raise SystemExit("testssl did not see TLS 1.2 and 1.3, so it saw nothing: %s" % protocols)
    for one in bad:
        print("%-8s %s: %s" % (one["severity"], one["id"], one["finding"]))
    print("%d findings, %d of them bad; grade %s" % (len(found), len(bad), rated[0]["finding"] if rated else "not given"))
    return not bad


def main():
    if len(sys.argv) not in (2, 3) or sys.argv[1].startswith("--") != (len(sys.argv) == 3):
        raise SystemExit(__doc__)
    with tempfile.TemporaryDirectory(prefix="gateway-tls-") as name:
        folder = pathlib.Path(name)
        if sys.argv[1] == "--of":
            return judge(findings(int(sys.argv[2]), folder))
        application = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Application)
        threading.Thread(target=application.serve_forever, daemon=True).start()
        certificate(folder)
        (folder / "routes.conf").write_text(CONFIGURATION % application.server_port)
        binary = least_user.reachable(sys.argv[1])
        least_user.own(folder)
        gateway = subprocess.Popen(
            least_user.command([binary, "run", "--config", "routes.conf"]), cwd=folder, stderr=subprocess.PIPE, text=True,
            env=least_user.environment())
        try:
            for line in gateway.stderr:
                port = re.search(r"127\.0\.0\.1:(\d+)", line) if "listening" in line else None
                if port:
                    break
            else:
                raise SystemExit("the gateway did not start")
            least_user.tell(gateway.pid)
            threading.Thread(target=gateway.stderr.read, daemon=True).start()
            return judge(findings(int(port[1]), folder))
        finally:
            gateway.terminate()
            gateway.wait(30)


if __name__ == "__main__":
    sys.exit(0 if main() else 1)
