internal import NIOCore
internal import RedisBlacklist

/// What a Redis sends: the same replies in whatever pieces they come, within the limits, and none that nobody sent.
struct RedisRepliesHarness: Harness {
    func check(_ input: [UInt8]) throws(Objection) {
        var choices = Choices(input)
        let whole = try Reading(of: [input[...]], .administration)
        try requireEqual(try Reading(of: choices.halves(of: input), .administration), whole, "in two pieces and whole")
        try requireEqual(try Reading(of: choices.pieces(of: input), .administration), whole, "in pieces and whole")
        try checkPlainly(input, whole)
        try checkLookups(input, whole)
        let small = try Reading(
            of: choices.pieces(of: input), ReplyLimits(bytes: 64, elements: 8, depth: 2))
        try require(whole.fault == .tooManyElements || small.fault != nil || small == whole, "small limits")
        for reply in small.replies {
            try require(Self.count(reply) <= 8 && Self.depth(reply) <= 2, "beyond the limits: \(reply)")
            try require(Self.longest(reply) <= 64, "longer than the limit: \(reply)")
        }
    }

    private func checkPlainly(_ input: [UInt8], _ whole: Reading) throws(Objection) {
        let plain = PlainReplies(input)
        try requireEqual(Array(plain.replies.prefix(whole.replies.count)), whole.replies, "the replies")
        switch whole.fault {
        case nil: try require(plain.end == .needMore && plain.replies.count == whole.replies.count, "not all was read")
        case .malformed: try require(plain.end == .malformed, "good replies are refused")
        case .tooManyElements: break
        case .tooLarge, .unexpectedType, .unasked, .outOfMemory:
            throw Objection("the fault \(String(describing: whole.fault))")
        }
    }

    /// As lookups read it: no arrays at all, and a cutoff only from digits that mean an instant.
    private func checkLookups(_ input: [UInt8], _ whole: Reading) throws(Objection) {
        let lookups = try Reading(of: [input[...]], .lookups)
        try requireEqual(lookups.replies, Array(whole.replies.prefix { Self.depth($0) == 0 }), "as lookups read it")
        for reply in whole.replies {
            guard case .string(let text) = reply else { continue }
            let value = text.allSatisfy(\.isDigit) ? Int64(String(decoding: text, as: UTF8.self)) : nil
            let expected = value.flatMap { $0 >= 100_000_000_000 ? $0 : nil }
            let answer = RevocationAnswer(getReply: reply)
            try requireEqual(
                answer, expected.map { .subjectCutoff(milliseconds: $0) } ?? .subjectCutoffInvalid, "the cutoff")
        }
    }

    private static func count(_ reply: RedisReply) -> Int {
        guard case .array(let elements) = reply else { return 0 }
        return elements.reduce(elements.count) { $0 + count($1) }
    }

    private static func depth(_ reply: RedisReply) -> Int {
        guard case .array(let elements) = reply else { return 0 }
        return 1 + (elements.map(depth).max() ?? 0)
    }

    private static func longest(_ reply: RedisReply) -> Int {
        switch reply {
        case .string(let octets), .status(let octets): octets.count
        case .array(let elements): elements.map(longest).max() ?? 0
        case .integer, .error, .absent: 0
        }
    }

    private struct Reading: Equatable {
        var replies: [RedisReply] = []
        var fault: ReplyFault?

        init(of pieces: some Sequence<ArraySlice<UInt8>>, _ limits: ReplyLimits) throws(Objection) {
            do throws(ReplyFault) {
                let reader = try ReplyReader(limits: limits)
                for piece in pieces {
                    try reader.feed(.atEndOfStorage(piece))
                    while let reply = try reader.next() { replies.append(reply) }
                }
            } catch { fault = error }
        }
    }
}
