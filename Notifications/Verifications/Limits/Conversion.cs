namespace ProdReady.Notifications.Verifications.Limits;

/// <summary>How many codes that went to a prefix or country came back.</summary>
/// <param name="Sent">Codes of the last hour that were approved, or had time to be.</param>
/// <param name="Approved">Those of them that were approved.</param>
internal readonly record struct Conversion(int Sent, int Approved)
{
    /// <summary>The time that counts.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromHours(1);

    /// <summary>Whether so few came back that they are taken for abuse.</summary>
    /// <param name="enough">How many sends say enough.</param>
    /// <param name="minimum">The least part that must be approved.</param>
    public bool IsAbuse(int enough, double minimum) => Sent >= enough && Approved < Sent * minimum;
}
