/// `10/m`: a number of requests in a time.
package struct Rate: Sendable, Equatable {
    package var count: Int
    package var window: Duration

    package init(count: Int, window: Duration) {
        self.count = count
        self.window = window
    }

    /// Of the window, at least one.
    package var milliseconds: Int64 { max(window.components.seconds * 1000, 1) }
}
