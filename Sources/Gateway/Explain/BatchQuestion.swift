internal import Routes

/// One line of `gateway explain --batch`: `METHOD TARGET`, `METHOD TARGET as WHOM`, `METHOD TARGET token TOKEN`.
struct BatchQuestion {
    struct Failure: Error {
        let explanation: String
    }

    let method: String
    let target: String
    private(set) var whom: Expectation.Whom?
    private(set) var token: String?

    init(_ line: String) throws(Failure) {
        let words = line.split { $0 == " " || $0 == "\t" }.map(String.init)
        guard words.count >= 2 else { throw Failure(explanation: "expected METHOD TARGET [as WHOM | token TOKEN]") }
        (method, target) = (words[0], words[1])
        if words.count == 2 { return }
        switch words[2] {
        case "as":
            do throws(WhomParser.Failure) { whom = try WhomParser.parse(Array(words.dropFirst(3))) } catch {
                throw Failure(explanation: error.explanation)
            }
        case "token" where words.count == 4: token = words[3]
        default: throw Failure(explanation: "expected nothing, or \"as WHOM\", or \"token TOKEN\" behind the target")
        }
    }
}
