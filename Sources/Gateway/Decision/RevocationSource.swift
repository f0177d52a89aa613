internal import NIOCore
internal import RedisBlacklist

/// What an event loop asks whether a token is logged out.
protocol RevocationSource: AnyObject {
    /// - Returns: the answer where it is known at once; otherwise nil, and `completion` is called with it, once.
    func ask(_ query: RevocationQuery, _ completion: @escaping (RevocationAnswer) -> Void) -> RevocationAnswer?

    /// Nothing will be asked any more.
    func close()
}

extension BlacklistClient: RevocationSource {
    func close() { shutdown().whenComplete { _ in } }
}
