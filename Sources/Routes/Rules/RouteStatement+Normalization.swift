extension RouteStatement {
    /// Reports names in the rule's path that are refused in every request, unless the file says `paths exact`.
    func checkNormalization(_ reporter: Reporter) {
        for case .literal(let literal) in pattern.segments {
            let segment = NormalizedSegment(literal)
            if let ambiguity = segment.ambiguity {
                reporter.error(
                    path.place, "no request can match: \(ambiguity.explanation), which is refused",
                    hint: "say \"paths exact\" if the application takes paths as they are")
            } else if segment.hasSeparator {
                Self.check(Tolerance.compatibilitySeparator.subtracting(options.tolerate), path, reporter)
            }
        }
    }
}
