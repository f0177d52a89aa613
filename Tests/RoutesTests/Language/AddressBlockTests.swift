import Routes
import Testing

@Suite struct AddressBlockTests {
    @Test(
        "A block is read to its octets and the length of its prefix",
        arguments: [
            ("0.0.0.0", [0, 0, 0, 0], 32), ("192.0.2.1", [192, 0, 2, 1], 32), ("10.0.0.0/8", [10, 0, 0, 0], 8),
            ("0.0.0.0/0", [0, 0, 0, 0], 0), ("255.255.255.255/32", [255, 255, 255, 255], 32),
            ("172.16.0.0/12", [172, 16, 0, 0], 12), ("192.0.2.128/25", [192, 0, 2, 128], 25),
        ])
    func ipv4(text: String, octets: [UInt8], length: Int) throws {
        let block = try AddressBlock(text)
        #expect(block.octets == octets)
        #expect(block.prefixLength == length)
        #expect(block.text == text)
    }

    @Test(
        "IPv6 is read in every form of RFC 4291; mapped IPv4 is IPv4",
        arguments: [
            ("::", "00000000000000000000000000000000", 128), ("::/0", "00000000000000000000000000000000", 0),
            ("::1", "00000000000000000000000000000001", 128), ("1::", "00010000000000000000000000000000", 128),
            ("2001:db8::/32", "20010db8000000000000000000000000", 32),
            ("2001:DB8:0:0:8:800:200C:417A", "20010db80000000000080800200c417a", 128),
            ("2001:0db8:0000:0000:0008:0800:200c:417a", "20010db80000000000080800200c417a", 128),
            ("1:2:3:4:5:6:7::", "00010002000300040005000600070000", 128),
            ("::2:3:4:5:6:7:8", "00000002000300040005000600070008", 128),
            ("::13.1.68.3", "0000000000000000000000000d014403", 128),
            ("::ffff:129.144.52.38", "81903426", 32), ("::FFFF:0:0/96", "00000000", 0),
            ("1:2:3:4:5:6:1.2.3.4", "00010002000300040005000601020304", 128),
            ("64:ff9b::192.0.2.33", "0064ff9b0000000000000000c0000221", 128),
            ("::ffff:10.0.0.0/104", "0a000000", 8), ("::fffe:0:0/95", "00000000000000000000fffe00000000", 95),
            ("fe80::/10", "fe800000000000000000000000000000", 10),
        ])
    func ipv6(text: String, hex: String, length: Int) throws {
        let block = try AddressBlock(text)
        let digits = block.octets.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }
        #expect(digits.joined() == hex)
        #expect(block.prefixLength == length)
    }

    @Test(
        "What is no address is refused",
        arguments: [
            "", "/8", "1.2.3", "1.2.3.4.5", "1.2.3.", ".1.2.3", "1..2.3", "256.0.0.1", "01.2.3.4", "1.2.3.00",
            "1.2.3.4 ", "+1.2.3.4", "0x1.2.3.4", "1234", "localhost", "1.2.3.٤", ":", ":::", "1:", ":1", "1:2",
            "1::2::3", "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8::", "::1:2:3:4:5:6:7:8",
            "1:2:3:4::5:6:7:8", "12345::", "g::", "::1%eth0", "[::1]", "1.2.3.4::", "::1.2.3.4:5", "::1.2.3",
            "::01.2.3.4", "1:2:3:4:5:6:7:1.2.3.4", "::-1", ":::1", "1:::2",
        ])
    func invalid(text: String) {
        #expect(throws: AddressFault.notAnAddress) { try AddressBlock(text) }
    }

    @Test(
        "The prefix is a number without a zero in front, no longer than the address",
        arguments: [
            ("1.2.3.4/", 32), ("1.2.3.4/33", 32), ("1.2.3.4/08", 32), ("1.2.3.4/-1", 32), ("1.2.3.4/+8", 32),
            ("1.2.3.4/8/8", 32), ("1.2.3.4/255.0.0.0", 32), ("::/129", 128), ("::/ 1", 128), ("::/00", 128),
            ("::/99999999999999999999", 128),
        ])
    func prefix(text: String, longest: Int) {
        #expect(throws: AddressFault.invalidPrefix(longest: longest)) { try AddressBlock(text) }
    }

    @Test(
        "Bits behind the prefix are refused, with the block that was meant",
        arguments: [
            ("10.0.0.1/8", "10.0.0.0/8"), ("192.0.2.129/25", "192.0.2.128/25"), ("1.2.3.4/0", "0.0.0.0/0"),
            ("192.0.2.255/31", "192.0.2.254/31"), ("2001:db8::1/32", "2001:db8::/32"), ("::1/127", "::/127"),
            ("1:0:0:2:0:0:0:3/112", "1:0:0:2::/112"), ("1:0:2:3:4:5:6:7/127", "1:0:2:3:4:5:6:6/127"),
            ("0:0:1:0:0:1:0:1/112", "::1:0:0:1:0:0/112"),
        ])
    func hostBits(text: String, block: String) {
        #expect(throws: AddressFault.bitsBehindPrefix(block: block)) { try AddressBlock(text) }
    }

    @Test(
        "A block contains the addresses that share its prefix; mapped IPv4 is IPv4",
        arguments: [
            ("10.0.0.0/8", "10.255.0.1", true), ("10.0.0.0/8", "11.0.0.0", false),
            ("10.0.0.0/8", "::ffff:10.1.2.3", true),
            ("::ffff:10.0.0.0/104", "10.1.2.3", true), ("10.0.0.0/8", "::10.1.2.3", false),
            ("0.0.0.0/0", "1.2.3.4", true),
            ("0.0.0.0/0", "::1", false), ("::/0", "::ffff:1.2.3.4", false), ("::/0", "2001:db8::1", true),
            ("192.0.2.1", "192.0.2.1", true),
            ("192.0.2.1", "192.0.2.0", false), ("2001:db8::/33", "2001:db8:7fff::1", true),
            ("2001:db8::/33", "2001:db8:8000::1", false), ("192.0.2.128/25", "192.0.2.127", false),
        ])
    func contains(block: String, address: String, expected: Bool) throws {
        #expect(try AddressBlock(block).contains(AddressBlock(address).octets) == expected)
    }

    @Test("What isn't 4 or 16 octets long is in no block")
    func lengths() throws {
        #expect(try !AddressBlock("::/0").contains([]))
        #expect(try !AddressBlock("0.0.0.0/0").contains([1, 2, 3]))
    }

    @Test("Trusted proxies are several blocks in one statement; without it there are none")
    func statement() throws {
        let proxies = try Table("trusted-proxies 10.0.0.0/8 \\\n ::1\n").configuration.trustedProxies
        #expect(proxies.map(\.text) == ["10.0.0.0/8", "::1"])
        #expect(try Table("").configuration.trustedProxies.isEmpty)
    }

    @Test(
        "A faulty statement is an error that says what was expected",
        arguments: [
            ("trusted-proxies\n", "1:16: expected the addresses of proxies, such as 10.0.0.0/8 or ::1"),
            (
                "trusted-proxies proxy.internal\n",
                "1:17: expected an IP address or a block of them: 10.0.0.0/8, 192.0.2.1, 2001:db8::/32"
            ),
            ("trusted-proxies ::1 ::/129\n", "1:21: expected the length of the prefix after \"/\": 0 to 128"),
            ("trusted-proxies ::1 0:0::1/128\n", "1:21: \"0:0::1/128\" stands in this statement already"),
            ("trusted-proxies ::1 {\n}\n", "1:1: \"trusted-proxies\" has no block"),
        ])
    func faults(text: String, error: String) {
        #expect(errors(text).first == error)
    }

    @Test("The right block is shown, and the whole world is warned of")
    func rendered() {
        let result = parse("listen [::1]:1\ntrusted-proxies 10.0.0.1/8 ::/0\n")
        let proxies = result.diagnostics.filter { $0.line == 2 }
        #expect(
            proxies.map { $0.rendered() } == [
                """
                routes.conf:2:17: error: the address has bits behind the prefix
                    trusted-proxies 10.0.0.1/8 ::/0
                                    ^~~~~~~~~~
                    write 10.0.0.0/8
                """,
                """
                routes.conf:2:28: warning: ::/0 is every address: anyone can say who the client is
                    trusted-proxies 10.0.0.1/8 ::/0
                                               ^~~~
                    name the addresses of the proxies in front of the gateway
                """,
            ])
    }
}
