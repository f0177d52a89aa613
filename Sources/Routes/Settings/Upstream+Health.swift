extension Upstream {
    /// How its servers are asked, apart from requests, whether they are well.
    package struct HealthCheck: Sendable, Equatable {
        /// What is asked for, as it goes on the wire.
        package let path: String
        package var interval = Duration.seconds(5)
        /// For the connection and the head of the answer together.
        package var timeout = Duration.seconds(1)
        /// Failed checks in a row that put a server out.
        package var fails = 2
        /// Passed checks in a row that bring it back.
        package var passes = 2
        /// Empty: any from 200 to 299.
        package var statuses: [Int] = []

        package init(path: String) {
            self.path = path
        }
    }
}
