/// Puts a reply together from the pieces hiredis finds, in the order it finds them.
///
/// hiredis's own reply objects cost an allocation each and take an array's announced length at its word; here an
/// integer or a null costs nothing, and an array is refused before anything is reserved for it.
final class ReplyBuilder {
    private let limits: ReplyLimits
    private var openArrays: [OpenArray] = []
    private var elements = 0
    private var complete: RedisReply?
    /// Why a piece was refused; hiredis itself reports any refusal as lack of memory.
    private(set) var refusal: ReplyFault?

    private struct OpenArray {
        var missing: Int
        var elements: [RedisReply] = []
    }

    init(limits: ReplyLimits) {
        self.limits = limits
    }

    func add(_ reply: RedisReply) {
        var reply = reply
        while var array = openArrays.popLast() {
            array.elements.append(reply)
            array.missing -= 1
            guard array.missing == 0 else {
                openArrays.append(array)
                return
            }
            reply = .array(array.elements)
        }
        complete = reply
    }

    /// False when the array goes beyond the limits.
    func beginArray(count: Int) -> Bool {
        guard openArrays.count < limits.depth, count <= limits.elements - elements else {
            refusal = .tooManyElements
            return false
        }
        elements += count
        if count == 0 {
            add(.array([]))
        } else {
            openArrays.append(OpenArray(missing: count))
        }
        return true
    }

    /// The reply that was completed last; taking it makes room for the next.
    func take() -> RedisReply? {
        // What is not complete goes on counting: a reply in many pieces has no more elements than one in one.
        guard let reply = complete else { return nil }
        (complete, elements) = (nil, 0)
        return reply
    }
}
