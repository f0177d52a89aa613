/// What finding a server for one request has led to so far. The upstream's servers keep it, the exchange holds it.
package final class Attempt {
    /// How often a connection was asked for.
    package internal(set) var leases = 0
    /// The server that was tried last, by its position.
    var server: Int?
    /// The servers it was at, the one it is at among them.
    var tried = ServerChoice.Tried()
    /// It counts among the requests at `server`.
    var isAtServer = false
    /// It waits for a server to have room.
    package internal(set) var isQueued = false

    package init() {}

    func reset() {
        leases = 0
        server = nil
        tried = ServerChoice.Tried()
        isAtServer = false
        isQueued = false
    }
}
