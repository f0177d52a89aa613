package import NIOCore

/// A request that the gateway answers itself once it has its body: no upstream is involved.
package struct BodyCollection {
    /// Octets; a longer body is refused with 413.
    package var limit: Int
    /// Called once, on the event loop, with the whole body. The exchange waits for ``Exchange/resolve(_:)`` then.
    package var completion: (ByteBuffer) -> Void

    var collected = ByteBuffer()

    package init(limit: Int, completion: @escaping (ByteBuffer) -> Void) {
        self.limit = limit
        self.completion = completion
    }
}
