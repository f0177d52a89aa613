package import Routes

/// A `key` line of `tokens` and the bytes that its source gave: a secret, or a PEM text.
package struct KeyMaterial: Sendable {
    package let settings: KeySettings
    package let bytes: [UInt8]

    package init(settings: KeySettings, bytes: [UInt8]) {
        self.settings = settings
        self.bytes = bytes
    }
}

// A secret does not get into a log by way of "\(material)".
extension KeyMaterial: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "KeyMaterial(\(settings.algorithm.rawValue))" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
