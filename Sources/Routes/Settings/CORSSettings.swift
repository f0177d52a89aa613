/// The block `cors`: which other origins' scripts may read the answers, and send requests with credentials.
package struct CORSSettings: Sendable, Equatable {
    /// As browsers send them: `https://app.example`, in lower case, without a path.
    package var origins: [String]
    /// How long a browser may remember a preflight.
    package var maxAge: Duration = .seconds(600)
    package var line: Int

    package init(origins: [String] = [], line: Int = 0) {
        self.origins = origins
        self.line = line
    }
}
