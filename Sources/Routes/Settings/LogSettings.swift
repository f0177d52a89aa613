/// `log stdout|stderr|off|FILE [json|text]`: one line per request, refused ones included.
package struct LogSettings: Sendable, Equatable {
    package enum Destination: Sendable, Equatable {
        case stdout, stderr, off
        /// Relative to the configuration file.
        case file(String)
    }

    package enum Format: String, Sendable, CaseIterable {
        case json, text
    }

    package var destination = Destination.stdout
    package var format = Format.json

    package init() {}
}
