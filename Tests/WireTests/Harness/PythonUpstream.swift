import Glibc

/// An upstream that speaks TLS or listens at a unix socket. It answers with what it saw, parted by bars: the Host, the name
/// that the client sent for SNI, the common name of the client's certificate, and the number of the connection.
final class PythonUpstream: Sendable {
    private static let script = #"""
        import http.server, itertools, os, socketserver, ssl, sys
        path, chain, key, ca, newest = sys.argv[1:6]
        numbers = itertools.count(1)
        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            def setup(self):
                self.number = next(numbers)
                super().setup()
            def do_GET(self):
                certificate = self.request.getpeercert() if chain else None
                name = dict(part[0] for part in certificate["subject"])["commonName"] if certificate else "-"
                shown = [self.headers["Host"], getattr(self.request, "shown", None) or "-", name, str(self.number)]
                body = "|".join(shown).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
            def log_message(self, *arguments): pass
        class Server(socketserver.ThreadingMixIn, socketserver.TCPServer):
            daemon_threads = True
            request_queue_size = 64
            def handle_error(self, *arguments): pass
        if path:
            Server.address_family = socketserver.socket.AF_UNIX
            server = Server(path, Handler)
        else:
            server = Server(("127.0.0.1", 0), Handler)
        if chain:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(chain, key)
            if ca:
                context.load_verify_locations(ca)
                context.verify_mode = ssl.CERT_REQUIRED
            if newest:
                context.set_ciphers("ALL:@SECLEVEL=0")
                context.minimum_version = ssl.TLSVersion.TLSv1
                context.maximum_version = ssl.TLSVersion[newest]
            def shown(socket, name, context): socket.shown = name
            context.sni_callback = shown
            server.socket = context.wrap_socket(server.socket, server_side=True)
        print(0 if path else server.server_address[1], flush=True)
        server.serve_forever()
        """#

    /// 0 at a unix socket.
    let port: Int
    private let process: ChildProcess

    /// - Parameters:
    ///   - certificate: its chain and key; without, it speaks plain HTTP.
    ///   - clientAuthority: who must have signed the client's certificate.
    ///   - newest: the newest version of TLS that it speaks, as Python writes it; without, it speaks what is usual.
    init(
        socket: String = "", certificate: (chain: String, key: String) = ("", ""), clientAuthority: String = "",
        newest: String = ""
    ) throws {
        let process = try ChildProcess(
            ["python3", "-c", Self.script, socket, certificate.chain, certificate.key, clientAuthority, newest])
        self.process = process
        var port: Int?
        try eventually("the Python upstream to listen") {
            if process.exitStatus != nil { throw HarnessFailure("it ended: \(process.standardError.text)") }
            port = process.standardOutput.text.split(separator: "\n").first.flatMap { Int($0) }
            return port != nil
        }
        self.port = port ?? 0
    }

    func stop() { process.signal(SIGKILL) }

    deinit { process.signal(SIGKILL) }
}
