/// The answers of an automaton's states, row by row, the same row kept once.
struct AnswerRows<Answer: Hashable> {
    private(set) var flat: [Answer] = []
    private var numbers: [[Answer]: Int32] = [:]

    mutating func number(_ row: [Answer]) -> Int32 {
        if let number = numbers[row] { return number }
        let number = Int32(numbers.count)
        numbers[row] = number
        flat += row
        return number
    }
}
