using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.RegularExpressions;

namespace ProdReady.BackupWorker.PointInTime.Wal;

/// <summary>
/// <c>{label}.wal.{system}.{name}</c> and what follows by its kind. The server's system identifier is part of it, since a server that was
/// set up anew begins its log anew: its files must not replace those of the one before.
/// </summary>
/// <param name="Label">The server's name in the settings.</param>
/// <param name="System">Its system identifier.</param>
/// <param name="Name">The file's name in the server's log, such as <c>000000010000000000000002</c> or <c>00000002.history</c>.</param>
/// <param name="Kind">What the stored file holds.</param>
/// <param name="Number">Which of the tails, each of which is stored under a name of its own.</param>
/// <param name="Encoding">What its name ends in by compression and encryption, such as <c>.zst.enc</c>.</param>
internal sealed partial record WalFileName(string Label, ulong System, string Name, WalFileKind Kind, long Number = 0, string Encoding = "")
{
    /// <summary>What all names of a server's log begin with.</summary>
    public static string Prefix(string label, ulong system) => $"{Prefix(label)}{system:x16}.";

    /// <summary>What the names of all servers of a label begin with.</summary>
    public static string Prefix(string label) => $"{label}.wal.";

    public override string ToString() => Prefix(Label, System) + Name + Kind switch
    {
        WalFileKind.Whole => Encoding,
        WalFileKind.Facts => ".json",
        WalFileKind.Tail => $".tail-{Number:D6}{Encoding}",
        _ => ".tail.json",
    };

    /// <summary>Reads a name.</summary>
    public static bool TryParse(string file, [NotNullWhen(true)] out WalFileName? name)
    {
        name = null;
        if (Pattern().Match(file) is not { Success: true } match)
        {
            return false;
        }

        var number = match.Groups["number"];
        var kind = match.Groups["tailFacts"].Success ? WalFileKind.TailFacts
            : match.Groups["facts"].Success ? WalFileKind.Facts
            : number.Success ? WalFileKind.Tail
            : WalFileKind.Whole;
        name = new(
            match.Groups["label"].Value,
            ulong.Parse(match.Groups["system"].ValueSpan, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture),
            match.Groups["name"].Value,
            kind,
            number.Success ? long.Parse(number.ValueSpan, CultureInfo.InvariantCulture) : 0,
            match.Groups["encoding"].Value);
        return true;
    }

    [GeneratedRegex(
        @"\A(?<label>[a-z0-9_-]{1,40})\.wal\.(?<system>[0-9a-f]{16})\.(?<name>[0-9A-F]{24}|[0-9A-F]{8}\.history)"
        + @"(?:(?<tailFacts>\.tail\.json)|(?<facts>\.json)|(?:\.tail-(?<number>[0-9]{6,18}))?(?<encoding>(?:\.(?:zst|gz))?(?:\.enc)?))\z",
        RegexOptions.CultureInvariant)]
    private static partial Regex Pattern();
}
