namespace ProdReady.Notifications.Verifications;

/// <summary>
/// When codes are taken for SMS pumping: somebody has them sent to numbers that pay them for it, and enters none. Of all codes that
/// were sent to a prefix (a number without its last four digits) or country in the last hour, few are approved then.
/// </summary>
public sealed class ConversionOptions
{
    /// <summary>The least part of the codes that must be approved, 0 to 1; 0 switches it off. Default: 0.1.</summary>
    public double Minimum { get; set; } = 0.1;

    /// <summary>How many codes of the last hour say enough about a prefix, 5 to 100,000. Default: 20.</summary>
    public int PrefixSends { get; set; } = 20;

    /// <summary>
    /// How many codes of the last hour say enough about a whole country, 5 to 100,000; 0 blocks none. Default: 0, since whoever asks for
    /// that many codes could keep all of a country out.
    /// </summary>
    public int CountrySends { get; set; }

    /// <summary>How long a code that is not approved does not count yet, 0 to 10 min: people take their time. Default: 2 min.</summary>
    public TimeSpan Grace { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>How long nothing goes there then, 1 min to 7 days. Default: 1 hour.</summary>
    public TimeSpan BlockDuration { get; set; } = TimeSpan.FromHours(1);
}
