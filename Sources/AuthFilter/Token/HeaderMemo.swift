/// Remembers which keys the header segments of good tokens stand for: an issuer writes the same bytes into every token.
///
/// Only headers of tokens whose signature was right get in, so a stranger can neither fill it nor push others out.
struct HeaderMemo {
    private struct Entry {
        let segment: [UInt8]
        let candidates: [Int]
    }

    private var entries: [Entry] = []
    private var oldest = 0

    /// The keys to try for a token with this header segment; nil when it is not remembered.
    func candidates(for segment: Span<UInt8>) -> [Int]? {
        for entry in entries where entry.segment.count == segment.count && segment.hasBytes(entry.segment.span, at: 0) {
            return entry.candidates
        }
        return nil
    }

    mutating func remember(_ segment: Span<UInt8>, candidates: [Int]) {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(segment.count)
        for index in segment.indices { bytes.append(segment[index]) }
        let entry = Entry(segment: bytes, candidates: candidates)
        if entries.count < TokenLimits.rememberedHeaders {
            entries.append(entry)
        } else {
            entries[oldest] = entry
            oldest = (oldest + 1) % TokenLimits.rememberedHeaders
        }
    }
}
