internal import Synchronization

/// A conversation over HTTP/2 on a thread of its own, beside what the test does meanwhile.
final class HTTP2Conversation: Sendable {
    private let outcome = Mutex<Result<HTTP2Client.Report, HarnessFailure>?>(nil)

    init(_ client: HTTP2Client) {
        onThread {
            let result = Result { try client.run() }.mapError { HarnessFailure("\($0)") }
            self.outcome.withLock { $0 = result }
        }
    }

    /// What the client saw, once it is through.
    func report() throws -> HTTP2Client.Report {
        var report: HTTP2Client.Report?
        try eventually("the conversation to end") {
            report = try outcome.withLock { try $0?.get() }
            return report != nil
        }
        guard let report else { throw HarnessFailure("the conversation has no report") }
        return report
    }
}
