package import Routes

/// The content of a secret that an `identity` block sends with every request.
package struct HeaderSecret: Sendable {
    package let source: SecretSource
    let bytes: [UInt8]

    package init(source: SecretSource, bytes: [UInt8]) {
        self.source = source
        self.bytes = bytes
    }

    /// As it goes on the wire: without the white space around it. Anything but printable ASCII is an error, since
    /// encoding a secret would change it.
    ///
    ///     field-value = *field-content                                       ; RFC 9110 §5.5
    func fieldValue(for header: String) throws(IdentityError) -> [UInt8] {
        let value = Array(bytes.trimmingWhitespace)
        guard !value.isEmpty else { throw .secretEmpty(header: header) }
        guard value.allSatisfy({ 0x20...0x7E ~= $0 }) else { throw .secretNotPrintable(header: header) }
        return value
    }
}

extension HeaderSecret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "HeaderSecret" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
