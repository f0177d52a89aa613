internal import ArgumentParser

struct SecretCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "secret", abstract: "Print a new secret for a key line: random bytes in hexadecimal.",
        discussion: Examples.secret)

    @Option(help: "How many bytes, 32 to 256; 32 is enough for HS256, 64 for HS512.")
    var bytes = 32

    func validate() throws {
        guard (32...256).contains(bytes) else { throw ValidationError("--bytes takes a number from 32 to 256.") }
    }

    func run() {
        var generator = SystemRandomNumberGenerator()
        let digits = Array("0123456789abcdef")
        let text = (0..<bytes * 2).map { _ in digits[Int(UInt8.random(in: 0...15, using: &generator))] }
        Console.output(String(text))
    }
}
