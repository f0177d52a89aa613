internal import Foundation

/// What can be fuzzed: each is a parser that strangers reach, or one whose mistakes would let them in.
enum FuzzTarget: String, CaseIterable {
    case requestHead = "request-head"
    case http2Request = "http2-request"
    case responseHead = "response-head"
    case chunkedBody = "chunked-body"
    case target
    case routesConf = "routes-conf"
    case token
    case claims
    case redisReplies = "redis-replies"

    static let variable = "GATEWAY_FUZZ_TARGET"

    /// By the first argument, or else by the environment.
    init?(named arguments: [String]) {
        if let named = arguments.dropFirst().first.flatMap(FuzzTarget.init) {
            self = named
        } else {
            self.init(rawValue: ProcessInfo.processInfo.environment[Self.variable] ?? "")
        }
    }

    func harness() throws -> any Harness {
        switch self {
        case .requestHead: RequestHeadHarness()
        case .http2Request: HTTP2RequestHarness()
        case .responseHead: ResponseHeadHarness()
        case .chunkedBody: ChunkedBodyHarness()
        case .target: try TargetHarness()
        case .routesConf: RoutesConfHarness()
        case .token: try TokenHarness()
        case .claims: try ClaimsHarness()
        case .redisReplies: RedisRepliesHarness()
        }
    }
}
