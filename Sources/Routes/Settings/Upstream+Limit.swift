extension Upstream {
    /// How many requests may be at each server at a time, and how many wait for room.
    package struct Limit: Sendable, Equatable {
        package let maxRequests: Int
        /// 0: none waits.
        package var queue = 100
        package var patience = Duration.seconds(1)

        package init(maxRequests: Int) {
            self.maxRequests = maxRequests
        }
    }
}
