import ProxyEngine
import Testing

@Suite("Dates and request ids are written in one form")
struct DateFieldTests {
    static let dates: [(Int64, String)] = [
        (0, "Thu, 01 Jan 1970 00:00:00 GMT"), (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"),
        (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT"),
        (1_735_689_599, "Tue, 31 Dec 2024 23:59:59 GMT"), (4_107_542_399, "Sun, 28 Feb 2100 23:59:59 GMT"),
        (253_402_300_799, "Fri, 31 Dec 9999 23:59:59 GMT"),
    ]

    @Test("A date is an IMF-fixdate (RFC 9110 §5.6.7)", arguments: dates)
    func formats(second: Int64, date: String) {
        #expect(DateField.format(second) == date)
    }

    @Test("A line is made anew when the second has changed, also backwards")
    func renews() {
        var field = DateField()
        for (second, date) in Self.dates + Self.dates.reversed() {
            #expect(text(field.line(at: second)) == "Date: \(date)\r\n")
            #expect(text(field.line(at: second)) == "Date: \(date)\r\n")
        }
    }

    static let ids: [(UInt64, UInt64, String)] = [
        (0, 0, "00000000000000000000000000"), (.max, 0xFF_FFFF_FFFF, "ffffffffffffffffffffffffff"),
        (0x0123_4567_89AB_CDEF, 0x12_3456_789A, "0123456789abcdef123456789a"),
        (1, 1 << 40, "00000000000000010000000000"),
    ]

    @Test("A request id has 26 hexadecimal digits", arguments: ids)
    func writesIDs(prefix: UInt64, number: UInt64, digits: String) {
        #expect(text(RequestID(prefix: prefix, number: number).octets) == digits)
    }
}
