/// `trusted-proxies CIDR …`
enum TrustedProxiesStatement {
    static func parse(_ statement: Statement, _ reporter: Reporter) -> [AddressBlock] {
        var arguments = Arguments(statement, reporter)
        arguments.refuseBlock()
        guard let first = arguments.next("the addresses of proxies, such as 10.0.0.0/8 or ::1") else { return [] }
        var blocks: [AddressBlock] = []
        var next: Word? = first
        while let word = next {
            next = arguments.nextIfAny()
            guard let block = block(word, reporter) else { continue }
            if blocks.contains(where: { $0.octets == block.octets && $0.prefixLength == block.prefixLength }) {
                reporter.error(word.place, "\"\(word.text)\" stands in this statement already")
            }
            blocks.append(block)
        }
        return blocks
    }

    private static func block(_ word: Word, _ reporter: Reporter) -> AddressBlock? {
        do throws(AddressFault) {
            let block = try AddressBlock(word.text)
            if block.isEverything {
                reporter.warning(
                    word.place, "\(word.text) is every address: anyone can say who the client is",
                    hint: "name the addresses of the proxies in front of the gateway", kind: .trustsEveryone)
            }
            return block
        } catch {
            report(error, word, reporter)
            return nil
        }
    }

    private static func report(_ fault: AddressFault, _ word: Word, _ reporter: Reporter) {
        switch fault {
        case .notAnAddress:
            reporter.error(
                word.place, "expected an IP address or a block of them: 10.0.0.0/8, 192.0.2.1, 2001:db8::/32",
                hint: ["*", "all", "any", "private_ranges", "private"].contains(word.text.lowercased())
                    ? "name the addresses of the proxies in front: whoever is named can say who the client is" : nil)
        case .invalidPrefix(let longest):
            reporter.error(word.place, "expected the length of the prefix after \"/\": 0 to \(longest)")
        case .bitsBehindPrefix(let block):
            reporter.error(word.place, "the address has bits behind the prefix", hint: "write \(block)")
        }
    }
}
