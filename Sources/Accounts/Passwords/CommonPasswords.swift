/// The commonest passwords of at least eight characters in published leaks: what an attacker tries first.
enum CommonPasswords {
    static func contains(_ password: String) -> Bool {
        let folded = password.lowercased()
        if list.contains(folded) { return true }
        // One character over and over, or a run of digits or letters.
        guard let first = folded.unicodeScalars.first else { return false }
        if folded.unicodeScalars.allSatisfy({ $0 == first }) { return true }
        return runs.contains { $0.contains(folded) }
    }

    private static let runs = [
        "01234567890123456789", "98765432109876543210", "abcdefghijklmnopqrstuvwxyz", "zyxwvutsrqponmlkjihgfedcba",
        "qwertyuiopasdfghjklzxcvbnm",
    ]

    private static let list: Set<String> = Set(
        """
        password password1 password12 password123 password1234 password! password1! passw0rd p@ssword p@ssw0rd p@ssw0rd1
        pa55word pa$$word 12345678 123456789 1234567890 123123123 1q2w3e4r 1q2w3e4r5t 1qaz2wsx 1qazxsw2 qwerty123 qwerty12
        qwertyuiop qwerty1234 qwer1234 asdfghjkl asdf1234 zxcvbnm123 zaq12wsx iloveyou iloveyou1 iloveyou2 sunshine
        sunshine1 princess princess1 football football1 baseball baseball1 basketball superman superman1 batman123
        trustno1 welcome1 welcome123 letmein1 letmein123 whatever michelle jennifer jonathan jordan23 computer computer1
        internet internet1 changeme changeme1 changeme123 changeit administrator admin123 admin1234 administrator1
        master123 dragon123 monkey123 shadow123 starwars starwars1 pokemon1 pokemon123 chocolate samantha victoria
        danielle benjamin alexander michael1 charlie1 jessica1 daniel123 charlie123 liverpool liverpool1 manchester
        chelsea1 arsenal1 barcelona realmadrid mercedes corvette mustang1 ferrari1 porsche1 yamaha123 harley123 slipknot
        metallica blink182 nirvana1 linkinpark spongebob scoobydoo garfield snoopy123 hellokitty butterfly blessed1
        jesus123 christian godisgood lovelove loveyou1 myspace1 facebook facebook1 linkedin google123 youtube1 samsung1
        samsung123 motorola nintendo playstation xbox3600 minecraft minecraft1 fortnite roblox123 counterstrike 11223344
        87654321 1234qwer qwe12345 abcd1234 abc12345 abcdefg1 aa123456 a1234567 a12345678 a123456789 123456789a 12345678a
        123qweasd qweasdzxc 1234abcd test1234 testtest test12345 guest123 user1234 root1234 toor1234 temp1234 default1
        demo1234 secret123 mysecret letmein! welcome! hello123 helloworld goodluck january1 february1 summer123 winter123
        spring123 autumn123 monday123 friday123 88888888 pass1234 pass12345 mypassword yourpassword thepassword
        newpassword oldpassword nopassword passwords password2 password3 password9 password01 password11 password99
        password00 elephant penguin1 dolphin1 tinkerbell volleyball softball cheerleader hockey123 soccer123 tigger123
        """.split(whereSeparator: \.isWhitespace).map(String.init))
}
