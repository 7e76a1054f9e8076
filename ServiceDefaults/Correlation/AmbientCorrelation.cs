namespace ProdReady.ServiceDefaults.Correlation;

/// <summary>The correlation id of work that no HTTP request is the cause of at this moment, such as a job from a queue.</summary>
internal static class AmbientCorrelation
{
    private static readonly AsyncLocal<string?> Current = new();

    /// <summary>The id; <see langword="null"/> outside of such work.</summary>
    public static string? Id
    {
        get => Current.Value;
        set => Current.Value = value;
    }
}
