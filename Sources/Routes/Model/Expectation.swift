/// `expect METHOD PATH as WHOM => RESULT`: a test in the file. Parsed here, run by `gateway check`.
package struct Expectation: Sendable, Equatable {
    /// Whose request it is.
    package enum Whom: Sendable, Equatable {
        /// No token.
        case anonymous
        /// A valid token, about which nothing else is known.
        case authenticated
        /// A valid token with these claims; of several values each is tried.
        case conditions([Condition])
    }

    package enum Result: Sendable, Equatable {
        case status(Int)
        case code(RefusalCode)
        /// An index into `Configuration.upstreams`: the one that must receive the request.
        case upstream(Int)
    }

    package let method: String
    /// As a client would send it, a query included where one is written.
    package let path: [UInt8]
    /// Each is asked; empty: the file names no host, and any will do.
    package var hosts: [String]
    package let whom: Whom
    package let result: Result
    /// The statement as it is written, for messages.
    package let text: String
    package let line: Int
    /// 1-based, in characters.
    package let column: Int
}
