internal import AuthFilter

extension UnixTime {
    /// By the clock of this machine.
    static var now: UnixTime { UnixTime(milliseconds: WallTime.milliseconds()) }
}
