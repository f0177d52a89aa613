internal import NIOCore

/// The questions asked on one connection, oldest first, as Redis answers in order. A value without I/O.
struct LookupPipeline<Waiter> {
    enum Outcome {
        /// The oldest question has another reply to come.
        case awaiting
        case answered(Waiter, RevocationAnswer)
        /// The connection itself was probed, and is well.
        case probed
        case violated(ReplyFault)
    }

    /// What is still to come for one question.
    private enum Awaited {
        case token(Waiter)
        case subject(Waiter)
        case tokenThenSubject(Waiter)
        case subjectAfterToken(RevocationAnswer, Waiter)
        case probe
    }

    private struct Question {
        var awaited: Awaited
        /// Every question has the same time, so the oldest is the first that runs out.
        let deadline: NIODeadline
    }

    private var questions = CircularBuffer<Question>()

    var count: Int { questions.count }
    var isEmpty: Bool { questions.isEmpty }
    var oldestDeadline: NIODeadline? { questions.first?.deadline }

    /// Whoever still waits, oldest first.
    var waiters: [Waiter] {
        questions.compactMap { question in
            switch question.awaited {
            case .token(let waiter), .subject(let waiter), .tokenThenSubject(let waiter): waiter
            case .subjectAfterToken(_, let waiter): waiter
            case .probe: nil
            }
        }
    }

    mutating func ask(_ query: RevocationQuery, for waiter: Waiter, deadline: NIODeadline) {
        let awaited: Awaited =
            switch (query.tokenKey, query.subjectKey) {
            case (nil, _): .subject(waiter)
            case (_?, nil): .token(waiter)
            case (_?, _?): .tokenThenSubject(waiter)
            }
        questions.append(Question(awaited: awaited, deadline: deadline))
    }

    mutating func probe(deadline: NIODeadline) {
        questions.append(Question(awaited: .probe, deadline: deadline))
    }

    /// The next reply belongs to the oldest question.
    mutating func receive(_ reply: RedisReply) -> Outcome {
        guard let oldest = questions.popFirst() else { return .violated(.unasked) }
        switch oldest.awaited {
        case .token(let waiter):
            guard let answer = RevocationAnswer(existsReply: reply) else { return violated(oldest) }
            return .answered(waiter, answer)
        case .subject(let waiter):
            guard let answer = RevocationAnswer(getReply: reply) else { return violated(oldest) }
            return .answered(waiter, answer)
        case .tokenThenSubject(let waiter):
            guard let answer = RevocationAnswer(existsReply: reply) else { return violated(oldest) }
            questions.prepend(Question(awaited: .subjectAfterToken(answer, waiter), deadline: oldest.deadline))
            return .awaiting
        case .subjectAfterToken(let token, let waiter):
            guard let subject = RevocationAnswer(getReply: reply) else { return violated(oldest) }
            return .answered(waiter, token.combined(withSubject: subject))
        case .probe:
            // An error is an answer too: the connection lives, and lookups report the same error themselves.
            switch reply {
            case .integer, .error: return .probed
            case .string, .status, .absent, .array: return violated(oldest)
            }
        }
    }

    /// The question goes back in front, so that its waiter is told together with the others.
    private mutating func violated(_ oldest: Question) -> Outcome {
        questions.prepend(oldest)
        return .violated(.unexpectedType)
    }
}
