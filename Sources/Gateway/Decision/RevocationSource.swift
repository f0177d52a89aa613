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

/// `mode copy`: the copy answers, and where there is none or it does not know, Redis is asked.
final class CopiedBlacklist: RevocationSource {
    private let feed: BlacklistFeed
    private let client: BlacklistClient

    init(feed: BlacklistFeed, client: BlacklistClient) {
        (self.feed, self.client) = (feed, client)
    }

    func ask(_ query: RevocationQuery, _ completion: @escaping (RevocationAnswer) -> Void) -> RevocationAnswer? {
        feed.answer(query) ?? client.ask(query, completion)
    }

    func close() {
        feed.stop()
        client.close()
    }
}
