internal import NIOSSL

/// From when to when the first certificate of a chain is good (RFC 5280 §4.1.2.5): seconds since 1970.
package struct CertificateLife: Sendable {
    /// How long before its end an operator is told.
    package static let notice: Int64 = 14 * 86_400

    let begin: Int64
    let end: Int64

    package init(begin: Int64, end: Int64) { (self.begin, self.end) = (begin, end) }

    /// - Returns: nil where no certificate can be read.
    package init?(of file: String) {
        guard let leaf = try? NIOSSLCertificate.fromPEMFile(file).first else { return nil }
        self.init(begin: Int64(leaf.notValidBefore), end: Int64(leaf.notValidAfter))
    }

    /// - Returns: nil where all is well.
    package func complaint(at now: Int64) -> String? {
        if now < begin { return "the certificate is not valid before \(DateField.format(begin))" }
        if now > end { return "the certificate expired on \(DateField.format(end))" }
        guard end - now <= Self.notice else { return nil }
        let days = (end - now) / 86_400
        return
            "the certificate expires \(days == 0 ? "today" : days == 1 ? "tomorrow" : "in \(days) days"), on \(DateField.format(end))"
    }
}
