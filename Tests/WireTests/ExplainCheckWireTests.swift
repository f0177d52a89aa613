internal import FoundationEssentials
internal import Testing

@Suite("check for tools: --json, --strict and exit codes")
struct ExplainCheckWireTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private static let good = """
        listen    127.0.0.1:0
        upstream  app  http://127.0.0.1:1
        tokens {
            key       HS256  env:ACCESS_TOKEN_SECRET
            issuer    https://gateway.example
            audience  legacy-app
        }
        blacklist redis://127.0.0.1:1
        *  /admin/**  role=admin
        *  /**        authenticated
        expect GET /admin/x as role=user => 403
        expect GET /x as anonymous => token_missing

        """

    private struct Report: Decodable {
        struct Diagnostic: Decodable {
            let severity: String
            let code: String
            let line: Int?
            let column: Int?
            let message: String
            let hint: String?
        }
        struct Failure: Decodable {
            let line: Int
            let text: String
            let outcome: String
        }
        struct Expectations: Decodable {
            let total: Int
            let failed: [Failure]
        }
        let file: String
        let ok: Bool
        let diagnostics: [Diagnostic]
        let expectations: Expectations
    }

    private func check(
        _ configuration: String, _ arguments: String...,
        environment: [String: String] = ["ACCESS_TOKEN_SECRET": TestToken.secret]
    ) throws -> (status: ExitStatus, report: Report) {
        let file = try folder.write("routes.conf", configuration)
        let result = try WireTests.run([Paths.gateway, "check", file, "--json"] + arguments, environment: environment)
        #expect(result.errors.isEmpty && result.output.split(separator: "\n").count == 1)
        let report = try JSONDecoder().decode(Report.self, from: Data(result.output.utf8))
        #expect(report.file == file && report.ok == (result.status == .exited(0)))
        return (result.status, report)
    }

    @Test("A good file: nothing to say, 0, with --strict too")
    func good() throws {
        for arguments in [[], ["--strict"]] {
            let (status, report) = try arguments.isEmpty ? check(Self.good) : check(Self.good, "--strict")
            #expect(status == .exited(0) && report.diagnostics.isEmpty)
            #expect(report.expectations.total == 2 && report.expectations.failed.isEmpty)
        }
    }

    @Test("Errors with their places and hints: 1")
    func errors() throws {
        let (status, report) = try check(Self.good + "GET /y publik -> app\nGRAB /x public\n")
        #expect(status == .exited(1))
        #expect(report.diagnostics.map(\.severity) == ["error", "error"])
        #expect(report.diagnostics.map(\.line) == [13, 14] && report.diagnostics.map(\.column) == [8, 1])
        #expect(report.diagnostics[0].hint == #"did you mean "public"?"#)
    }

    @Test("Warnings: 0, and 1 with --strict")
    func warnings() throws {
        let file = Self.good.replacing("    issuer    https://gateway.example\n", with: "")
        #expect(try check(file).status == .exited(0))
        let (status, report) = try check(file, "--strict")
        #expect(status == .exited(1) && report.diagnostics.map(\.code) == ["missing_issuer"])
        let human = try WireTests.run(
            [Paths.gateway, "check", "--strict", folder.path + "/routes.conf"],
            environment: ["ACCESS_TOKEN_SECRET": TestToken.secret])
        #expect(human.status == .exited(1) && human.errors.contains("--strict"))
    }

    @Test("Expectations that fail, with what happened instead: 1")
    func expectations() throws {
        let (status, report) = try check(Self.good + "expect GET /admin/x as role=user|admin => app\n")
        #expect(status == .exited(1) && report.diagnostics.isEmpty && report.expectations.total == 3)
        let failure = try #require(report.expectations.failed.first)
        #expect(report.expectations.failed.count == 1 && failure.line == 13)
        #expect(failure.text == "expect GET /admin/x as role=user|admin => app")
        #expect(failure.outcome == #"403 role_required for a token with {"role":"user"}"#)
    }

    @Test("A secret that is not there is a warning with its place, and expectations still run")
    func missingSecret() throws {
        let (status, report) = try check(Self.good, environment: [:])
        #expect(status == .exited(0) && report.expectations.failed.isEmpty)
        #expect(report.diagnostics.map(\.code) == ["secret_missing"])
        #expect(report.diagnostics[0].line == 4 && report.diagnostics[0].message.contains("ACCESS_TOKEN_SECRET"))
    }

    @Test("A file that can't be read is told as JSON too")
    func unreadable() throws {
        let result = try WireTests.run([Paths.gateway, "check", "--json", folder.path + "/none.conf"])
        let report = try JSONDecoder().decode(Report.self, from: Data(result.output.utf8))
        #expect(result.status == .exited(1) && !report.ok && report.diagnostics.map(\.code) == ["file_unreadable"])
    }
}
