/// A request that is answered by the gateway itself, and why.
///
/// The code is the same in the body, the log line and the metric; it never changes once published.
package struct Refusal: Sendable {
    /// Who could have avoided it.
    package enum Source: Sendable { case client, upstream, gateway }

    package var status: Int
    package var code: String
    package var title: String
    /// One sentence for a person, without anything secret in it.
    package var message: String
    package var source: Source
    /// Whole field lines, each with its CRLF (`WWW-Authenticate`, `Allow`, `Retry-After`).
    package var fieldLines: String
    /// Further members of the problem document: JSON, each with a comma in front.
    package var members = ""
    /// Where the message ends is in doubt, or the connection is to be given up for another reason.
    package var closes: Bool

    package init(
        status: Int, code: String, title: String, message: String, source: Source, fieldLines: String = "",
        closes: Bool = false
    ) {
        self.status = status
        self.code = code
        self.title = title
        self.message = message
        self.source = source
        self.fieldLines = fieldLines
        self.closes = closes
    }
}

extension Refusal {
    /// Every fault of a request is answered; no `default`, so that a new one can't be forgotten.
    package init(_ fault: RequestFault) {
        let message = fault.explanation.description
        switch fault {
        case .requestLine, .method, .version, .field, .hostMissing, .hostRepeated, .hostMalformed, .contentLength,
            .contentLengthRepeated, .transferEncoding, .transferEncodingRepeated, .transferEncodingInOldVersion,
            .lengthAndTransferEncoding, .framingLookalike, .connectionOption, .chunk, .trailer, .pseudoField,
            .connectionSpecific, .contentLengthMismatch:
            self.init(400, "request_malformed", "Malformed request", message, closes: true)
        case .target(.character):
            self.init(400, "target_ambiguous", "Ambiguous request target", message, closes: true)
        case .target:
            self.init(400, "request_malformed", "Malformed request", message, closes: true)
        case .authorizationRepeated:
            self.init(400, "token_ambiguous", "More than one access token in the request", message, closes: true)
        case .expectation:
            self.init(417, "expectation_failed", "Expectation failed", message, closes: true)
        case .targetTooLong:
            self.init(414, "target_too_long", "Request target too long", message, closes: true)
        case .headTooLarge, .tooManyFields:
            self.init(431, "header_too_large", "Request header too large", message, closes: true)
        case .versionUnsupported:
            self.init(505, "version_unsupported", "HTTP version not supported", message, closes: true)
        }
    }

    static let requestTimeout = Refusal(
        408, "request_timeout", "Request timed out", "the request did not arrive in time", closes: true)

    static let redirectWithoutHost = Refusal(
        400, "request_malformed", "Malformed request", "without a Host nobody can say where to be redirected to",
        closes: true)

    static let bodyTooLarge = Refusal(
        413, "body_too_large", "Request body too large", "the request's body is larger than this route allows")

    static let strippedToDoubleSlash = Refusal(
        400, "target_ambiguous", "Ambiguous request target",
        "the path begins with two slashes when its prefix is taken off")

    static let tooManyConnections = overloaded("there are too many connections", closes: true)
    static let tooManyRequests = overloaded("there are too many requests")
    static let tooManyRequestsOfAddress = overloaded("there are too many requests from this address")

    static func overloaded(_ message: String, closes: Bool = false) -> Refusal {
        var refusal = Refusal(503, "overloaded", "Overloaded", message, .gateway, closes: closes)
        refusal.fieldLines = "Retry-After: 1\r\n"
        return refusal
    }

    /// `CONNECT` names no path, so no route can say what is allowed.
    static let connect: Refusal = {
        var refusal = Refusal(
            405, "method_not_allowed", "Method not allowed", "CONNECT is not served here", closes: true)
        refusal.fieldLines = "Allow: GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS\r\n"
        return refusal
    }()

    private init(
        _ status: Int, _ code: String, _ title: String, _ message: String, _ source: Source = .client,
        closes: Bool = false
    ) {
        self.init(status: status, code: code, title: title, message: message, source: source, closes: closes)
    }
}
