/// Whoever acts on what happens on a connection. Called on the event loop only, and never again once told of a failure.
protocol RedisChannelOwner: AnyObject {
    func channelConnected()
    func channelReceived(_ reply: RedisReply)
    func channelFailed(_ failure: BlacklistFailure)
}
