internal import FoundationEssentials

/// A line of the access log. What the line says more is in `text`.
struct LogLine: Sendable {
    let text: String
    let members: Members

    struct Members: Sendable, Decodable {
        let time: String
        let request_id: String
        let client: String
        let method: String
        let path: String
        let rule: Int?
        let user: String?
        let status: Int
        let code: String?
        let upstream: String?
    }

    var path: String { members.path }

    /// nil for lines that are not about a request.
    init?(_ line: String) {
        guard let members = try? JSONDecoder().decode(Members.self, from: Data(line.utf8)) else { return nil }
        self.text = line
        self.members = members
    }
}
