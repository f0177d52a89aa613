package import NIOCore

/// How many requests may be at one server at a time, and how many wait for an upstream's servers to have room.
package struct ServerLimit: Sendable, Equatable {
    package var maxRequests: Int
    /// 0: none waits.
    package var queue: Int
    package var patience: TimeAmount

    package init(maxRequests: Int, queue: Int, patience: TimeAmount) {
        self.maxRequests = maxRequests
        self.queue = queue
        self.patience = patience
    }
}
