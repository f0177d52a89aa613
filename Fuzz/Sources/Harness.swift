/// Gives a parser what libFuzzer makes up, and says what is wrong with what comes out. A crash is found without its help.
protocol Harness {
    /// Throws when something holds that must never hold.
    func check(_ input: [UInt8]) throws(Objection)
}

/// What must never hold, and did.
struct Objection: Error, CustomStringConvertible {
    var description: String

    init(_ description: String) { self.description = description }
}

func require(_ holds: Bool, _ objection: @autoclosure () -> String) throws(Objection) {
    guard holds else { throw Objection(objection()) }
}

func requireEqual<Value: Equatable>(
    _ one: Value, _ other: Value, _ objection: @autoclosure () -> String
) throws(Objection) {
    guard one == other else { throw Objection("\(objection()): \(one) and \(other)") }
}
