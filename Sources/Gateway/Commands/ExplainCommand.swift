internal import ArgumentParser
internal import AuthFilter
internal import Routes

struct ExplainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Say what would happen to a request, and why.",
        discussion: """
            By the code that decides about requests: which rule decides and why no other does, what is wrong with a token, \
            which conditions are met, which headers reach the application. No request is sent, and Redis is asked only \
            with --blacklist.

            With --batch, lines of the form `METHOD TARGET [as WHOM | token TOKEN]` are read from standard input, and \
            each is answered by one line of JSON.

            Exit code 0: there is an answer, whatever it is. 1: the configuration has an error, or the answer depends on \
            a key that is not there. 64: the question can't be understood.

            \(Examples.explain)
            """)

    @Argument(help: "The request's method.")
    var method: String?

    @Argument(help: "The request's target: a path, perhaps with a query.")
    var path: String?

    @OptionGroup var file: ConfigurationOption

    @Option(help: "The access token that the request carries; - reads it from standard input.")
    var token: String?

    @Option(
        name: .customLong("as"), parsing: .upToNextOption,
        help: ArgumentHelp(
            "Whose request it is supposed to be: anonymous, authenticated, or conditions: role=admin scope=read.",
            valueName: "who"))
    var whom: [String] = []

    @Option(name: [.customLong("header"), .customShort("H")], help: "A header field of the request: 'Name: value'.")
    var headers: [String] = []

    @Flag(help: "Ask the blacklist about the token, too.")
    var blacklist = false

    @Flag(help: "One line of JSON.")
    var json = false

    @Flag(help: "Answer many questions, read from standard input.")
    var batch = false

    func validate() throws {
        if batch {
            guard method == nil, path == nil, token == nil, whom.isEmpty
            else { throw ValidationError("With --batch, requests and whose they are come from standard input.") }
        } else {
            guard method != nil, path != nil else {
                throw ValidationError("Give a method and a path: GET /api/users/7.")
            }
        }
        guard token == nil || whom.isEmpty else { throw ValidationError("--token and --as contradict each other.") }
        guard !blacklist || whom.isEmpty else {
            throw ValidationError("The blacklist knows nothing of a supposed token.")
        }
        for header in headers where header.firstIndex(of: ":").map({ $0 == header.startIndex }) ?? true {
            throw ValidationError("--header takes 'Name: value'.")
        }
        let words = [method, path, token].compactMap { $0 } + headers
        guard !words.contains(where: { $0.utf8.contains { $0 == 0x0A || $0 == 0x0D || $0 == 0 } })
        else { throw ValidationError("A line end can't be part of a method, a path, a token or a header.") }
        _ = try parseWhom()
    }

    func run() throws {
        let policy = try file.load(.secretsMayBeMissing)
        let explainer: Explainer
        do { explainer = try Explainer(policy: policy, asksBlacklist: blacklist) } catch {
            Console.error("error: \(error.explanation)")
            throw ExitCode.failure
        }
        let citer = RuleCiter(policy.configuration)
        if batch { return try answerBatch(explainer, citer) }
        let explanation = explainer.explain(
            request(method ?? "", path ?? "", token: try token.map(StandardInput.word(for:))), as: try parseWhom())
        if json {
            Console.output(ExplanationJSON(explanation, citer).tree.rendered)
        } else {
            Console.output(ExplanationText(explanation, policy.configuration, citer).rendered)
        }
        if case .unknown = explanation.answer { throw ExitCode.failure }
    }

    private func answerBatch(_ explainer: Explainer, _ citer: RuleCiter) throws {
        var number = 0
        while let line = readLine() {
            number += 1
            if line.isEmpty { continue }
            let question: BatchQuestion
            do throws(BatchQuestion.Failure) { question = try BatchQuestion(line) } catch {
                throw ValidationError("line \(number): \(error.explanation)")
            }
            let explanation = explainer.explain(
                request(question.method, question.target, token: question.token), as: question.whom)
            Console.output(ExplanationJSON(explanation, citer).tree.rendered)
        }
    }

    private func request(_ method: String, _ target: String, token: String?) -> SupposedRequest {
        let credentials = token.map { ["Authorization: Bearer \($0)"] } ?? []
        return SupposedRequest(
            method: Array(method.utf8), target: Array(target.utf8),
            fields: (credentials + headers).map { Array($0.utf8) })
    }

    private func parseWhom() throws -> Expectation.Whom? {
        guard !whom.isEmpty else { return nil }
        do throws(WhomParser.Failure) { return try WhomParser.parse(whom) } catch {
            throw ValidationError("--as: \(error.explanation).")
        }
    }
}
