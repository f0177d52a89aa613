package import NIOCore

/// How servers are asked, apart from requests, whether they are well.
package struct HealthCheckRule: Sendable, Equatable {
    /// What is asked for, as it goes on the wire.
    package var path: String
    package var interval: TimeAmount
    /// For the connection and the head of the answer together.
    package var timeout: TimeAmount
    /// Failed checks in a row that put a server out, and passed ones that bring it back.
    package var fails: Int
    package var passes: Int
    /// Empty: any from 200 to 299.
    package var statuses: [Int]

    package init(
        path: String, interval: TimeAmount = .seconds(5), timeout: TimeAmount = .seconds(1), fails: Int = 2,
        passes: Int = 2, statuses: [Int] = []
    ) {
        self.path = path
        self.interval = interval
        self.timeout = timeout
        self.fails = fails
        self.passes = passes
        self.statuses = statuses
    }

    func result(of status: Int) -> CheckResult {
        let isRight = statuses.isEmpty ? 200...299 ~= status : statuses.contains(status)
        return isRight ? .passed : .failed("it answered \(status)")
    }
}

/// What came of one check.
package enum CheckResult: Sendable, Equatable {
    case passed
    /// For the operator.
    case failed(String)

    package var isPassed: Bool { self == .passed }
}
