namespace ProdReady.ServiceDefaults.Configuration;

/// <summary>
/// Says what is wrong with an option of a connection URL. What stands there is not quoted, since it can be a piece of a password;
/// a name is, where it is one of the known ones.
/// </summary>
internal static class OptionName
{
    /// <summary>How many letters a misspelt name may differ by.</summary>
    private const int MaxDistance = 3;

    public static MalformedUrlException Unknown(string name, IEnumerable<string> known, string driver)
    {
        var closest = known.MinBy(candidate => Distance(name, candidate));
        var hint = closest is not null && Distance(name, closest) <= Math.Min(MaxDistance, closest.Length / 3)
            ? $": did you mean {closest}?"
            : "";
        return new MalformedUrlException($"has an option that {driver} does not know{hint}");
    }

    public static MalformedUrlException Unreadable(string known, string? values = null) =>
        new($"has a value for {known} that cannot be read" + (values is null ? "" : $": use {values}"));

    /// <summary>Levenshtein's distance, letters' case aside.</summary>
    private static int Distance(string one, string other)
    {
        var row = Enumerable.Range(0, other.Length + 1).ToArray();
        for (var index = 1; index <= one.Length; index++)
        {
            var diagonal = row[0];
            row[0] = index;
            for (var column = 1; column <= other.Length; column++)
            {
                var same = char.ToLowerInvariant(one[index - 1]) == char.ToLowerInvariant(other[column - 1]);
                (diagonal, row[column]) = (
                    row[column], Math.Min(Math.Min(row[column], row[column - 1]) + 1, diagonal + (same ? 0 : 1)));
            }
        }

        return row[^1];
    }
}
