internal import NIOCore
internal import RedisBlacklist

/// What an event loop asks whether a token is logged out.
protocol RevocationSource: AnyObject {
    /// - Returns: nil where somebody has to be asked.
    func known(_ query: RevocationQuery) -> RevocationAnswer?

    /// What is not known.
    ///
    /// - Returns: the answer where nobody can be asked; otherwise nil, and `completion` is called with it, once.
    func ask(_ query: RevocationQuery, _ completion: @escaping (RevocationAnswer) -> Void) -> RevocationAnswer?

    /// Nothing will be asked any more.
    func close()
}

extension BlacklistClient: RevocationSource {
    func known(_ query: RevocationQuery) -> RevocationAnswer? { nil }

    func close() { shutdown().whenComplete { _ in } }
}

/// `mode copy`: the copy answers, and where there is none or it does not know, Redis is asked.
final class CopiedBlacklist: RevocationSource {
    private let feed: BlacklistFeed
    private let client: BlacklistClient

    init(feed: BlacklistFeed, client: BlacklistClient) {
        (self.feed, self.client) = (feed, client)
    }

    func known(_ query: RevocationQuery) -> RevocationAnswer? { feed.answer(query) }

    func ask(_ query: RevocationQuery, _ completion: @escaping (RevocationAnswer) -> Void) -> RevocationAnswer? {
        client.ask(query, completion)
    }

    func close() {
        feed.stop()
        client.close()
    }
}
