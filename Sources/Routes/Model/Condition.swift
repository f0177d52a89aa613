/// `name=value|value|…`: met by a token that has any of the values. Names and values are UTF-8 bytes.
package struct Condition: Sendable, Hashable {
    package enum Subject: Sendable, Hashable {
        case role
        case scope
        /// `sub=`
        case subject
        /// `claim.NAME=`
        case claim([UInt8])
    }

    package let subject: Subject
    /// In written order, at least one.
    package let values: [[UInt8]]

    package init(subject: Subject, values: [[UInt8]]) {
        self.subject = subject
        self.values = values
    }
}
