import ProxyEngine
import Testing

@Suite("From when to when a certificate is good")
struct CertificateLifeTests {
    /// 6 November 1994.
    private static let now: Int64 = 784_111_777

    static let cases: [(Int64, Int64, String?)] = [
        (-10, 15 * 86_400, nil), (-10, 14 * 86_400 + 1, nil), (-10, 14 * 86_400, "expires in 14 days"),
        (-10, 2 * 86_400, "expires in 2 days"), (-10, 86_400, "expires tomorrow"), (-10, 0, "expires today"),
        (-10, -1, "expired on Sun, 06 Nov 1994 08:49:36 GMT"),
        (1, 15 * 86_400, "is not valid before Sun, 06 Nov 1994 08:49:38 GMT"),
    ]

    @Test("What has ended, ends soon or has not begun is complained of", arguments: cases)
    func complaints(begin: Int64, end: Int64, expected: String?) {
        let life = CertificateLife(begin: Self.now + begin, end: Self.now + end)
        let complaint = life.complaint(at: Self.now)
        guard let expected else { return #expect(complaint == nil) }
        #expect(complaint?.contains(expected) == true, "\(complaint ?? "none")")
    }
}
