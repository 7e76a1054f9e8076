using System.Globalization;
using System.Text.RegularExpressions;
using ProdReady.BackupWorker.PointInTime.Wal;

namespace ProdReady.BackupWorker.PointInTime.Recovery;

/// <summary>What PostgreSQL says while it recovers.</summary>
internal sealed partial class RecoveryLog(Action<string> say)
{
    private const int KeptLines = 15;

    private readonly Queue<string> _last = new();
    private bool _tooLate;
    private bool _tooEarly;

    /// <summary>When the last transaction was committed that was recovered.</summary>
    public DateTimeOffset? LastCommit { get; private set; }

    /// <summary>Where the last record begins that was recovered.</summary>
    public WalPosition? RedoneUntil { get; private set; }

    /// <summary>Takes a line.</summary>
    public void Add(string line)
    {
        _last.Enqueue(line);
        if (_last.Count > KeptLines)
        {
            _last.Dequeue();
        }

        _tooLate |= line.Contains("recovery ended before configured recovery target was reached", StringComparison.Ordinal);
        _tooEarly |= line.Contains("recovery stop point is before consistent recovery point", StringComparison.Ordinal);
        if (Commit().Match(line) is { Success: true } match
            && DateTimeOffset.TryParse(match.Groups["time"].Value, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal, out var commit))
        {
            LastCommit = commit;
        }

        if (Redone().Match(line) is { Success: true } redone)
        {
            RedoneUntil = WalPosition.Parse(redone.Groups["position"].Value);
        }

        if (Telling().Match(line) is { Success: true } telling)
        {
            say($"PostgreSQL: {telling.Groups["text"].Value}");
        }
    }

    /// <summary>Why it did not succeed.</summary>
    public string WhyNot(DateTimeOffset? at, uint timeline, int code)
    {
        var time = $"{at?.UtcDateTime:yyyy-MM-dd HH:mm:ss.FFFFFF}Z";
        return _tooLate
            ? LastCommit is { } last
                ? $"The write-ahead log of timeline {timeline} reaches until {last.UtcDateTime:yyyy-MM-dd HH:mm:ss.FFFFFF}Z, when its last transaction was committed; whether any "
                    + $"followed until {time} cannot be told from it. For all that there is, use --at latest."
                : $"The write-ahead log of timeline {timeline} holds no transaction after the base backup, so that {time} cannot be found in it. For all that there is, use --at latest."
            : _tooEarly ? $"{time} is before the end of the base backup. Name a later time."
            : $"PostgreSQL did not recover the directory (exit code {code}). Its last words:{Environment.NewLine}"
                + string.Join(Environment.NewLine, _last.Select(line => $"  {line}"));
    }

    [GeneratedRegex(@"last completed transaction was at log time (?<time>[0-9-]+ [0-9:.]+\+00)", RegexOptions.CultureInvariant)]
    private static partial Regex Commit();

    [GeneratedRegex("LOG:  redo done at (?<position>[0-9A-F]+/[0-9A-F]+)", RegexOptions.CultureInvariant)]
    private static partial Regex Redone();

    [GeneratedRegex(
        "LOG:  (?<text>(?:starting|restored log file|redo |consistent recovery|recovery stopping|last completed|selected new timeline|archive recovery).*)",
        RegexOptions.CultureInvariant)]
    private static partial Regex Telling();
}
