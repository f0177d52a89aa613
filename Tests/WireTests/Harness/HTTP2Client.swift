/// A conversation over HTTP/2, frame by frame, held by scripts/http2-client.py: what it sends is right only where a test wants
/// it to be.
struct HTTP2Client: Sendable {
    let port: Int
    /// How many octets its kernel may keep for it; nil: what the kernel thinks best.
    var room: Int?
    private var actions: [String] = []

    init(port: Int) { self.port = port }

    /// What a browser sends for this target; `fields` come behind.
    static func head(_ method: String, _ path: String, _ fields: [(String, String)] = []) -> [(String, String)] {
        [(":method", method), (":scheme", "https"), (":path", path), (":authority", "a")] + fields
    }

    mutating func headers(_ fields: [(String, String)], stream: Int = 1, ends: Bool = true, times: Int = 1) {
        let pairs = fields.map { "[\(Self.quoted($0.0)),\(Self.quoted($0.1))]" }.joined(separator: ",")
        add("\"headers\":[\(pairs)],\"stream\":\(stream),\"end\":\(ends),\"times\":\(times)")
    }

    mutating func data(_ text: String, stream: Int = 1, ends: Bool = true, repeat count: Int = 1, times: Int = 1) {
        add("\"data\":\(Self.quoted(text)),\"stream\":\(stream),\"end\":\(ends),\"repeat\":\(count),\"times\":\(times)")
    }

    mutating func reset(_ code: Int, stream: Int = 1, times: Int = 1) {
        add("\"reset\":\(code),\"stream\":\(stream),\"times\":\(times)")
    }

    /// Any frame; the payload in hexadecimal.
    mutating func frame(_ kind: Int, flags: Int = 0, stream: Int = 0, _ payload: String, times: Int = 1) {
        for _ in 0..<times {
            add("\"frame\":\(kind),\"flags\":\(flags),\"stream\":\(stream),\"payload\":\"\(payload)\"")
        }
    }

    /// A body of so many octets, as far as the server grants room for it.
    mutating func upload(_ count: Int, stream: Int = 1) { add("\"upload\":\(count),\"stream\":\(stream)") }

    mutating func awaitEnd(of stream: Int = 1) { add("\"await\":\(stream)") }
    mutating func read(seconds: Double) { add("\"read\":\(seconds)") }

    /// What comes, so many octets at a time, with pauses.
    mutating func sip(_ octets: Int, pause: Double, seconds: Double) {
        add("\"sip\":\(octets),\"pause\":\(pause),\"seconds\":\(seconds)")
    }

    mutating func windows(_ granted: Bool) { add("\"windows\":\(granted)") }

    private mutating func add(_ members: String) { actions.append("{\(members)}") }

    /// Holds the conversation.
    func run() throws -> Report {
        let script = Paths.package + "/scripts/http2-client.py"
        let result = try WireTests.run(
            ["/usr/bin/python3", script, "\(port)", "[\(actions.joined(separator: ","))]"]
                + (room.map { ["\($0)"] } ?? []), within: .seconds(60))
        guard result.status == .exited(0) else { throw HarnessFailure(result.errors) }
        return Report(lines: result.output.split(separator: "\n").map(String.init))
    }

    /// What the client saw.
    struct Report: CustomStringConvertible, Sendable {
        let lines: [String]

        func has(_ line: String) -> Bool { lines.contains(line) }
        var description: String { lines.joined(separator: "\n") }

        func status(_ stream: Int = 1) -> String? { value(stream, "status ") }
        func data(_ stream: Int = 1) -> String { value(stream, "data ") ?? "" }
        func octets(_ stream: Int = 1) -> Int { value(stream, "octets ").flatMap { Int($0) } ?? -1 }

        func sent(_ stream: Int = 1) -> Int { value(stream, "sent ").flatMap { Int($0) } ?? -1 }

        /// `400 request_malformed`, or `200` where the answer is no refusal.
        func outcome(_ stream: Int = 1) -> String {
            let status = status(stream) ?? "nothing"
            let marker = #"\"code\":\""#
            guard let start = data(stream).firstRange(of: marker) else { return status }
            return status + " " + data(stream)[start.upperBound...].prefix { $0 != "\\" }
        }

        private func value(_ stream: Int, _ key: String) -> String? {
            lines.last { $0.hasPrefix("\(stream) \(key)") }.map { String($0.dropFirst("\(stream) \(key)".count)) }
        }
    }

    /// JSON, every octet that is not plain as an escape.
    private static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0x22, 0x5C: quoted += "\\" + String(scalar)
            case 0x20..<0x7F: quoted += String(scalar)
            default:
                let digits = String(scalar.value, radix: 16)
                quoted += "\\u" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
            }
        }
        return quoted + "\""
    }
}
